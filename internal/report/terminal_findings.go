package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// severityWidth is that of the longest severity's name.
const severityWidth = len("critical")

// bodyIndent is where the text under a finding's first line begins.
const bodyIndent = 2 + severityWidth + 2

func (t *terminal) vulnerabilities(a *Asset) {
	groups := slices.DeleteFunc(slices.Clone(t.groups), func(g *group) bool { return g.key.asset != a.ID })
	if len(groups) == 0 {
		t.noVulnerability(a)
		return
	}
	t.heading("Vulnerabilities", vulnerabilityNote(groups))
	shown := groups
	if len(groups) > maxGroups && !t.o.AllFindings {
		shown = groups[:maxGroups]
	}
	nameWidth := 0
	for _, g := range shown {
		nameWidth = max(nameWidth, displayWidth(t.short(g.key.name)))
	}
	for _, g := range shown {
		t.group(g, nameWidth)
	}
	t.more(len(groups), maxGroups)
}

// noVulnerability says that there are none, as far as that is known.
func (t *terminal) noVulnerability(a *Asset) {
	isAccepted := func(f finding.Finding) bool {
		return f.Asset == a.ID && f.Kind == finding.Vulnerability && f.Status == finding.Accepted
	}
	isAbout := func(g Gap) bool { return g.Asset == "" || g.Asset == a.ID }
	isMatched := func(p Package) bool { return p.Ecosystem != "" }
	switch {
	case len(a.Packages) == 0 || !t.d.looked(finding.Vulnerability):
	case t.d.Database == nil || !slices.ContainsFunc(a.Packages, isMatched):
		t.heading("Vulnerabilities", "not looked up")
	case a.Status != Complete || slices.ContainsFunc(t.d.NotLookedUp, isAbout):
		t.heading("Vulnerabilities", "none found in what was looked up, see below for what was not")
	case a.Excluded > 0:
		t.heading("Vulnerabilities", "none known but what the base image may bring")
	case slices.ContainsFunc(t.d.Findings, isAccepted):
		t.heading("Vulnerabilities", "none known but what exceptions accept")
	default:
		t.heading("Vulnerabilities", "none known")
	}
}

// vulnerabilityNote counts each CVE once per source package, as its fix does.
func vulnerabilityNote(groups []*group) string {
	ended, unfixed, upgrades := 0, 0, 0
	for _, g := range groups {
		if g.key.fixable {
			ended += g.rules()
			upgrades++
		} else {
			unfixed += g.rules()
		}
	}
	var facts []string
	if upgrades > 0 {
		facts = append(facts, fmt.Sprintf("%s to end %d", count(upgrades, "upgrade"), ended))
	}
	if unfixed > 0 {
		facts = append(facts, fmt.Sprintf("%d without a fix", unfixed))
	}
	return fmt.Sprintf("%d: %s", ended+unfixed, strings.Join(facts, ", "))
}

// group writes the vulnerabilities of one package: what to go to, and the
// worst of what it ends.
func (t *terminal) group(g *group, nameWidth int) {
	spans := append(severitySpans(g.severity), span{bold, padded(t.short(g.key.name), nameWidth)}, span{plain, " " + noBreak + t.short(g.key.installed) + " "})
	spans = append(spans, fixSpans(g)...)
	if commonBase(g.findings) == asset.FromBase {
		spans = append(spans, span{plain, " (base" + noBreak + "image)"})
	}
	t.flow(2, bodyIndent, spans...)
	if t.o.Details {
		for _, f := range g.findings {
			t.finding(f)
		}
		return
	}
	t.flow(bodyIndent, bodyIndent, append(worst(g), span{plain, carriers(g)})...)
}

// short keeps the columns in place whatever a package is called; --details has
// the whole name.
func (t *terminal) short(s string) string { return runewidth.Truncate(s, t.width*3/10, "…") }

func severitySpans(s finding.Severity) []span {
	return []span{{severityStyle(s), padded(severityText(s), severityWidth)}, {plain, noBreak + " "}}
}

// severityText says in plain words what an unknown severity is.
func severityText(s finding.Severity) string {
	if s == finding.Unknown {
		return "unrated"
	}
	return s.String()
}

func fixSpans(g *group) []span {
	switch {
	case g.to != "":
		return []span{{plain, "→" + noBreak}, {bold, g.to}}
	case len(g.fixed) > 0:
		return []span{{plain, "no single version ends all; fixes are in "}, {bold, strings.Join(g.fixed, ", ")}}
	case g.refused():
		return []span{{plain, "will not be fixed"}}
	}
	return []span{{plain, "no fix yet"}}
}

