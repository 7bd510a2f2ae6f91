package report

import (
	"cmp"
	"slices"
	"strings"

	"seawall/internal/finding"
)

// Upgrade is a version that ends all fixable vulnerabilities of one source
// package, or of one language package.
type Upgrade struct {
	Asset string `json:"asset"`
	// Package is the source package's name where there is one.
	Package string `json:"package"`
	From    string `json:"from"`
	To      string `json:"to"`
	// Packages are the installed packages that it renews.
	Packages []string `json:"packages"`
	// Findings is the number of open findings that it ends.
	Findings int `json:"findings"`
}

// PlanUpgrades lists the packages with fixable vulnerabilities that one version
// ends all of, in the order of the findings.
func PlanUpgrades(findings []finding.Finding) []Upgrade {
	var upgrades []Upgrade
	for _, g := range groupVulnerabilities(findings) {
		if g.to == "" {
			continue
		}
		upgrades = append(upgrades, Upgrade{
			Asset:    g.key.asset,
			Package:  g.key.name,
			From:     g.key.installed,
			To:       g.to,
			Packages: g.binaries,
			Findings: len(g.findings),
		})
	}
	return upgrades
}

// group holds the open vulnerabilities that one upgrade ends, or those of one
// package that none ends yet.
type group struct {
	key groupKey
	// to is the version that ends all of them, "" if no single one does; fixed
	// are the versions that each end some.
	to    string
	fixed []string
	// binaries are the names of the installed packages, sorted.
	binaries []string
	findings []*finding.Finding
	severity finding.Severity
}

// groupKey has the purl's type, as npm and PyPI have packages of one name.
type groupKey struct {
	asset, purlType, name, installed string
	fixable                          bool
}

// groupVulnerabilities groups open vulnerabilities, each group standing where
// its most urgent finding stands.
func groupVulnerabilities(findings []finding.Finding) []*group {
	groups := map[groupKey]*group{}
	var order []*group
	for i := range findings {
		f := &findings[i]
		if f.Kind != finding.Vulnerability || f.Status == finding.Accepted || f.Package == nil {
			continue
		}
		purlType, _, _ := strings.Cut(f.Package.PURL, "/")
		key := groupKey{f.Asset, purlType, cmp.Or(f.Package.Source, f.Package.Name), f.Package.Version, f.Package.Fixed != ""}
		if groups[key] == nil {
			groups[key] = &group{key: key, to: f.Package.Upgrade}
			order = append(order, groups[key])
		}
		groups[key].add(f)
	}
	return order
}

func (g *group) add(f *finding.Finding) {
	g.findings = append(g.findings, f)
	g.severity = max(g.severity, f.Severity)
	if at, found := slices.BinarySearch(g.binaries, f.Package.Name); !found {
		g.binaries = slices.Insert(g.binaries, at, f.Package.Name)
	}
	if f.Package.Fixed != "" && !slices.Contains(g.fixed, f.Package.Fixed) {
		g.fixed = append(g.fixed, f.Package.Fixed)
	}
}

// exploited is true if any of the group's vulnerabilities is known to be exploited.
func (g *group) exploited() bool {
	return slices.ContainsFunc(g.findings, func(f *finding.Finding) bool { return f.Risk.Exploited })
}

// refused is true if the publisher has said that none of them will be fixed.
func (g *group) refused() bool {
	return !slices.ContainsFunc(g.findings, func(f *finding.Finding) bool { return f.Package.FixState != "wont-fix" })
}

// rules gives the number of different vulnerabilities: one CVE in three
// packages of the same source is one.
func (g *group) rules() int {
	seen := map[string]bool{}
	for _, f := range g.findings {
		seen[f.Rule] = true
	}
	return len(seen)
}
