// Package severity turns the ratings of advisories into severities.
package severity

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"

	"seawall/internal/finding"
	"seawall/internal/vuln/osv"
)

// CVSS is a rated vector.
type CVSS struct {
	// Version is "4.0", "3.1", "3.0" or "2.0".
	Version string
	Vector  string
	// Score is from 0 to 10.
	Score float64
}

// maxVector bounds what is parsed, in bytes; the longest real one has 200.
const maxVector = 512

// ParseCVSS reads a vector of any version and works out its score: the base
// score, for version 4.0 with whatever else the vector has.
func ParseCVSS(vector string) (CVSS, bool) {
	if len(vector) > maxVector {
		return CVSS{}, false
	}
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		if v, err := gocvss40.ParseVector(vector); err == nil {
			return CVSS{"4.0", vector, v.Score()}, true
		}
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		if v, err := gocvss31.ParseVector(vector); err == nil {
			return CVSS{"3.1", vector, v.BaseScore()}, true
		}
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		if v, err := gocvss30.ParseVector(vector); err == nil {
			return CVSS{"3.0", vector, v.BaseScore()}, true
		}
	default:
		if v, err := gocvss20.ParseVector(strings.Trim(vector, "()")); err == nil {
			return CVSS{"2.0", vector, v.BaseScore()}, true
		}
	}
	return CVSS{}, false
}

// Best gives the vector of the newest CVSS version, and of several of it the
// one with the highest score.
func Best(severities []osv.Severity) (CVSS, bool) {
	var best CVSS
	for _, s := range severities {
		if !strings.HasPrefix(s.Type, "CVSS_") {
			continue
		}
		if v, ok := ParseCVSS(s.Score); ok && v.better(best) {
			best = v
		}
	}
	return best, best.Version != ""
}

// Better tells whether a vector is to be preferred to another.
func Better(vector, than string) bool {
	a, _ := ParseCVSS(vector)
	b, _ := ParseCVSS(than)
	return a.better(b)
}

func (c CVSS) better(than CVSS) bool {
	if c.Version != than.Version {
		return c.Version > than.Version
	}
	return c.Score > than.Score
}

// Severity puts the score on the scale of the CVSS 3.1 specification, section
// 5, which 4.0 shares; it is used for version 2.0 too. A score of 0 is Info.
func (c CVSS) Severity() finding.Severity {
	switch {
	case c.Version == "":
		return finding.Unknown
	case c.Score >= 9:
		return finding.Critical
	case c.Score >= 7:
		return finding.High
	case c.Score >= 4:
		return finding.Medium
	case c.Score > 0:
		return finding.Low
	}
	return finding.Info
}

// words are the ratings that distributions and databases use, in lower case.
var words = map[string]finding.Severity{
	"critical": finding.Critical, "emergency": finding.Critical,
	"high": finding.High, "important": finding.High,
	"medium": finding.Medium, "moderate": finding.Medium,
	"low": finding.Low, "minor": finding.Low,
	"negligible": finding.Info, "unimportant": finding.Info, "none": finding.Info, "info": finding.Info,
}

// FromWord reads a distribution's or database's own word. A word that rates
// nothing, such as Debian's "not yet assigned", is Unknown.
func FromWord(word string) finding.Severity {
	// Debian's tracker marks urgencies that were set by hand with stars.
	return words[strings.ToLower(strings.TrimRight(strings.TrimSpace(word), "*"))]
}

// FromSummary reads the rating that Red Hat and those who rebuild it put
// before the title of an advisory: "Important: openssl security update".
func FromSummary(summary string) finding.Severity {
	word, _, found := strings.Cut(summary, ":")
	if !found {
		return finding.Unknown
	}
	switch word {
	case "Critical", "Important", "Moderate", "Low":
		return FromWord(word)
	}
	return finding.Unknown
}
