package vuln

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/vuln/cve"
	"seawall/internal/vuln/exploit"
	"seawall/internal/vuln/index"
)

// Texts are cut to these lengths, in bytes.
const (
	maxTitle = 200
	maxWhy   = 600
)

// Findings finds the known vulnerabilities of an asset's packages: one finding
// per CVE and package. Only the index of a location's layer is filled in.
// stableName takes part in the fingerprints, which are unique in the asset.
func (db *DB) Findings(assetID, stableName string, packages []asset.Package) ([]finding.Finding, []Problem) {
	matches, problems := db.Match(packages)
	matches = withoutRepeats(matches)
	findings := make([]finding.Finding, len(matches))
	commands := newCommands(assetID, packages)
	var failed error
	var location *finding.Location
	for i, subject := range subjects(matches) {
		m, f := &matches[i], &findings[i]
		if i == 0 || m.Package != matches[i-1].Package {
			location = firstLocation(m.Package)
		}
		*f = newFinding(m)
		f.Location = location
		f.Asset, f.Fix = assetID, fix(m, commands)
		f.ID = finding.Fingerprint(finding.Vulnerability, m.ID, stableName, subject)
		failed = cmp.Or(failed, db.addRisk(f, m))
		m.Hits = nil // findings take their place in memory
	}
	if failed != nil {
		problems = append(problems, Problem{
			What: "severity and exploitation of some of the vulnerabilities", Message: failed.Error(), Command: updateCommand,
		})
	}
	return findings, problems
}

func newFinding(m *Match) finding.Finding {
	f := finding.Finding{
		Kind: finding.Vulnerability, Rule: m.ID, Status: finding.Open,
		Aliases: aliases(m), Title: title(m), Why: why(m),
		Package: &finding.Package{
			Name: m.Package.Name, Version: m.Package.Version, PURL: m.Package.PURL,
			Fixed: m.Fixed, FixState: fixState(m), Upgrade: spelled(m.Package, m.Upgrade),
		},
		References: references(m), Evidence: evidence(m),
		Risk: finding.Risk{EPSS: -1, Fixable: m.Fixed != ""}, Alike: m.Alike,
	}
	if source := m.Package.Source.Name; source != m.Package.Name {
		f.Package.Source = source
	}
	return f
}

// firstLocation is where a package is declared, nil if nothing declares it. The
// findings of one package share it.
func firstLocation(p *asset.Package) *finding.Location {
	if len(p.Locations) == 0 {
		return nil
	}
	first := p.Locations[0]
	return &finding.Location{Path: first.Path, Layer: &finding.Layer{Index: first.Layer}}
}

// addRisk fills in what is known of the vulnerability besides the match. An
// error says that the database is damaged; what could be read is filled in.
func (db *DB) addRisk(f *finding.Finding, m *Match) (err error) {
	f.Severity, f.SeveritySource, err = db.rate(m)
	number, ok := cve.Parse(f.Rule)
	if !ok {
		return err
	}
	epss, epssErr := db.epss.get()
	score, scored, scoreErr := epss.Find(number)
	if scored {
		f.Risk.EPSS = score.Probability
	}
	kev, kevErr := db.kev.get()
	known, exploited, knownErr := kev.Find(number)
	if exploited {
		f.Risk.Exploited = true
		f.Evidence = append(f.Evidence, finding.Evidence{What: "exploitation", Where: "CISA KEV", Value: exploitation(known)})
	}
	return cmp.Or(err, epssErr, scoreErr, kevErr, knownErr)
}

func exploitation(known exploit.Exploitation) string {
	value := "known exploited"
	if !known.Added.IsZero() {
		value += ", added " + known.Added.Format(time.DateOnly)
	}
	if known.Ransomware {
		value += ", used by ransomware"
	}
	return value
}

// aliases are the advisories' IDs and other names. An advisory about several
// CVEs has names of the others among its own, so only its ID is taken.
func aliases(m *Match) []string {
	var names []string
	for _, h := range m.Hits {
		names = append(names, h.Advisory.ID)
		if len(h.Advisory.CVEs) <= 1 {
			names = append(names, h.Advisory.Aliases...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return name == m.ID })
}

// telling gives the hits with those about this vulnerability alone first.
func telling(m *Match) []Hit {
	hits := slices.Clone(m.Hits)
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Compare(max(1, len(a.Advisory.CVEs)), max(1, len(b.Advisory.CVEs)))
	})
	return hits
}

func title(m *Match) string {
	for _, h := range telling(m) {
		if text := cmp.Or(h.Advisory.Summary, firstSentence(h.Advisory.Details)); text != "" {
			return oneLine(cutText(text, maxTitle))
		}
	}
	return m.ID + " in " + m.Package.Name
}

func why(m *Match) string {
	for _, h := range telling(m) {
		if h.Advisory.Details != "" {
			return cutText(h.Advisory.Details, maxWhy)
		}
	}
	return fmt.Sprintf("%s %s is affected by %s according to %s.", m.Package.Name, m.Package.Version, m.ID, m.Hits[0].Advisory.ID)
}

// firstSentence ends at a period or line break, for advisories with no summary.
func firstSentence(text string) string {
	text = strings.TrimLeft(text, "# \n")
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if end := strings.Index(text, ". "); end >= 0 {
		text = text[:end+1]
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// cutText shortens a text to max bytes, at a space if there is one near.
func cutText(text string, max int) string {
	if len(text) <= max {
		return text
	}
	end := max - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if space := strings.LastIndexAny(text[:end], " \n"); space > end*3/4 {
		end = space
	}
	return text[:end] + "…"
}

func references(m *Match) []finding.Reference {
	var found []finding.Reference
	for _, h := range telling(m) {
		for _, url := range h.Advisory.References {
			reference := finding.Reference{Name: "url", ID: url}
			if len(found) < maxReferences && !slices.Contains(found, reference) {
				found = append(found, reference)
			}
		}
	}
	return found
}

func evidence(m *Match) []finding.Evidence {
	where := ""
	if len(m.Package.Locations) > 0 {
		where = m.Package.Locations[0].Path
	}
	found := []finding.Evidence{{What: "installed version", Where: where, Value: m.Package.Version, Want: m.Fixed}}
	if m.Version != m.Package.Version {
		found = append(found, finding.Evidence{What: "source package", Where: where, Value: m.Hits[0].lookup.name + " " + m.Version})
	}
	for _, h := range m.Hits {
		found = append(found, finding.Evidence{What: "affected versions", Where: h.Advisory.ID, Value: describe(&h, m)})
		if word := stateWord(h.State); word != "" {
			found = append(found, finding.Evidence{What: "state", Where: h.Advisory.ID, Value: word})
		}
		for _, path := range h.Advisory.Imports {
			found = append(found, finding.Evidence{What: "affected code", Where: h.Advisory.ID, Value: path})
		}
	}
	return found
}

func stateWord(s index.State) string {
	switch s {
	case index.EndOfLife:
		return "end of life: no more fixes for this release"
	case index.Unimportant:
		return "unimportant: no practical effect in this distribution"
	}
	return ""
}
