package report

import (
	"fmt"
	"slices"
	"strings"

	"seawall/internal/finding"
)

// verdict gives the sentence that says what to do first, and whether it is bad
// news (red), good news (green) or neither.
func verdict(d *Document, groups []*group) span {
	s := d.Summary
	switch {
	case s.Exploited > 0:
		return span{boldRed, exploitedVerdict(d, groups)}
	case s.BySeverity.Critical+s.BySeverity.High > 0:
		return span{boldRed, severeVerdict(d, groups)}
	case s.Open > 0:
		return span{bold, mildVerdict(d, groups)}
	case s.Incomplete > 0:
		return span{bold, "Nothing found, but not all could be read."}
	case s.NotLookedUp > 0 || len(d.NotLookedUp) > 0:
		return span{bold, "Nothing found, but not all was looked up."}
	case len(d.Assets) == 0:
		return span{bold, "Nothing was checked."}
	}
	return span{"1;" + green, fmt.Sprintf("Nothing found in %s.", count(s.Packages, "package"))}
}

func exploitedVerdict(d *Document, groups []*group) string {
	upgrade := upgrades(groups, func(g *group) bool { return g.exploited() && g.key.fixable })
	unfixed := names(groups, func(g *group) bool { return g.exploited() && !g.key.fixable })
	text := fmt.Sprintf("%s known to be exploited: ", count(d.Summary.Exploited, "finding"))
	switch {
	case len(upgrade) > 0 && len(unfixed) > 0:
		return text + fmt.Sprintf("upgrade %s first; %s has no fix yet, so take it out or shield it.", list(upgrade), list(unfixed))
	case len(upgrade) > 0:
		return text + fmt.Sprintf("upgrade %s first.", list(upgrade))
	case len(unfixed) > 0:
		return text + fmt.Sprintf("%s has no fix yet, so take it out or shield it.", list(unfixed))
	}
	return text + "see below."
}

func severeVerdict(d *Document, groups []*group) string {
	severe := d.Summary.BySeverity.Critical + d.Summary.BySeverity.High
	upgrade := upgrades(groups, func(g *group) bool { return g.key.fixable && g.severity >= finding.High })
	text := count(severe, "critical or high finding") + ": "
	if configuration := severeConfiguration(d); len(configuration) > 0 {
		text += "correct " + list(configuration)
		if len(upgrade) == 0 {
			return text + "."
		}
		text += " and "
	}
	if len(upgrade) == 0 {
		return text + "none of them has a fix yet."
	}
	return text + "upgrade " + list(upgrade) + " first."
}

func severeConfiguration(d *Document) []string {
	var rules []string
	for _, f := range d.Findings {
		if f.Kind != finding.Vulnerability && f.Status != finding.Accepted && f.Severity >= finding.High && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

func mildVerdict(d *Document, groups []*group) string {
	text := fmt.Sprintf("%s, none critical, high or known to be exploited", count(d.Summary.Open, "finding"))
	if upgrade := upgrades(groups, func(g *group) bool { return g.key.fixable }); len(upgrade) > 0 {
		return text + ": upgrade " + list(upgrade) + " in time."
	}
	return text + "."
}

// names gives the different package names of the groups that are wanted.
func names(groups []*group, wanted func(*group) bool) []string {
	var found []string
	for _, g := range groups {
		if wanted(g) && !slices.Contains(found, g.key.name) {
			found = append(found, g.key.name)
		}
	}
	return found
}

// upgrades is names with the version to go to, if there is but one package.
func upgrades(groups []*group, wanted func(*group) bool) []string {
	found := names(groups, wanted)
	if at := slices.IndexFunc(groups, wanted); len(found) == 1 && groups[at].to != "" {
		return []string{found[0] + " to " + groups[at].to}
	}
	return found
}

// list names up to three things: "a, b, c and 4 more".
func list(names []string) string {
	const limit = 3
	switch {
	case len(names) == 1:
		return names[0]
	case len(names) > limit:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), len(names)-limit)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// count gives "1 finding", "2 findings".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

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
	item(plain, "%d not looked up", s.NotLookedUp)
	item(plain, "%d not fully read", s.Incomplete)
	return spans
}

func severityTally(counts SeverityCounts) []span {
	var spans []span
	separator := ": "
	for severity := finding.Critical; severity >= finding.Unknown; severity-- {
		if n := *counts.of(severity); n > 0 {
			spans = append(spans, span{plain, separator}, span{severityStyle(severity), together(fmt.Sprintf("%d %s", n, severity))})
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
