package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/policy"
	"seawall/internal/report"
	"seawall/internal/rule"
	"seawall/internal/vuln"
)

// checker looks for findings in what a survey examines.
type checker struct {
	*survey
	options *checkOptions
	policy  *policy.Policy
	failOn  finding.Severity
	rules   []*rule.Set
	db      *vuln.DB // nil if there is none
	// files are the IDs of the files in the report.
	files map[string]bool
}

// add puts an examined image and its findings into the report.
func (c *checker) add(ctx context.Context, e *examined) {
	a := e.reported()
	if len(e.leftOut) > 0 {
		c.document.NotLookedUp = append(c.document.NotLookedUp, report.Gap{
			Asset: e.asset.ID, What: "files below " + strings.Join(e.leftOut, ", "), Reason: "other file systems are left out; name them with rootfs: to check them",
		})
	}
	findings := append(c.vulnerabilities(e, &a), c.misconfigurations(ctx, e, &a)...)
	for i := range findings {
		locate(&findings[i], a.Layers)
	}
	if c.options.excludeBase {
		all := len(findings)
		findings = slices.DeleteFunc(findings, inherited)
		a.Excluded = all - len(findings)
	}
	c.document.Findings = append(c.document.Findings, findings...)
	c.document.Assets = append(c.document.Assets, a)
	if c.options.excludeBase && !slices.ContainsFunc(a.Layers, func(l asset.Layer) bool { return l.Base == asset.FromBase }) {
		c.document.Warnings = append(c.document.Warnings, "--exclude-base left out nothing of "+a.Name+": nothing tells where its base image ends")
	}
}

// inherited is true for what comes from the base image alone: a finding that
// stands for others too may be about the image's own.
func inherited(f finding.Finding) bool {
	return f.Alike == 0 && f.Location != nil && f.Location.Layer != nil && f.Location.Layer.Base == asset.FromBase
}

// vulnerabilities matches the packages, and notes which no advisory could be
// sought for.
func (c *checker) vulnerabilities(e *examined, a *report.Asset) []finding.Finding {
	if !c.options.wants(finding.Vulnerability) {
		return nil
	}
	matched, problems := c.db.Findings(e.asset.ID, e.asset.StableName, e.inventory.Packages)
	for _, p := range problems {
		c.note(a, p)
	}
	c.document.NotLookedUp = append(c.document.NotLookedUp, unmatched(e.asset.ID, e.inventory.Packages)...)
	return matched
}

// note puts a problem of the matching into the report. What was found and is
// not listed makes the asset partial, so that no check passes for it.
func (c *checker) note(a *report.Asset, p vuln.Problem) {
	if p.Unlisted > 0 {
		a.Status = report.Partial
		a.Errors = append(a.Errors, report.Problem{Layer: -1, Message: p.What + " are not in the report: " + p.Message})
		return
	}
	c.document.NotLookedUp = append(c.document.NotLookedUp, report.Gap{
		Asset:    a.ID,
		What:     p.What,
		Reason:   p.Message,
		Command:  p.Command,
		Packages: p.Packages,
	})
}

// evaluate judges a target by all rules that are asked for.
func (c *checker) evaluate(ctx context.Context, target rule.Target) ([]rule.Result, error) {
	all, err := c.rules[0].Evaluate(ctx, target)
	if err != nil {
		return all, err
	}
	for _, set := range c.rules[1:] {
		results, err := set.Evaluate(ctx, target)
		if err != nil {
			return all, err
		}
		all = append(all, results...)
	}
	if c.options.benchmark == "" {
		return all, nil
	}
	return slices.DeleteFunc(all, func(r rule.Result) bool { return !report.InBenchmark(c.options.benchmark, r.Rule.References) }), nil
}

// misconfigurations evaluates the rules and counts their results.
func (c *checker) misconfigurations(ctx context.Context, e *examined, a *report.Asset) []finding.Finding {
	if !c.options.wants(finding.Misconfiguration) {
		return nil
	}
	results, err := c.evaluate(ctx, rule.Image(e.asset, &e.subject, c.document.Created))
	if ctx.Err() != nil {
		err = errors.New("the check was interrupted")
	}
	if err != nil {
		a.Status = report.Partial
		a.Errors = append(a.Errors, report.Problem{Layer: -1, Message: fmt.Sprintf("the configuration was not checked: %v", err)})
	}
	var findings []finding.Finding
	for _, r := range results {
		findings = append(findings, r.Findings(e.asset)...)
		c.count(e.asset.ID, r)
	}
	return findings
}

// count adds a rule's result to the report's checks.
func (c *checker) count(assetID string, r rule.Result) {
	check, known := c.document.Checks[r.Rule.ID]
	if !known {
		check.Unknown = []report.Undecided{}
	}
	result := "unknown"
	switch r.Status {
	case rule.Pass:
		check.Pass++
		result = "pass"
	case rule.Fail:
		check.Fail++
		result = "fail"
	case rule.NotApplicable:
		check.NotApplicable++
		result = "notApplicable"
	case rule.Unknown:
		check.Unknown = append(check.Unknown, report.Undecided{Asset: assetID, Reason: r.Reason})
	}
	if c.options.allChecks {
		check.Results = append(check.Results, report.CheckResult{Asset: assetID, Result: result, Reason: r.Reason})
	}
	c.document.Checks[r.Rule.ID] = check
}
