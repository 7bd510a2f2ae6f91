package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/rule"
	"seawall/internal/rule/page"
	"seawall/rules"
)

func newRulesCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "rules",
		Short: "List, explain and test the rules",
		Args:  noArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(newRulesListCommand(), newRulesShowCommand(), newRulesTestCommand(), newRulesDocsCommand())
	return command
}

func newRulesListCommand() *cobra.Command {
	var layer, folder string
	var asJSON bool
	command := &cobra.Command{
		Use:     "list",
		Short:   "List the rules with their severity",
		Example: "  seawall rules list --layer workload\n  seawall rules list --json",
		Args:    noArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			all, err := everyRule(folder)
			if err != nil {
				return err
			}
			all, err = ofLayer(all, layer)
			if err != nil {
				return err
			}
			if asJSON {
				return writeRulesJSON(command.OutOrStdout(), all)
			}
			return listRules(command.OutOrStdout(), all)
		},
	}
	command.Flags().StringVar(&layer, "layer", "", "list the rules of one `LAYER` alone: workload, build, image …")
	command.Flags().BoolVar(&asJSON, "json", false, "print everything about each rule as JSON")
	rulesFlag(command, &folder)
	return command
}

func newRulesShowCommand() *cobra.Command {
	var folder string
	var asJSON bool
	command := &cobra.Command{
		Use:   "show ID…",
		Short: "Explain rules, found by their own ID or by another tool's",
		Long: `Prints what a rule demands, why, how to mend it, and its examples. An ID may be that
of a benchmark or of another tool: CKV_DOCKER_3, DL3002, DS-0002, "cis-docker-1.8 4.1".`,
		Args: someArgs("name a rule, or the number that another tool gives it"),
		RunE: func(command *cobra.Command, wanted []string) error {
			all, err := everyRule(folder)
			if err != nil {
				return err
			}
			found, err := lookUp(all, wanted)
			if err != nil {
				return err
			}
			if asJSON {
				return writeRulesJSON(command.OutOrStdout(), found)
			}
			return showRules(command.OutOrStdout(), found)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print everything about each rule as JSON")
	rulesFlag(command, &folder)
	return command
}

func newRulesTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE…",
		Short: "Check rule files and run their examples",
		Long: `Checks rule files (or all of a folder) as they are checked before use, runs the
examples in them and prints how each one ended. The exit code is 1 if a file has a
mistake or an example does not end as it says.`,
		Args: someArgs("name rule files or a folder of them"),
		RunE: func(command *cobra.Command, names []string) error {
			return testRules(command.Context(), command.OutOrStdout(), names)
		},
	}
}

func newRulesDocsCommand() *cobra.Command {
	var folder string
	command := &cobra.Command{
		Use:   "docs DIR",
		Short: "Write a page about each rule as Markdown",
		Args: func(command *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("name one folder to write the pages to; see %s --help", command.CommandPath())}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := everyRule(folder)
			if err != nil {
				return err
			}
			return writePages(args[0], page.Pages(all))
		},
	}
	rulesFlag(command, &folder)
	return command
}

func rulesFlag(command *cobra.Command, folder *string) {
	command.Flags().StringVar(folder, "rules", "", "`FOLDER` with rules of your own, beside Seawall's")
}

// loadRules opens Seawall's rules and, if a folder is given, the user's, which
// are checked whole before they are used.
func loadRules(folder string) ([]*rule.Set, error) {
	own, err := rule.Load(rules.Files, "rules")
	if err != nil || folder == "" {
		return []*rule.Set{own}, err
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, usageError{fmt.Errorf("--rules %s is no folder with rules", folder)}
	}
	users, err := rule.Load(os.DirFS(folder), folder)
	if err != nil {
		return nil, usageError{err}
	}
	if err := errors.Join(users.Check(), refuseTaken(users)); err != nil {
		return nil, usageError{err}
	}
	return []*rule.Set{own, users}, nil
}

