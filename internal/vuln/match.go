package vuln

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/osv"
	"seawall/internal/vuln/version"
)

// Match is one vulnerability of one package.
type Match struct {
	// Package points into the list that was matched.
	Package *asset.Package
	// ID is the CVE, else the GHSA, else the advisory's own ID.
	ID string
	// Version is what was compared: the source package's version where the
	// advisories are about source packages.
	Version string
	// Hits are the advisories that say so, at least one.
	Hits []Hit
	// Fixed is the lowest version above Version that none of the advisories
	// is about, "" if there is none.
	Fixed string
	// Upgrade is the lowest version that ends all fixable matches of the
	// package and of those built from the same source, "" if none does.
	Upgrade string
	// Alike counts the packages built from the same source that have the same
	// vulnerability and are not listed, as they are too many.
	Alike int
}

// Hit is an advisory that is about the installed version.
type Hit struct {
	Advisory index.Advisory
	// Affected is its entry about the package, with the distribution's rating.
	index.Affected
	// lookup is what the entry was found under.
	lookup lookup
}

// Match finds the known vulnerabilities of packages. What could not be looked
// up is in the problems, nothing is left out silently: except packages that
// have no ecosystem (their NotMatched says why) or that a distribution's
// package owns (its own advisories are about them).
func (db *DB) Match(packages []asset.Package) ([]Match, []Problem) {
	m := &matcher{db: db, alike: map[alikeKey]*alike{}, advisories: map[advisoryKey]index.Advisory{}}
	for i := range packages {
		m.match(&packages[i])
	}
	planUpgrades(m.matches)
	problems := m.missed.problems()
	if m.unlisted > 0 {
		problems = append(problems, Problem{
			What: fmt.Sprintf("%d of the known vulnerabilities", m.unlisted), Message: fmt.Sprintf("no more than %d are listed", maxMatches), Unlisted: m.unlisted,
		})
	}
	return m.matches, problems
}

type matcher struct {
	db      *DB
	matches []Match
	alike   map[alikeKey]*alike
	// unlisted counts the matches that maxMatches leaves out.
	unlisted int
	// advisories are those that were read: packages of one source share them.
	advisories map[advisoryKey]index.Advisory
	missed     missed
}

type advisoryKey struct {
	segment *index.Reader
	number  uint32
}

func (m *matcher) match(p *asset.Package) {
	if p.Ecosystem == "" || p.OwnedBy != "" {
		return
	}
	target, ok := m.target(p)
	if !ok {
		return
	}
	var hits []Hit
	for _, l := range target.lookups {
		err := target.segment.Lookup(l.release, l.name, func(a *index.Affected) error {
			if !target.applies(l, a) {
				return nil
			}
			in, err := contains(a.Ranges, a.Versions, l.version, target.scheme)
			if err != nil {
				m.missed.addPart(p, err)
			}
			if in {
				hits = append(hits, Hit{Affected: a.Clone(), lookup: l})
			}
			return nil
		})
		if err != nil {
			m.missed.add(p, err.Error(), updateCommand)
			return
		}
	}
	hits, err := m.withDetails(target.segment, hits)
	if err != nil {
		m.missed.addPart(p, err)
	}
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return isOtherStream(p, h.Advisory.Summary) })
	m.list(group(p, hits, target.scheme))
}

// withDetails reads the advisories of hits. One that cannot be read is left out
// and gives the error.
func (m *matcher) withDetails(segment *index.Reader, hits []Hit) (read []Hit, failed error) {
	for _, h := range hits {
		advisory, err := m.advisory(advisoryKey{segment, h.Affected.Advisory})
		if err != nil {
			failed = err
			continue
		}
		h.Advisory = advisory
		read = append(read, h)
	}
	return read, failed
}

func (m *matcher) advisory(key advisoryKey) (index.Advisory, error) {
	if advisory, known := m.advisories[key]; known {
		return advisory, nil
	}
	advisory, err := key.segment.Advisory(key.number)
	if err == nil {
		m.advisories[key] = advisory
	}
	return advisory, err
}

// contains evaluates an entry: a version is affected if a range contains it or
// the list has it, in whatever spelling (1.0 is 1.0.0 for PyPI). A range that
// cannot be compared leaves the decision to the others and to the list; if
// those don't have the version either, the error says that it is not known.
func contains(ranges []osv.Range, versions []string, installed string, scheme version.Scheme) (bool, error) {
	var failed error
	for _, r := range ranges {
		in, err := r.Contains(installed, scheme.Compare)
		if in && err == nil {
			return true, nil
		}
		failed = cmp.Or(failed, err)
	}
	if listed(versions, installed, scheme) {
		return true, nil
	}
	return false, failed
}

func listed(versions []string, installed string, scheme version.Scheme) bool {
	return slices.ContainsFunc(versions, func(v string) bool {
		if v == installed {
			return true
		}
		order, err := scheme.Compare(v, installed)
		return err == nil && order == 0
	})
}

// group makes one match of all the hits about one vulnerability.
func group(p *asset.Package, hits []Hit, scheme version.Scheme) []Match {
	var matches []Match
	for i := range hits {
		for _, id := range idsOf(hits, i) {
			at := slices.IndexFunc(matches, func(m Match) bool { return m.ID == id })
			if at < 0 {
				matches = append(matches, Match{Package: p, ID: id, Version: hits[i].lookup.version})
				at = len(matches) - 1
			}
			matches[at].Hits = append(matches[at].Hits, hits[i])
		}
	}
	for i := range matches {
		matches[i].Fixed = lowestFix(matches[i].Hits, matches[i].Version, scheme)
	}
	return matches
}

// idsOf gives the IDs under which a hit is reported: its CVEs; without, those
// of another hit that is the same vulnerability by its aliases; without, its
// GHSA or its own ID.
func idsOf(hits []Hit, i int) []string {
	if cves := hits[i].Advisory.CVEs; len(cves) > 0 {
		return cves
	}
	names := append([]string{hits[i].Advisory.ID}, hits[i].Advisory.Aliases...)
	for _, other := range hits {
		if len(other.Advisory.CVEs) > 0 && (slices.Contains(names, other.Advisory.ID) || shareAny(names, other.Advisory.Aliases)) {
			return other.Advisory.CVEs
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, "GHSA-") {
			return []string{name}
		}
	}
	return names[:1]
}

func shareAny(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
