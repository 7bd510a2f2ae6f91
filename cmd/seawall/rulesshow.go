package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/rule"
)

// lookUp finds the rules that are meant, each once.
func lookUp(all []*rule.Rule, wanted []string) ([]*rule.Rule, error) {
	var found []*rule.Rule
	for _, id := range wanted {
		matches := matching(all, id)
		if len(matches) == 0 {
			return nil, usageError{fmt.Errorf("there is no rule %q, and no rule is known by that number elsewhere%s", id, resembling(all, id))}
		}
		for _, r := range matches {
			if !slices.Contains(found, r) {
				found = append(found, r)
			}
		}
	}
	return found, nil
}

// matching gives the rule with this ID, or those that have it among their
// references.
func matching(all []*rule.Rule, id string) []*rule.Rule {
	var found []*rule.Rule
	for _, r := range all {
		if r.ID == id {
			return []*rule.Rule{r}
		}
		if slices.ContainsFunc(r.References, func(f finding.Reference) bool {
			return number(f.ID) == number(id) || number(f.Name+f.ID) == number(id)
		}) {
			found = append(found, r)
		}
	}
	return found
}

// number spells an ID so that those which differ in case, separators and
// leading zeros alone are the same: tools have changed theirs in these ways
// (DS002, DS-0002, AVD-DS-0002). Points stay: 2.10 is not 21.0.
func number(id string) string {
	var b strings.Builder
	afterDigit := false
	for _, r := range strings.TrimPrefix(strings.ToUpper(id), "AVD-") {
		isDigit := '0' <= r && r <= '9'
		if strings.ContainsRune(" _-:", r) || r == '0' && !afterDigit {
			afterDigit = afterDigit && isDigit
			continue
		}
		b.WriteRune(r)
		afterDigit = isDigit
	}
	return b.String()
}

// resembling offers the rules whose ID holds a part of what was asked for.
func resembling(all []*rule.Rule, id string) string {
	const limit = 5
	var near []string
	for _, r := range all {
		if len(id) > 2 && strings.Contains(r.ID, strings.ToLower(id)) && len(near) < limit {
			near = append(near, r.ID)
		}
	}
	if len(near) == 0 {
		return "; see `seawall rules list`"
	}
	return "; there is " + strings.Join(near, ", ")
}

func showRules(w io.Writer, found []*rule.Rule) error {
	var b strings.Builder
	for i, r := range found {
		if i > 0 {
			b.WriteString("\n")
		}
		showRule(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showRule(b *strings.Builder, r *rule.Rule) {
	text := r.Text()
	fmt.Fprintf(b, "%s\n%s\n\n", r.ID, report.Escape(r.Title))
	part := func(label, content string) {
		if content == "" {
			return
		}
		lines := strings.Split(strings.TrimRight(content, "\n"), "\n")
		for i, line := range lines {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(b, "  %-9s %s\n", label, report.Escape(line))
		}
	}
	part("severity", r.Severity.String())
	part("layer", r.Layer)
	part("judges", r.On)
	part("when", text.When)
	part("each", text.Each)
	part("require", text.Require)
	part("why", strings.Join(strings.Fields(r.Why), " "))
	part("fix", strings.Join(strings.Fields(r.Fix.Text), " "))
	part("run", r.Fix.Command)
	part("passes", text.Pass)
	part("fails", text.Fail)
	for _, reference := range r.References {
		part("see", reference.Name+" "+reference.ID)
	}
}

// ruleJSON is a rule as `rules list --json` and `rules show --json` print it.
type ruleJSON struct {
	ID         string              `json:"id"`
	Title      string              `json:"title"`
	Layer      string              `json:"layer"`
	On         string              `json:"on"`
	Severity   finding.Severity    `json:"severity"`
	When       string              `json:"when,omitempty"`
	Each       string              `json:"each,omitempty"`
	Require    string              `json:"require"`
	Message    string              `json:"message"`
	Rows       int                 `json:"rows,omitempty"`
	Why        string              `json:"why"`
	Fix        finding.Fix         `json:"fix"`
	References []finding.Reference `json:"references"`
	File       string              `json:"file"`
}

func writeRulesJSON(w io.Writer, list []*rule.Rule) error {
	out := make([]ruleJSON, 0, len(list))
	for _, r := range list {
		text := r.Text()
		out = append(out, ruleJSON{
			ID: r.ID, Title: r.Title, Layer: r.Layer, On: r.On, Severity: r.Severity,
			When: text.When, Each: text.Each, Require: text.Require, Message: text.Message, Rows: text.Rows,
			Why: strings.TrimSpace(r.Why), Fix: r.Fix, References: append([]finding.Reference{}, r.References...), File: r.File(),
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}