// refuseTaken refuses rules of a user that have the ID of one of Seawall's:
// exceptions would be for both.
func refuseTaken(users *rule.Set) error {
	all, err := users.All()
	if err != nil {
		return err
	}
	var mistakes []error
	for _, r := range all {
		if taken, _ := fs.Glob(rules.Files, "*/"+r.ID+".yaml"); len(taken) > 0 {
			mistakes = append(mistakes, fmt.Errorf("%s: Seawall has a rule %s of its own: give yours another id", r.File(), r.ID))
		}
	}
	return errors.Join(mistakes...)
}

// everyRule gives all rules of all sets, by layer and ID.
func everyRule(folder string) ([]*rule.Rule, error) {
	sets, err := loadRules(folder)
	if err != nil {
		return nil, err
	}
	var all []*rule.Rule
	for _, set := range sets {
		some, err := set.All()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b *rule.Rule) int { return strings.Compare(a.Layer+"\x00"+a.ID, b.Layer+"\x00"+b.ID) })
	return all, nil
}

func ofLayer(all []*rule.Rule, layer string) ([]*rule.Rule, error) {
	if layer == "" {
		return all, nil
	}
	var some []*rule.Rule
	var layers []string
	for _, r := range all {
		if r.Layer == layer {
			some = append(some, r)
		}
		layers = append(layers, r.Layer)
	}
	if len(some) == 0 {
		slices.Sort(layers)
		return nil, usageError{fmt.Errorf("there is no rule of the layer %q: the layers are %s", layer, strings.Join(slices.Compact(layers), ", "))}
	}
	return some, nil
}

func listRules(w io.Writer, all []*rule.Rule) error {
	width := 0
	for _, r := range all {
		width = max(width, len(r.ID))
	}
	var b strings.Builder
	layer := ""
	counts := map[finding.Severity]int{}
	for _, r := range all {
		if r.Layer != layer {
			layer = r.Layer
			fmt.Fprintf(&b, "%s\n", layer)
		}
		fmt.Fprintf(&b, "  %-8s  %-*s  %s\n", r.Severity, width, r.ID, report.Escape(r.Title))
		counts[r.Severity]++
	}
	fmt.Fprintf(&b, "\n%d rules", len(all))
	separator := ": "
	for severity := finding.Critical; severity > finding.Unknown; severity-- {
		if counts[severity] > 0 {
			fmt.Fprintf(&b, "%s%d %s", separator, counts[severity], severity)
			separator = ", "
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writePages writes each page below a folder.
func writePages(folder string, pages map[string]string) error {
	for name, content := range pages {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
	}
	return nil
}

// testRules runs the examples of rule files and prints how each one ended.
func testRules(ctx context.Context, w io.Writer, names []string) error {
	files, err := ruleFiles(names)
	if err != nil {
		return err
	}
	run, failed := 0, 0
	for _, file := range files {
		trials, err := testRule(ctx, file)
		if err != nil {
			failed++
			fmt.Fprintf(w, "FAIL  %s\n", printable(err.Error()))
			continue
		}
		for _, trial := range trials {
			run++
			if !trial.Held() {
				failed++
			}
			fmt.Fprintln(w, trialLine(file, trial))
		}
	}
	fmt.Fprintf(w, "\n%d files, %d examples, %d failed\n", len(files), run, failed)
	if failed > 0 {
		return silentError(exitIncomplete)
	}
	return nil
}

func testRule(ctx context.Context, file string) ([]rule.Trial, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := rule.Parse(file, content)
	if err != nil {
		return nil, err
	}
	return r.Trials(ctx)
}

// trialLine says in one line how an example ended: "ok    x.yaml:12  fail: why".
func trialLine(file string, t rule.Trial) string {
	line := fmt.Sprintf("ok    %s:%d  %s", file, t.Line, t.Got)
	if !t.Held() {
		line = fmt.Sprintf("FAIL  %s:%d  ends in %s, should end in %s", file, t.Line, t.Got, t.Want)
	}
	if t.Name != "" {
		line += " (" + t.Name + ")"
	}
	if t.Because != "" {
		line += ": " + t.Because
	}
	return report.Escape(line)
}

// ruleFiles are the named files and all rule files of the named folders.
func ruleFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		err := filepath.WalkDir(name, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (file == name || filepath.Ext(file) == ".yaml") {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the rules: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no .yaml file in %s", strings.Join(names, ", "))
	}
	return files, nil
}
