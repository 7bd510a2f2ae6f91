package report

import "seawall/internal/finding"

// Summary counts what the document holds. Accepted findings are counted in
// Accepted and nowhere else.
type Summary struct {
	// Open is the number of open findings.
	Open       int            `json:"open"`
	BySeverity SeverityCounts `json:"bySeverity"`
	// ByKind counts open findings; a kind without any is left out.
	ByKind    map[finding.Kind]int `json:"byKind"`
	Fixable   int                  `json:"fixable"`
	Exploited int                  `json:"exploited"`
	Accepted  int                  `json:"accepted"`
	// Excluded is the number of findings left out as the base image's; they are
	// counted nowhere else.
	Excluded int `json:"excluded"`
	// Unlisted is the sum of the findings' Alike; they are counted nowhere else.
	Unlisted int `json:"unlisted,omitempty"`
	Packages int `json:"packages"`
	// NotLookedUp is the number of packages that no advisory could be sought for.
	NotLookedUp int `json:"notLookedUp"`
	// Incomplete is the number of targets that could not be opened and of
	// assets that are partial or failed.
	Incomplete int `json:"incomplete"`
}

// SeverityCounts counts open findings by severity.
type SeverityCounts struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Info     int `json:"info"`
	Unknown  int `json:"unknown"`
}

// Summarize counts a document's findings, packages and gaps.
func Summarize(d *Document) Summary {
	s := Summary{ByKind: map[finding.Kind]int{}}
	for i := range d.Findings {
		s.add(&d.Findings[i])
	}
	for _, t := range d.Targets {
		if t.Error != "" {
			s.Incomplete++
		}
	}
	for _, a := range d.Assets {
		s.Packages += len(a.Packages)
		s.Excluded += a.Excluded
		if a.Status != Complete {
			s.Incomplete++
		}
	}
	for _, g := range d.NotLookedUp {
		s.NotLookedUp += g.Packages
	}
	return s
}

func (s *Summary) add(f *finding.Finding) {
	s.Unlisted += f.Alike
	if f.Status == finding.Accepted {
		s.Accepted++
		return
	}
	s.Open++
	s.ByKind[f.Kind]++
	*s.BySeverity.of(f.Severity)++
	if f.Risk.Fixable {
		s.Fixable++
	}
	if f.Risk.Exploited {
		s.Exploited++
	}
}

func (c *SeverityCounts) of(severity finding.Severity) *int {
	switch severity {
	case finding.Critical:
		return &c.Critical
	case finding.High:
		return &c.High
	case finding.Medium:
		return &c.Medium
	case finding.Low:
		return &c.Low
	case finding.Info:
		return &c.Info
	}
	return &c.Unknown
}