// worst names the most urgent vulnerabilities of a group with what makes them
// urgent.
func worst(g *group) []span {
	const limit = 3
	var spans []span
	var named []string
	for _, f := range g.findings {
		if slices.Contains(named, f.Rule) {
			continue
		}
		if named = append(named, f.Rule); len(named) > limit {
			continue
		}
		if len(spans) > 0 {
			spans = append(spans, span{plain, ", "})
		}
		spans = append(spans, span{plain, f.Rule})
		spans = append(spans, urgency(f)...)
	}
	if len(named) > limit {
		spans = append(spans, span{plain, together(fmt.Sprintf(" and %d more", len(named)-limit))})
	}
	return spans
}

// urgency says why a vulnerability comes first: it is exploited, or likely to be.
func urgency(f *finding.Finding) []span {
	var spans []span
	if f.Risk.Exploited {
		spans = append(spans, span{boldRed, " " + together("known exploited")})
	}
	if f.Risk.EPSS >= 0.01 {
		spans = append(spans, span{plain, " " + together("("+epssText(f.Risk.EPSS)+")")})
	}
	return spans
}

func epssText(epss float64) string {
	switch {
	case epss < 0.001:
		return "EPSS below 0.1%"
	case epss < 0.1:
		return fmt.Sprintf("EPSS %.1f%%", epss*100)
	}
	return fmt.Sprintf("EPSS %.0f%%", epss*100)
}

// carriers says what of the image has the problem, where its name does not.
func carriers(g *group) string {
	if len(g.binaries) > 1 || g.binaries[0] != g.key.name {
		return ", in " + list(g.binaries)
	}
	if where := location(g.findings[0]); where != "" && !inDatabase(g.findings[0].Package) {
		return ", at " + where
	}
	return ""
}

// inDatabase is true for a distribution's packages: they all stand in the one
// package database, while others have a place of their own that is worth naming.
func inDatabase(p *finding.Package) bool {
	return strings.HasPrefix(p.PURL, "pkg:deb/") || strings.HasPrefix(p.PURL, "pkg:apk/") || strings.HasPrefix(p.PURL, "pkg:rpm/")
}

// commonBase is "base" or "own" if all findings agree on it, else "".
func commonBase(findings []*finding.Finding) string {
	common := ""
	for i, f := range findings {
		base := ""
		if f.Location != nil && f.Location.Layer != nil {
			base = f.Location.Layer.Base
		}
		if i > 0 && base != common {
			return ""
		}
		common = base
	}
	return common
}

func (t *terminal) misconfigurations(a *Asset) {
	var open []*finding.Finding
	for i := range t.d.Findings {
		f := &t.d.Findings[i]
		grouped := f.Kind == finding.Vulnerability && f.Package != nil
		if f.Asset == a.ID && !grouped && f.Status != finding.Accepted {
			open = append(open, f)
		}
	}
	if len(open) == 0 {
		return
	}
	t.heading("Misconfigurations", fmt.Sprint(len(open)))
	for i, f := range open {
		if i < maxMisconfigurations || t.o.AllFindings {
			t.misconfiguration(f)
		}
	}
	t.more(len(open), maxMisconfigurations)
}

func (t *terminal) misconfiguration(f *finding.Finding) {
	t.flow(2, bodyIndent, append(severitySpans(f.Severity), span{bold, f.Rule})...)
	t.detail("rule", f.Title)
	if t.o.Details {
		t.details(f)
		return
	}
	const limit = 3
	found := evidenceText(f.Evidence[:min(limit, len(f.Evidence))])
	if more := len(f.Evidence) - limit; more > 0 {
		found += fmt.Sprintf("; and %d more", more)
	}
	t.detail("found", found)
	t.detail("why", f.Why)
	t.detail("fix", cmp.Or(f.Fix.Text, f.Fix.Command))
}

// labelWidth is that of the column of labels.
const labelWidth = 6

func (t *terminal) detail(label, text string) {
	if text == "" {
		return
	}
	t.flow(bodyIndent, bodyIndent+labelWidth, span{plain, padded(label, labelWidth) + text})
}

// snippet writes what people paste as it is, line by line.
func (t *terminal) snippet(label, text string) {
	if !strings.Contains(text, "\n") {
		t.detail(label, text)
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		t.flow(bodyIndent, bodyIndent, span{plain, padded(label, labelWidth) + together(line)})
		label = ""
	}
}
