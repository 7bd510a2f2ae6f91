package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seawall/internal/finding"
	"seawall/internal/policy"
	"seawall/internal/report"
)

// checkOptions are the flags of `seawall check`.
type checkOptions struct {
	target  targetOptions
	outputs outputs
	report  report.Options

	failOn      string
	only        []string
	policy      string
	rules       string
	benchmark   string
	excludeBase bool
	allChecks   bool
	noCache     bool
}

func newCheckCommand() *cobra.Command {
	var o checkOptions
	command := &cobra.Command{
		Use:   "check TARGET…",
		Short: "Find vulnerabilities and bad configuration in images and files",
		Long: `Checks each TARGET: what is in it, which of it has known vulnerabilities, and how
it is configured. Findings come in the order in which to deal with them.

A TARGET is an image reference (looked for in the engine, then in its registry),
a file written by docker save, or the folder or tar of an OCI layout. ARCHIVE#NAME
picks one of several images.

Or it is a file that describes containers, or a folder of such files: Dockerfile,
Compose, Kubernetes manifests, ECS task definition, CloudFormation, Terraform,
output of docker inspect. Findings then have file, line and column.

A prefix says which is meant: engine: containerd: registry: docker:// archive:
oci: rootfs: (an unpacked file system, "rootfs:/" for this machine) tree: file:

Exit code: 0 done; 1 something that was asked for could not be done, or --fail-on
is given and advisories that "seawall db update" brings are missing; 2 wrong
usage; 3 findings at or above --fail-on.`,
		Example: `  seawall check debian:12
  seawall check image.tar --fail-on high
  seawall check compose.yaml Dockerfile k8s/
  seawall check . --format sarif --output seawall.sarif --format terminal
  seawall check ghcr.io/owner/app@sha256:… --platform linux/arm64
  seawall check app:dev --format sarif --output app.sarif --format terminal`,
		Args: someArgs("name what to check: an image, an archive, a file, a folder or rootfs:/"),
		RunE: func(cmd *cobra.Command, targets []string) error {
			return o.run(cmd.Context(), targets, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.target.register(command)
	o.outputs.register(command, report.Formats)
	flags := command.Flags()
	flags.StringVar(&o.failOn, "fail-on", "", "exit with 3 if there is an open finding of this `SEVERITY` or above: critical, high, medium, low (one that nobody rated never counts)")
	flags.StringSliceVar(&o.only, "only", nil, "report these `KIND`s alone: "+strings.Join(kindNames, ", "))
	flags.StringVar(&o.policy, "policy", "", "`FILE` with the exceptions (default "+policy.DefaultFile+" in the working directory)")
	flags.StringVar(&o.benchmark, "benchmark", "", "judge by the controls of a `BENCHMARK` alone: "+strings.Join(report.BenchmarkNames(), ", "))
	rulesFlag(command, &o.rules)
	flags.BoolVar(&o.excludeBase, "exclude-base", false, "leave out what comes from the base image, as far as that is known")
	flags.BoolVar(&o.allChecks, "all-checks", false, "list each rule's result on each target, passes too (JSON)")
	flags.BoolVar(&o.noCache, "no-cache", false, "read every layer anew, and keep nothing")
	flags.BoolVarP(&o.report.Quiet, "quiet", "q", false, "print the verdict's line alone, and what could not be read; no progress")
	flags.BoolVar(&o.report.Details, "details", false, "print every finding with its evidence (terminal)")
	flags.BoolVar(&o.report.AllFindings, "all-findings", false, "do not shorten lists (terminal)")
	complete(command, "fail-on", []string{"critical", "high", "medium", "low"})
	complete(command, "only", kindNames)
	complete(command, "benchmark", report.BenchmarkNames())
	return command
}

var kindNames = []string{string(finding.Vulnerability), string(finding.Misconfiguration)}

// narrow leaves out of the kinds what the targets or the benchmark have nothing of.
func (o *checkOptions) narrow(targets []string) error {
	isImage := func(target string) bool { return !isFileTarget(target) }
	if o.benchmark == "" && slices.ContainsFunc(targets, isImage) {
		return nil
	}
	if !o.wants(finding.Misconfiguration) {
		return usageError{fmt.Errorf("--only %s leaves nothing to do: files and benchmarks are about misconfiguration", strings.Join(o.only, ","))}
	}
	o.only = []string{string(finding.Misconfiguration)}
	return nil
}

// wants tells if findings of a kind are asked for.
func (o *checkOptions) wants(kind finding.Kind) bool {
	return len(o.only) == 0 || slices.Contains(o.only, string(kind))
}

// kinds are those that wants is true for.
func (o *checkOptions) kinds() []finding.Kind {
	var kinds []finding.Kind
	for _, kind := range kindNames {
		if o.wants(finding.Kind(kind)) {
			kinds = append(kinds, finding.Kind(kind))
		}
	}
	return kinds
}

// run checks all targets and writes one report.
func (o *checkOptions) run(ctx context.Context, targets []string, stdout, stderr io.Writer) error {
	c, err := o.prepare(targets, stderr)
	if err != nil {
		return err
	}
	defer c.db.Close()
	c.survey.run(ctx, func(e *examined) { c.add(ctx, e) })
	if err := c.conclude(); err != nil {
		return err
	}
	if err := o.outputs.write(stdout, c.document, terminalOptions(o.report)); err != nil {
		return err
	}
	if o.report.Quiet || !o.outputs.toTerminal() {
		c.survey.tellErrors(stderr)
	}
	return c.verdict()
}

// prepare reads everything that a mistake in can be told before any work.
func (o *checkOptions) prepare(targets []string, stderr io.Writer) (*checker, error) {
	for _, kind := range o.only {
		if !slices.Contains(kindNames, kind) {
			return nil, usageError{fmt.Errorf("--only %q is no kind of finding: use %s", kind, strings.Join(kindNames, ", "))}
		}
	}
	if o.benchmark != "" && !slices.Contains(report.BenchmarkNames(), o.benchmark) {
		return nil, usageError{fmt.Errorf("--benchmark %q is not known: use %s", o.benchmark, strings.Join(report.BenchmarkNames(), ", "))}
	}
	if err := o.narrow(targets); err != nil {
		return nil, err
	}
	c := &checker{options: o, files: map[string]bool{}}
	var err error
	if c.policy, err = policy.Open(o.policy); err != nil {
		return nil, usageError{err}
	}
	c.failOn = c.policy.FailOn
	if o.failOn != "" {
		if c.failOn, err = finding.ParseSeverity(o.failOn); err != nil || c.failOn < finding.Low {
			return nil, usageError{fmt.Errorf("--fail-on %q is no severity: use critical, high, medium or low", o.failOn)}
		}
	}
	read := readOptions{noCache: o.noCache, quiet: o.report.Quiet, stderr: stderr}
	if c.survey, err = newSurvey(targets, o.target, read, o.kinds()...); err != nil {
		return nil, err
	}
	if err := o.outputs.prepare(targets); err != nil {
		return nil, err
	}
	if c.rules, err = loadRules(o.rules); err != nil {
		return nil, err
	}
	c.survey.checkFiles = c.checkFiles
	c.openDatabase()
	return c, nil
}
