package vuln

import (
	"cmp"
	"slices"

	"seawall/internal/vuln/osv"
	"seawall/internal/vuln/version"
)

// upgradeKey is what one upgrade renews: the packages of one source, or a
// language package.
type upgradeKey struct{ ecosystem, name, version string }

// planUpgrades fills in Upgrade for every match that has a fix. The highest fix
// of a package's matches is not always right: it may lie in a branch that
// another of them is about.
func planUpgrades(matches []Match) {
	groups := map[upgradeKey][]*Match{}
	for i := range matches {
		m := &matches[i]
		if m.Fixed == "" {
			continue
		}
		key := upgradeKey{m.Package.Ecosystem, cmp.Or(m.Package.Source.Name, m.Package.Name), m.Package.Version}
		groups[key] = append(groups[key], m)
	}
	for key, group := range groups {
		scheme, _ := version.SchemeFor(key.ecosystem) // matches have a known one
		upgrade := upgradeFor(group, scheme)
		for _, m := range group {
			m.Upgrade = upgrade
		}
	}
}

// upgradeFor gives the lowest version above the installed ones that no hit of
// the matches is about, "" if there is none.
func upgradeFor(matches []*Match, scheme version.Scheme) string {
	type looked struct {
		id     string
		lookup lookup
	}
	seen := map[looked]bool{}
	installed := matches[0].Version
	var hits []Hit
	for _, m := range matches {
		if isAbove(m.Version, installed, scheme) {
			installed = m.Version
		}
		// The packages of one source have the same hits.
		if key := (looked{m.ID, m.Hits[0].lookup}); !seen[key] {
			seen[key] = true
			hits = append(hits, m.Hits...)
		}
	}
	return lowestFix(hits, installed, scheme)
}

// maxFixes bounds how many different fixes are tried: a segment is not trusted.
const maxFixes = 1000

// lowestFix gives the lowest of the hits' fixes above the installed version
// that none of the hits is about, "" if there is none.
func lowestFix(hits []Hit, installed string, scheme version.Scheme) string {
	fixes := fixesAbove(hits, installed, scheme)
	i := slices.IndexFunc(fixes, func(fix string) bool { return isClean(fix, hits, scheme) })
	if i < 0 {
		return ""
	}
	return fixes[i]
}

// fixesAbove gives the hits' fixed versions above the installed one, sorted.
func fixesAbove(hits []Hit, installed string, scheme version.Scheme) []string {
	seen := map[string]bool{}
	var fixes []string
	for i := range hits {
		for _, r := range hits[i].Ranges {
			for _, e := range r {
				if e.Kind == osv.Fixed && !seen[e.Version] && len(seen) < maxFixes {
					seen[e.Version] = true
					if isAbove(e.Version, installed, scheme) {
						fixes = append(fixes, e.Version)
					}
				}
			}
		}
	}
	slices.SortStableFunc(fixes, func(a, b string) int {
		order, _ := scheme.Compare(a, b) // each was compared with the installed one
		return order
	})
	return fixes
}

func isAbove(a, b string, scheme version.Scheme) bool {
	order, err := scheme.Compare(a, b)
	return err == nil && order > 0
}

func isClean(candidate string, hits []Hit, scheme version.Scheme) bool {
	return !slices.ContainsFunc(hits, func(h Hit) bool {
		in, err := contains(h.Ranges, h.Versions, candidate, scheme)
		return in || err != nil
	})
}
