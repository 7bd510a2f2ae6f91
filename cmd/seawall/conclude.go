package main

import (
	"errors"
	"fmt"

	"seawall/internal/finding"
	"seawall/internal/policy"
	"seawall/internal/report"
)

// conclude orders the findings, applies the exceptions and counts.
func (c *checker) conclude() error {
	d := c.document
	var assets []policy.Asset
	undecided := c.undecided()
	for i := range d.Assets {
		a := &d.Assets[i]
		assets = append(assets, policy.Asset{ID: a.ID, StableName: a.StableName, Searched: c.searched(a, undecided)})
	}
	d.Warnings = append(c.policy.Apply(d.Findings, assets, d.Created), d.Warnings...)
	finding.Sort(d.Findings)
	d.Upgrades = report.PlanUpgrades(d.Findings)
	d.Summary = report.Summarize(d)
	return c.sumUp()
}

// sumUp gives the result by the controls of the benchmark that was asked for.
func (c *checker) sumUp() error {
	if c.options.benchmark == "" {
		return nil
	}
	references := map[string][]finding.Reference{}
	for _, set := range c.rules {
		all, err := set.All()
		if err != nil {
			return err
		}
		for _, r := range all {
			references[r.ID] = r.References
		}
	}
	c.document.Benchmark = report.NewBenchmark(c.options.benchmark, references, c.document)
	return nil
}

// searched gives the kinds of which every finding in an asset was sought. Where
// a target could not be read it may be what an exception is for: then none.
func (c *checker) searched(a *report.Asset, undecided map[string]bool) []finding.Kind {
	for _, t := range c.document.Targets {
		if t.Error != "" {
			return nil
		}
	}
	if a.Status != report.Complete || a.Excluded > 0 {
		return nil
	}
	var kinds []finding.Kind
	for _, kind := range c.document.Looked {
		if kind == finding.Vulnerability && c.lacksAdvisories(a.ID) || kind == finding.Misconfiguration && undecided[a.ID] {
			continue
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

func (c *checker) lacksAdvisories(assetID string) bool {
	for _, g := range c.document.NotLookedUp {
		if g.Asset == assetID {
			return true
		}
	}
	return false
}

// undecided are the IDs of the assets on which a rule could not be decided.
func (c *checker) undecided() map[string]bool {
	assets := map[string]bool{}
	for _, check := range c.document.Checks {
		for _, u := range check.Unknown {
			assets[u.Asset] = true
		}
	}
	return assets
}

// verdict turns the result into the exit code. Where a severity is to fail the
// run, not knowing for want of a database fails it too.
func (c *checker) verdict() error {
	if c.failOn == finding.Unknown {
		return c.incomplete()
	}
	for _, f := range c.document.Findings {
		if f.Status == finding.Open && f.Severity >= c.failOn {
			return silentError(exitFindings)
		}
	}
	if c.options.wants(finding.Vulnerability) && c.db == nil {
		return errors.New("--fail-on is not decided, as there is no advisory database: run `seawall db update`")
	}
	for _, g := range c.document.NotLookedUp {
		if g.Command != "" {
			return fmt.Errorf("--fail-on is not decided, as %s: run `%s`", g.Reason, g.Command)
		}
	}
	return c.incomplete()
}

func (c *checker) incomplete() error {
	if c.document.Summary.Incomplete > 0 {
		return silentError(exitIncomplete)
	}
	return nil
}
