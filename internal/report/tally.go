package report

import (
	"fmt"

	"seawall/internal/finding"
)

// tally spells the counts out: "5 open: 1 critical, 4 low · 2 fixable".
func tally(s Summary) []span {
	var spans []span
	item := func(style style, format string, n int) {
		if n == 0 {
			return
		}
		if len(spans) > 0 {
			spans = append(spans, span{plain, " · "})
		}
		spans = append(spans, span{style, together(fmt.Sprintf(format, n))})
	}
	item(bold, "%d open", s.Open)
	spans = append(spans, severityTally(s.BySeverity)...)
	item(boldRed, "%d known exploited", s.Exploited)
	item(plain, "%d fixable", s.Fixable)
	item(plain, "%d accepted", s.Accepted)
	item(plain, "%d of the base image left out", s.Excluded)
	item(plain, "%d of the same not listed", s.Unlisted)
	item(plain, "%d not looked up", s.NotLookedUp)
	item(plain, "%d not fully read", s.Incomplete)
	return spans
}

func severityTally(counts SeverityCounts) []span {
	var spans []span
	separator := ": "
	for severity := finding.Critical; severity >= finding.Unknown; severity-- {
		if n := *counts.of(severity); n > 0 {
			spans = append(spans, span{plain, separator}, span{severityStyle(severity), together(fmt.Sprintf("%d %s", n, severityText(severity)))})
			separator = ", "
		}
	}
	return spans
}

func severityStyle(s finding.Severity) style {
	switch s {
	case finding.Critical:
		return boldRed
	case finding.High:
		return red
	case finding.Medium:
		return magenta
	case finding.Low:
		return blue
	}
	return plain
}
