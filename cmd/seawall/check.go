package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seawall/internal/finding"
	"seawall/internal/policy"
	"seawall/internal/report"
	"seawall/internal/rule"
	"seawall/internal/vuln"
	"seawall/internal/vuln/store"
	"seawall/rules"
)

// checkOptions are the flags of `seawall check`.
type checkOptions struct {
	target  targetOptions
	outputs outputs
	report  report.Options

	failOn      string
	only        []string
	policy      string
	excludeBase bool
	allChecks   bool
	noCache     bool
}

func newCheckCommand() *cobra.Command {
	var o checkOptions
	command := &cobra.Command{
		Use:   "check TARGET…",
		Short: "Find vulnerabilities and bad configuration in images",
		Long: `Checks each TARGET: what is in it, which of it has known vulnerabilities, and how
it is configured. Findings come in the order in which to deal with them.

A TARGET is an image reference (looked for in the engine, then in its registry),
a file written by docker save, or the folder or tar of an OCI layout. A prefix
says which is meant: engine: containerd: registry: docker:// archive: oci:
rootfs: (an unpacked file system, "rootfs:/" for this machine). ARCHIVE#NAME
picks one of several images.

Exit code: 0 done; 1 something that was asked for could not be done; 2 wrong
usage; 3 findings at or above --fail-on.`,
		Example: `  seawall check debian:12
  seawall check image.tar --fail-on high
  seawall check ghcr.io/owner/app@sha256:… --platform linux/arm64
  seawall check app:dev --format sarif --output app.sarif --format terminal`,
		Args: someArgs("name what to check: an image, an archive or rootfs:/"),
		RunE: func(cmd *cobra.Command, targets []string) error {
			return o.run(cmd.Context(), targets, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.target.register(command)
	o.outputs.register(command, formatNames())
	flags := command.Flags()
	flags.StringVar(&o.failOn, "fail-on", "", "exit with 3 if there is an open finding of this `SEVERITY` or above: critical, high, medium, low")
	flags.StringSliceVar(&o.only, "only", nil, "report these `KIND`s alone: "+strings.Join(kindNames, ", "))
	flags.StringVar(&o.policy, "policy", "", "`FILE` with the exceptions (default "+policy.DefaultFile+" in the working directory)")
	flags.BoolVar(&o.excludeBase, "exclude-base", false, "leave out what comes from the base image, as far as that is known")
	flags.BoolVar(&o.allChecks, "all-checks", false, "list each rule's result on each target, passes too (JSON)")
	flags.BoolVar(&o.noCache, "no-cache", false, "read every layer anew, and keep nothing")
	flags.BoolVarP(&o.report.Quiet, "quiet", "q", false, "print the verdict's line alone, and no progress")
	flags.BoolVar(&o.report.Details, "details", false, "print every finding with its evidence (terminal)")
	flags.BoolVar(&o.report.AllFindings, "all-findings", false, "do not shorten lists (terminal)")
	complete(command, "fail-on", []string{"critical", "high", "medium", "low"})
	complete(command, "only", kindNames)
	return command
}

func (o *targetOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.platform, "platform", "", "choose `OS/ARCH` from an image for several platforms (default linux on this processor)")
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "allow plain HTTP and unverified certificates with registries")
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	return names
}

var kindNames = []string{string(finding.Vulnerability), string(finding.Misconfiguration)}

// wants tells if findings of a kind are asked for.
func (o *checkOptions) wants(kind finding.Kind) bool {
	return len(o.only) == 0 || slices.Contains(o.only, string(kind))
}

// run checks all targets and writes one report.
func (o *checkOptions) run(ctx context.Context, targets []string, stdout, stderr io.Writer) error {
	c, err := o.prepare(stderr)
	if err != nil {
		return err
	}
	defer c.db.Close()
	for _, target := range targets {
		c.check(ctx, target)
		if ctx.Err() != nil {
			return fmt.Errorf("stopped while checking %s", target)
		}
	}
	c.conclude()
	show := terminalOptions()
	show.Quiet, show.Details, show.AllFindings = o.report.Quiet, o.report.Details, o.report.AllFindings
	if err := o.outputs.write(stdout, c.document, show); err != nil {
		return err
	}
	return c.verdict()
}

// prepare reads everything that a mistake in can be told before any work.
func (o *checkOptions) prepare(stderr io.Writer) (*checker, error) {
	if err := o.outputs.check("terminal"); err != nil {
		return nil, err
	}
	for _, kind := range o.only {
		if !slices.Contains(kindNames, kind) {
			return nil, usageError{fmt.Errorf("--only %q is no kind of finding: use %s", kind, strings.Join(kindNames, ", "))}
		}
	}
	accepted, err := policy.Open(o.policy)
	if err != nil {
		return nil, usageError{err}
	}
	failOn := accepted.FailOn
	if o.failOn != "" {
		if failOn, err = finding.ParseSeverity(o.failOn); err != nil || failOn < finding.Low {
			return nil, usageError{fmt.Errorf("--fail-on %q is no severity: use critical, high, medium or low", o.failOn)}
		}
	}
	now, err := report.Timestamp(os.Getenv("SOURCE_DATE_EPOCH"), time.Now())
	if err != nil {
		return nil, usageError{err}
	}
	c := &checker{options: o, policy: accepted, failOn: failOn, stderr: stderr, document: newDocument(now)}
	if c.rules, err = rule.Load(rules.Files, "rules"); err != nil {
		return nil, err
	}
	return c, c.openDatabase()
}

func newDocument(now time.Time) *report.Document {
	return &report.Document{
		Schema:  report.SchemaName,
		Tool:    report.Tool{Name: "seawall", Version: version},
		Created: now,
		Checks:  map[string]report.Check{},
	}
}

// openDatabase opens the advisories. That there are none is no error: the
// report says what was not looked up.
func (c *checker) openDatabase() error {
	if !c.options.wants(finding.Vulnerability) {
		return nil
	}
	db, err := vuln.OpenAny()
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		c.document.Warnings = append(c.document.Warnings, err.Error())
		return nil
	}
	c.db = db
	c.document.Database = describeDatabase(db)
	for _, p := range db.Problems() {
		c.document.Warnings = append(c.document.Warnings, p.Message)
	}
	return nil
}

func describeDatabase(db *vuln.DB) *report.Database {
	d := &report.Database{Built: db.Built(), Segments: []report.Segment{}}
	for _, f := range db.Files() {
		switch f.Kind {
		case store.KEV:
			d.KEV = f.Newest
		case store.EPSS:
			d.EPSS = f.Newest
		case store.Advisories:
			d.Segments = append(d.Segments, report.Segment{Ecosystem: f.Ecosystem, Advisories: f.Records, Newest: f.Newest})
		}
	}
	return d
}

// conclude orders the findings, applies the exceptions and counts.
func (c *checker) conclude() {
	d := c.document
	names := map[string]string{}
	for _, a := range d.Assets {
		names[a.ID] = a.StableName
	}
	d.Warnings = append(d.Warnings, c.policy.Apply(d.Findings, names, d.Created)...)
	finding.Sort(d.Findings)
	d.Upgrades = report.PlanUpgrades(d.Findings)
	d.Summary = report.Summarize(d)
}

// verdict turns the result into the exit code.
func (c *checker) verdict() error {
	for _, f := range c.document.Findings {
		if c.failOn != finding.Unknown && f.Status == finding.Open && f.Severity >= c.failOn {
			return silentError(exitFindings)
		}
	}
	if c.document.Summary.Incomplete > 0 {
		return silentError(exitIncomplete)
	}
	return nil
}
