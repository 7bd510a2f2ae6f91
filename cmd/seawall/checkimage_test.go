package main

import (
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/policy"
	"seawall/internal/report"
	"seawall/internal/vuln"
)

// Vulnerabilities that are too many to list make the asset partial, and the
// run's exit code says so; a gap does not.
func TestUnlistedVulnerabilitiesAreIncomplete(t *testing.T) {
	for _, c := range []struct {
		problem vuln.Problem
		status  report.AssetStatus
		gaps    int
	}{
		{vuln.Problem{What: "7 of the known vulnerabilities", Message: "no more are listed", Unlisted: 7}, report.Partial, 0},
		{vuln.Problem{What: "known vulnerabilities of a 1", Message: "no advisories", Packages: 1}, report.Complete, 1},
	} {
		checked := &checker{options: &checkOptions{}, policy: &policy.Policy{}, survey: &survey{document: &report.Document{}}}
		a := report.Asset{ID: "image:x", Status: report.Complete, Errors: []report.Problem{}}
		checked.note(&a, c.problem)
		checked.document.Assets = append(checked.document.Assets, a)
		checked.conclude()
		if a.Status != c.status || len(checked.document.NotLookedUp) != c.gaps || (checked.verdict() != nil) != (c.status == report.Partial) {
			t.Errorf("%q: status %s, %d gaps, verdict %v", c.problem.What, a.Status, len(checked.document.NotLookedUp), checked.verdict())
		}
	}
}

func TestInherited(t *testing.T) {
	at := func(base string) *finding.Location { return &finding.Location{Layer: &finding.Layer{Base: base}} }
	for name, c := range map[string]struct {
		finding finding.Finding
		want    bool
	}{
		"base":              {finding.Finding{Location: at(asset.FromBase)}, true},
		"own":               {finding.Finding{Location: at(asset.Own)}, false},
		"nowhere":           {finding.Finding{}, false},
		"stands for others": {finding.Finding{Location: at(asset.FromBase), Alike: 3}, false},
	} {
		if got := inherited(c.finding); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
