package vuln

import (
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/vuln/ecosystem"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/osv"
	"seawall/internal/vuln/version"
)

// fixState says whether there is a fix: "fixed", "wont-fix", "not-fixed", or
// "unknown" if the advisories only name affected versions and no end.
func fixState(m *Match) string {
	switch {
	case m.Fixed != "":
		return "fixed"
	case slices.ContainsFunc(m.Hits, func(h Hit) bool { return h.State == index.EndOfLife }):
		return "wont-fix"
	case slices.ContainsFunc(m.Hits, func(h Hit) bool { return hasNoEnd(h.Ranges) }):
		return "not-fixed"
	}
	return "unknown"
}

// hasNoEnd tells whether one of the sorted ranges goes on for ever.
func hasNoEnd(ranges []osv.Range) bool {
	return slices.ContainsFunc(ranges, func(r osv.Range) bool { return len(r) > 0 && r[len(r)-1].Kind == osv.Introduced })
}

func fix(m *Match, c *commands) finding.Fix {
	switch {
	case isMalicious(m):
		return finding.Fix{Text: fmt.Sprintf("remove %s, and treat every secret that it could read as known to others", m.Package.Name)}
	case m.Fixed != "":
		return finding.Fix{Text: upgradeText(m, c), Command: c.upgrade(m)}
	case fixState(m) == "wont-fix":
		return finding.Fix{Text: fmt.Sprintf("%s gives no more fixes for %s: move to a release that is supported", m.Package.Ecosystem, m.Package.Name)}
	case fixState(m) == "not-fixed":
		return finding.Fix{Text: fmt.Sprintf("there is no fixed version of %s in %s yet", m.Package.Name, m.Package.Ecosystem)}
	}
	return finding.Fix{Text: fmt.Sprintf("the advisories name no fixed version of %s: see the references", m.Package.Name)}
}

func upgradeText(m *Match, c *commands) string {
	p := m.Package
	switch {
	case isGoModule(p):
		return fmt.Sprintf("upgrade %s to %s and rebuild", p.Name, spelled(p, m.Fixed))
	case p.Type == "golang":
		return fmt.Sprintf("rebuild with Go %s or later", m.Fixed)
	}
	text := fmt.Sprintf("upgrade %s to %s", p.Name, m.Fixed)
	if m.Version != p.Version {
		// The advisory's version is the source's, the binary has another.
		text = fmt.Sprintf("upgrade %s to a build of %s %s", p.Name, m.Hits[0].lookup.name, m.Fixed)
	}
	switch holder := enclosingPackage(p); {
	case holder != "":
		return fmt.Sprintf("%s by upgrading %s, which holds it (or by \"overrides\" in package.json)", text, holder)
	case ecosystem.IsDistribution(ecosystem.Family(p.Ecosystem)) && c.manager(p) == "":
		return text + " with a newer base image: this one has no package manager for it"
	}
	return text
}

// isGoModule is false for what Go's advisories name besides modules.
func isGoModule(p *asset.Package) bool {
	return p.Type == "golang" && p.Name != "stdlib" && p.Name != "toolchain"
}

// spelled writes an advisory's version as the package manager does: OSV leaves
// out the "v" of Go modules.
func spelled(p *asset.Package, version string) string {
	if isGoModule(p) && version != "" && !strings.HasPrefix(version, "v") {
		return "v" + version
	}
	return version
}

// describe writes the affected versions around the installed one:
// ">= 1.0.0, < 1.2.3".
func describe(h *Hit, m *Match) string {
	scheme, _ := version.SchemeFor(m.Package.Ecosystem)
	for _, r := range h.Ranges {
		if in, err := r.Contains(m.Version, scheme.Compare); err == nil && in {
			return describeRange(r, m.Version, scheme)
		}
	}
	return "the version is listed as affected"
}

func describeRange(r osv.Range, installed string, scheme version.Scheme) string {
	from, to := "", ""
	for _, e := range r {
		order, err := scheme.Compare(installed, e.Version)
		switch {
		case e.Kind == osv.Introduced && e.Version == "0":
			from = ""
		case err != nil:
		case e.Kind == osv.Introduced && order >= 0:
			from = ">= " + e.Version
		case e.Kind == osv.Fixed && order < 0 && to == "":
			to = "< " + e.Version
		case e.Kind == osv.LastAffected && order <= 0 && to == "":
			to = "<= " + e.Version
		}
	}
	bounds := slices.DeleteFunc([]string{from, to}, func(s string) bool { return s == "" })
	if len(bounds) == 0 {
		return "all versions"
	}
	return strings.Join(bounds, ", ")
}
