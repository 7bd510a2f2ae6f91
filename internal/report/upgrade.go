package report

import (
	"cmp"
	"slices"

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

// PlanUpgrades finds the version to go to for every package with fixable
// vulnerabilities, in the order of the findings. Compare orders two versions of
// the package with the given purl; a package whose fixed versions it cannot
// compare is left out.
func PlanUpgrades(findings []finding.Finding, compare func(purl, a, b string) (int, error)) []Upgrade {
	var upgrades []Upgrade
	for _, g := range groupVulnerabilities(findings, nil) {
		if len(g.fixed) == 0 {
			continue
		}
		to, err := highest(g.findings[0].Package.PURL, g.fixed, compare)
		if err != nil {
			continue
		}
		upgrades = append(upgrades, Upgrade{
			Asset:    g.key.asset,
			Package:  g.key.name,
			From:     g.key.installed,
			To:       to,
			Packages: g.binaries,
			Findings: len(g.findings),
		})
	}
	return upgrades
}

func highest(purl string, versions []string, compare func(purl, a, b string) (int, error)) (string, error) {
	best := versions[0]
	for _, v := range versions[1:] {
		order, err := compare(purl, v, best)
		if err != nil {
			return "", err
		}
		if order > 0 {
			best = v
		}
	}
	return best, nil
}

// group holds the open vulnerabilities that one upgrade ends, or those of one
// package that none ends yet.
type group struct {
	key groupKey
	// to is the version that ends all of them, "" if not known; fixed are the
	// versions that each end some.
	to    string
	fixed []string
	// binaries are the names of the installed packages, sorted.
	binaries []string
	findings []*finding.Finding
	severity finding.Severity
}

type groupKey struct {
	asset, name, installed string
	fixable                bool
}

// groupVulnerabilities groups open vulnerabilities, each group standing where
// its most urgent finding stands.
func groupVulnerabilities(findings []finding.Finding, upgrades []Upgrade) []*group {
	groups := map[groupKey]*group{}
	var order []*group
	for i := range findings {
		f := &findings[i]
		if f.Kind != finding.Vulnerability || f.Status == finding.Accepted || f.Package == nil {
			continue
		}
		key := groupKey{f.Asset, cmp.Or(f.Package.Source, f.Package.Name), f.Package.Version, f.Package.Fixed != ""}
		if groups[key] == nil {
			groups[key] = &group{key: key}
			order = append(order, groups[key])
		}
		groups[key].add(f)
	}
	for _, u := range upgrades {
		if g := groups[groupKey{u.Asset, u.Package, u.From, true}]; g != nil {
			g.to = u.To
		}
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
	if len(g.fixed) == 1 {
		g.to = g.fixed[0]
	} else {
		g.to = ""
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
