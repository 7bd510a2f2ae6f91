package main

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/inventory/npm"
	"seawall/internal/report"
)

// unmatched lists, by reason, the packages that are matched against no
// advisory, the largest group first. The image's own application is left out:
// nobody publishes advisories about it.
func unmatched(assetID string, packages []asset.Package) []report.Gap {
	groups := groupUnmatched(packages)
	var gaps []report.Gap
	for _, reason := range slices.Sorted(maps.Keys(groups)) {
		group := groups[reason]
		gaps = append(gaps, report.Gap{
			Asset:    assetID,
			What:     "known vulnerabilities of " + describePackages(group),
			Reason:   cmp.Or(reason, "no ecosystem of advisories is about them"),
			Packages: len(group),
		})
	}
	slices.SortStableFunc(gaps, func(a, b report.Gap) int { return cmp.Compare(b.Packages, a.Packages) })
	return gaps
}

// groupUnmatched groups them by reason. What a distribution's package owns is
// answered by the owner's advisories, or shares the reason why there are none. What only a lockfile
// names is not there to have vulnerabilities.
func groupUnmatched(packages []asset.Package) map[string][]*asset.Package {
	byPURL := map[string]*asset.Package{}
	for i := range packages {
		byPURL[packages[i].PURL] = &packages[i]
	}
	groups := map[string][]*asset.Package{}
	for i := range packages {
		p := &packages[i]
		responsible := p
		if owner := byPURL[p.OwnedBy]; p.OwnedBy != "" && owner != nil {
			responsible = owner
		}
		if responsible.Ecosystem == "" && !isApplication(p) && p.NotMatched != npm.NotInstalled {
			groups[responsible.NotMatched] = append(groups[responsible.NotMatched], p)
		}
	}
	return groups
}

// isApplication recognizes what the image's maker wrote: the manifest of an npm
// package that no other installed, and a Go program whose version is no tag.
func isApplication(p *asset.Package) bool {
	switch p.Type {
	case "npm":
		return len(p.Locations) > 0 && path.Base(p.Locations[0].Path) == "package.json" && !strings.Contains("/"+p.Locations[0].Path, "/node_modules/")
	case "golang":
		return p.Version == "(devel)" || strings.HasPrefix(p.Version, "v0.0.0-")
	}
	return false
}

// describePackages says "tool 1.0", or "12 rpm and 3 npm packages".
func describePackages(packages []*asset.Package) string {
	if len(packages) == 1 {
		return strings.TrimSpace(packages[0].Name + " " + packages[0].Version)
	}
	counts := map[string]int{}
	for _, p := range packages {
		counts[p.Type]++
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(parts, " and ") + " packages"
}
