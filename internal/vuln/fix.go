package vuln

import (
	"fmt"
	"regexp"
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

func fix(m *Match) finding.Fix {
	switch {
	case isMalicious(m):
		return finding.Fix{Text: fmt.Sprintf("remove %s, and treat every secret that it could read as known to others", m.Package.Name)}
	case m.Fixed != "":
		return finding.Fix{Text: upgradeText(m), Command: upgradeCommand(m)}
	case fixState(m) == "wont-fix":
		return finding.Fix{Text: fmt.Sprintf("%s gives no more fixes for %s: move to a release that is supported", m.Package.Ecosystem, m.Package.Name)}
	case fixState(m) == "not-fixed":
		return finding.Fix{Text: fmt.Sprintf("there is no fixed version of %s in %s yet", m.Package.Name, m.Package.Ecosystem)}
	}
	return finding.Fix{Text: fmt.Sprintf("the advisories name no fixed version of %s: see the references", m.Package.Name)}
}

func upgradeText(m *Match) string {
	name := m.Package.Name
	switch {
	case isGoModule(&m.Package):
		return fmt.Sprintf("upgrade %s to %s and rebuild", name, spelled(&m.Package, m.Fixed))
	case m.Package.Type == "golang":
		return fmt.Sprintf("rebuild with Go %s or later", m.Fixed)
	case m.Version != m.Package.Version:
		// The advisory's version is the source's, the binary has another.
		return fmt.Sprintf("upgrade %s to a build of %s %s", name, m.Hits[0].lookup.name, m.Fixed)
	}
	return fmt.Sprintf("upgrade %s to %s", name, m.Fixed)
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

// safeWord is what may stand in a command that a person will copy: names and
// versions come from images.
var safeWord = regexp.MustCompile(`^[A-Za-z0-9@][A-Za-z0-9@/._+:~-]*$`)

// upgradeCommand gives the line for the image's build, where one is right: the
// package was installed by that very manager.
func upgradeCommand(m *Match) string {
	name, fixed := m.Package.Name, m.Fixed
	if !safeWord.MatchString(name) || !safeWord.MatchString(fixed) {
		return ""
	}
	switch m.Package.Type {
	case "deb":
		return "apt-get update && apt-get install -y --only-upgrade " + name
	case "apk":
		return "apk upgrade --no-cache " + name
	case "rpm":
		return rpmCommand(ecosystem.Family(m.Package.Ecosystem)) + " " + name
	case "pypi":
		return fmt.Sprintf("pip install '%s>=%s'", name, fixed)
	case "golang":
		if !isGoModule(&m.Package) {
			return ""
		}
		return fmt.Sprintf("go get %s@%s", name, spelled(&m.Package, fixed))
	case "npm":
		if !isDirectDependency(m) {
			return ""
		}
		return fmt.Sprintf("npm install %s@%s", name, fixed)
	}
	return ""
}

func rpmCommand(family string) string {
	switch family {
	case "SUSE", "openSUSE":
		return "zypper --non-interactive update"
	case "Azure Linux", "Photon OS":
		return "tdnf update -y"
	}
	return "dnf upgrade -y"
}

// isDirectDependency tells whether a package stands in an application's own
// node_modules: not below another package, and not in the global folder, which
// holds npm itself.
func isDirectDependency(m *Match) bool {
	if len(m.Package.Locations) == 0 {
		return false
	}
	path := m.Package.Locations[0].Path
	return strings.Count(path, "node_modules/") == 1 && strings.HasSuffix(path, "node_modules/"+m.Package.Name+"/package.json") &&
		!strings.Contains(path, "lib/node_modules/")
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
