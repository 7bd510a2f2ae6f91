package report

import (
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// verdict gives the sentence that says what to do first, and whether it is bad
// news (red), good news (green) or neither.
func verdict(d *Document, groups []*group) span {
	s := d.Summary
	switch {
	case s.Exploited > 0:
		return span{boldRed, exploitedVerdict(d, groups) + mostlyUnknown(s)}
	case s.BySeverity.Critical+s.BySeverity.High > 0:
		return span{boldRed, severeVerdict(d, groups) + mostlyUnknown(s) + contentsUnread(d)}
	case s.Open > 0:
		return span{bold, mildVerdict(d, groups) + mostlyUnknown(s) + contentsUnread(d)}
	}
	return cleanVerdict(d)
}

// contentsUnread is what to add where the findings are those of configurations
// alone, as nothing else could be read.
func contentsUnread(d *Document) string {
	if !nothingRead(d) {
		return ""
	}
	return " No layer could be read, so only the configuration was checked."
}

// mostlyUnknown is what to add where more was not looked up than was; the
// tally has the number in any case.
func mostlyUnknown(s Summary) string {
	if s.NotLookedUp == 0 || 2*s.NotLookedUp < s.Packages {
		return ""
	}
	return " " + notLookedUp(s) + "."
}

// notLookedUp says "3 of 40 packages were not looked up".
func notLookedUp(s Summary) string {
	return fmt.Sprintf("%d of %s %s not looked up", s.NotLookedUp, count(s.Packages, "package"), plural(s.NotLookedUp, "was", "were"))
}

// cleanVerdict is for a run without an open finding. It is good news only if
// everything was looked for, in all of it, and nothing was left out.
func cleanVerdict(d *Document) span {
	s := d.Summary
	switch {
	case len(d.Assets) == 0 || len(d.Looked) == 0:
		return span{bold, "Nothing was checked."}
	case nothingRead(d):
		return span{bold, "Nothing could be read, so nothing was checked."}
	case s.Incomplete > 0:
		return span{bold, "Nothing found, but not all could be read."}
	case s.NotLookedUp > 0:
		return span{bold, "Nothing found, but " + notLookedUp(s) + "."}
	case len(d.NotLookedUp) > 0:
		return span{bold, "Nothing found, but not all was looked up."}
	case d.looked(finding.Vulnerability) && d.Database == nil:
		return span{bold, "Nothing found, but there is no advisory database to look in."}
	case s.Excluded > 0:
		return span{bold, "Nothing found but what the base image brings."}
	case s.Accepted > 0:
		return span{bold, "Nothing found but what exceptions accept."}
	case onlyFiles(d):
		return span{"1;" + green, fmt.Sprintf("Nothing found in %s.", count(files(d), "file"))}
	case !d.looked(finding.Misconfiguration):
		return span{bold, fmt.Sprintf("No vulnerability known in %s; the configuration was not checked.", count(s.Packages, "package"))}
	case !d.looked(finding.Vulnerability):
		return span{bold, "No misconfiguration found; vulnerabilities were not looked for."}
	}
	if s.Packages == 0 {
		return span{bold, "Nothing found; there is no package whose vulnerabilities could be looked up."}
	}
	return span{"1;" + green, fmt.Sprintf("Nothing found in %s.", count(s.Packages, "package"))}
}

// nothingRead is true if no target has a single layer that could be read.
func nothingRead(d *Document) bool {
	for _, a := range d.Assets {
		read := func(l asset.Layer) bool { return l.Status == asset.LayerRead || l.Status == asset.LayerCached }
		if len(a.Layers) == 0 || slices.ContainsFunc(a.Layers, read) {
			return false
		}
	}
	return true
}

func exploitedVerdict(d *Document, groups []*group) string {
	var parts []string
	if upgrade := upgrades(groups, func(g *group) bool { return g.exploited() && g.key.fixable }); len(upgrade) > 0 {
		parts = append(parts, "upgrade "+list(upgrade)+" first")
	}
	waiting := names(groups, func(g *group) bool { return g.exploited() && !g.key.fixable && !g.refused() })
	refused := names(groups, func(g *group) bool { return g.exploited() && g.refused() })
	if len(waiting)+len(refused) > 0 {
		parts = append(parts, unfixedAdvice(waiting, refused))
	}
	if len(parts) == 0 {
		parts = []string{"see below"}
	}
	return fmt.Sprintf("%s known to be exploited: %s.", count(d.Summary.Exploited, "finding"), strings.Join(parts, "; "))
}

// unfixedAdvice is about packages whose fix is awaited and those that get none.
func unfixedAdvice(waiting, refused []string) string {
	var why []string
	if len(waiting) > 0 {
		why = append(why, list(waiting)+plural(len(waiting), " has", " have")+" no fix yet")
	}
	if len(refused) > 0 {
		why = append(why, list(refused)+" will not be fixed")
	}
	them := plural(len(waiting)+len(refused), "it", "them")
	return fmt.Sprintf("%s, so take %s out or shield %[2]s", strings.Join(why, " and "), them)
}

func plural(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
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
		return text + severeUnfixed(groups)
	}
	return text + "upgrade " + list(upgrade) + " first."
}

// severeUnfixed tells a fix that is awaited from one that will not come.
func severeUnfixed(groups []*group) string {
	severe := slices.DeleteFunc(slices.Clone(groups), func(g *group) bool { return g.severity < finding.High })
	refused := slices.ContainsFunc(severe, (*group).refused)
	waiting := slices.ContainsFunc(severe, func(g *group) bool { return !g.refused() })
	switch {
	case refused && waiting:
		return "none of them has a fix yet, and some will not be fixed."
	case refused:
		return "none of them will be fixed."
	}
	return "none of them has a fix yet."
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

// mildVerdict says what none of the findings is, as far as that is known: a
// finding that nobody rated may be anything.
func mildVerdict(d *Document, groups []*group) string {
	s := d.Summary
	text := count(s.Open, "finding") + ", none "
	switch {
	case !d.looked(finding.Vulnerability) || d.Database == nil:
		text += "critical or high"
	case s.BySeverity.Unknown > 0:
		text += fmt.Sprintf("known to be exploited or rated critical or high, %d not rated", s.BySeverity.Unknown)
	default:
		text += "critical, high or known to be exploited"
	}
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
