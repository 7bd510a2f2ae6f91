package vuln

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"seawall/internal/asset"
	"seawall/internal/vuln/ecosystem"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/osv"
	"seawall/internal/vuln/version"
)

// target says where and how one package is looked up.
type target struct {
	family  string
	segment *index.Reader
	scheme  version.Scheme
	lookups []lookup
}

// lookup is one key to look under, and the version to compare there.
type lookup struct{ release, name, version string }

// updateCommand closes a gap that newer advisories would.
const updateCommand = "seawall db update"

// target works out how to look a package up; if it cannot be, that is noted.
func (m *matcher) target(p *asset.Package) (target, bool) {
	t := target{family: ecosystem.Family(p.Ecosystem)}
	if m.db == nil {
		m.missed.add(p, "there is no advisory database", updateCommand)
		return t, false
	}
	part, found := m.db.segments[t.family]
	segment, err := part.get()
	if err = cmp.Or(err, m.db.broken[t.family]); err != nil {
		m.missed.add(p, fmt.Sprintf("the database's %s advisories cannot be used: %v", t.family, err), updateCommand)
		return t, false
	}
	release := ecosystem.Release(p.Ecosystem)
	if !found || (!segment.Covers(release) && !segment.Covers(t.family)) {
		m.missed.add(p, fmt.Sprintf("the database has no advisories for %s", p.Ecosystem), updateCommand)
		return t, false
	}
	t.segment = segment
	if t.scheme, found = version.SchemeFor(p.Ecosystem); !found {
		m.missed.add(p, fmt.Sprintf("the versions of %s cannot be compared", p.Ecosystem), "")
		return t, false
	}
	if err := t.addLookups(p, release); err != nil {
		m.missed.add(p, err.Error(), "")
		return t, false
	}
	return t, true
}

func (t *target) addLookups(p *asset.Package, release string) error {
	for _, release := range t.releases(p, release) {
		for _, l := range t.names(p) {
			l.release = release
			t.lookups = append(t.lookups, l)
		}
	}
	for _, l := range t.lookups {
		if _, err := t.scheme.Compare(l.version, l.version); err != nil {
			return err
		}
	}
	return nil
}

// releases gives the spellings under which records may be about the package.
// The schema lets some distributions leave the release out.
func (t *target) releases(p *asset.Package, release string) []string {
	releases := []string{release}
	if release != t.family {
		releases = append(releases, t.family)
	}
	if number, ok := strings.CutPrefix(release, "Ubuntu:"); ok && isESM(sourceOf(p).Version) {
		releases = append(releases, "Ubuntu:Pro:"+number)
	}
	return releases
}

// isESM tells whether a package comes from Ubuntu Pro, whose records are about
// no others: an image without a subscription cannot have their fixes.
func isESM(version string) bool {
	return strings.Contains(version, "+esm") || strings.Contains(version, "~esm")
}

// names gives the package's names in the advisories with their versions.
func (t *target) names(p *asset.Package) []lookup {
	if !ecosystem.IsDistribution(t.family) {
		return []lookup{{name: ecosystem.PackageName(t.family, p.Name), version: p.Version}}
	}
	var names []lookup
	source := sourceOf(p)
	if ecosystem.NamesSource(t.family) {
		names = append(names, lookup{name: source.Name, version: source.Version})
	}
	if ecosystem.NamesBinary(t.family) && (len(names) == 0 || source.Name != p.Name) {
		names = append(names, lookup{name: p.Name, version: p.Version})
	}
	return names
}

// sourceOf gives the package's source. The signed kernels of Debian and Ubuntu
// have sources of their own, "linux-signed-amd64 6.1.76+1", with versions that
// no advisory has: they stand for the kernel's source and the binary's version.
func sourceOf(p *asset.Package) asset.SourcePackage {
	source := asset.SourcePackage{
		Name:    cmp.Or(p.Source.Name, p.Name),
		Version: cmp.Or(p.Source.Version, p.Version),
	}
	rest, signed := strings.CutPrefix(source.Name, "linux-signed")
	if !signed || p.Type != "deb" {
		return source
	}
	switch rest {
	case "-amd64", "-arm64", "-i386":
		rest = ""
	}
	return asset.SourcePackage{Name: "linux" + rest, Version: p.Version}
}

// applies leaves out entries that are about another build of the package.
func (t *target) applies(l lookup, a *index.Affected) bool {
	fixed := fixedIn(a.Ranges)
	switch {
	case t.scheme == version.RPM && fixed != "":
		return isModular(l.version) == isModular(fixed)
	case t.family == "Ubuntu" && isESM(l.version) && !strings.HasPrefix(l.release, "Ubuntu:Pro:"):
		// "No fix in this release" is said to those without a subscription.
		return fixed != ""
	}
	return true
}

// streamInTitle finds the module and stream that an advisory is about in its
// title: "Important: nodejs:20 security update".
var streamInTitle = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)([a-z][a-z0-9+-]*):([0-9][0-9.]*)(?:\s|$)`)
})

// isOtherStream tells whether an advisory is about another stream of a module
// than the package comes from. A package does not record its stream in its
// version, but where source and module have one name, the stream is how the
// version begins: nodejs 18.19.0 is of nodejs:18.
func isOtherStream(p *asset.Package, title string) bool {
	source := sourceOf(p)
	if !isModular(source.Version) {
		return false
	}
	match := streamInTitle().FindStringSubmatch(title)
	if match == nil || match[1] != source.Name {
		return false
	}
	_, installed, found := strings.Cut(source.Version, ":")
	if !found {
		installed = source.Version
	}
	upstream, _, _ := strings.Cut(installed, "-")
	return !strings.HasPrefix(upstream+".", match[2]+".")
}

// isModular tells whether an rpm was built for a module stream: its fixes are
// not those of the package of the same name outside of modules.
func isModular(evr string) bool {
	return strings.Contains(evr, ".module+") || strings.Contains(evr, ".module_")
}

func fixedIn(ranges []osv.Range) string {
	for _, r := range ranges {
		for _, e := range r {
			if e.Kind == osv.Fixed {
				return e.Version
			}
		}
	}
	return ""
}
