package vuln

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"seawall/internal/finding"
	"seawall/internal/vuln/cve"
	"seawall/internal/vuln/ecosystem"
	"seawall/internal/vuln/severity"
)

// rate gives a match's severity and who rated it: the distribution; else CVSS,
// from an advisory about this vulnerability alone, then from any other
// ecosystem's advisory about the CVE, then from one that is about several; else
// the advisory database's own word. With an error, ratings could be missing.
func (db *DB) rate(m *Match) (rated finding.Severity, source string, err error) {
	if s := distributionsRating(m); s != finding.Unknown {
		return s, ecosystem.Family(m.Package.Ecosystem), nil
	}
	if isMalicious(m) {
		return finding.Critical, "the package is malicious", nil
	}
	alone, together := m.vectors()
	vector, source := best(alone)
	if vector == "" {
		vector, source, err = db.ratedElsewhere(m.ID)
	}
	if vector == "" {
		vector, source = best(together)
	}
	if vector != "" {
		score, _ := severity.ParseCVSS(vector)
		return score.Severity(), fmt.Sprintf("CVSS %s from %s", score.Version, source), err
	}
	rated, source = wordRating(m)
	return rated, source, err
}

func distributionsRating(m *Match) finding.Severity {
	worst := finding.Unknown
	for _, h := range m.Hits {
		worst = max(worst, h.Severity)
	}
	return worst
}

// isMalicious tells whether a match is of OpenSSF's collection of malicious
// packages: there is no flaw to rate, the package is the attack.
func isMalicious(m *Match) bool {
	return slices.ContainsFunc(m.Hits, func(h Hit) bool { return strings.HasPrefix(h.Advisory.ID, "MAL-") })
}

// vectors gives the CVSS vectors of the hits by the advisory's ID: of those
// about one CVE at most, and of those about several.
func (m *Match) vectors() (alone, together map[string]string) {
	alone, together = map[string]string{}, map[string]string{}
	for _, h := range m.Hits {
		for _, s := range h.Advisory.Severities {
			if len(h.Advisory.CVEs) > 1 {
				together[h.Advisory.ID] = s.Score
			} else {
				alone[h.Advisory.ID] = s.Score
			}
		}
	}
	return alone, together
}

func best(vectors map[string]string) (vector, source string) {
	for _, id := range slices.Sorted(maps.Keys(vectors)) {
		if _, ok := severity.ParseCVSS(vectors[id]); ok && (vector == "" || severity.Better(vectors[id], vector)) {
			vector, source = vectors[id], id
		}
	}
	return vector, source
}

func (db *DB) ratedElsewhere(id string) (vector, source string, err error) {
	number, ok := cve.Parse(id)
	if !ok {
		return "", "", nil
	}
	vectors := map[string]string{}
	for _, part := range db.segments {
		segment, failed := part.get()
		if failed == nil {
			vector, source, failed = segment.Rating(number)
		}
		err = cmp.Or(err, failed)
		if vector != "" && failed == nil {
			vectors[source] = vector
		}
	}
	vector, source = best(vectors)
	return vector, source, err
}

func wordRating(m *Match) (finding.Severity, string) {
	worst, source := finding.Unknown, ""
	for _, h := range m.Hits {
		if s := severity.FromWord(h.Advisory.Rating); s > worst {
			worst, source = s, "the rating of "+h.Advisory.ID
		}
	}
	return worst, source
}
