package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// These limit the length of a list, unless Options lifts it.
const (
	maxGroups            = 20
	maxMisconfigurations = 10
	maxGaps              = 6
	maxWarnings          = 6
)

// WriteTerminal writes the document for people: what to do first, then what
// was examined, then the findings in the order of their risk, and last what
// was left open and how to go on.
func WriteTerminal(w io.Writer, d *Document, o Options) error {
	t := &terminal{page: newPage(o), d: escaped(d), o: o}
	t.groups = groupVulnerabilities(t.d.Findings)
	if o.Quiet {
		t.quiet()
	} else {
		t.whole()
	}
	if _, err := t.WriteTo(w); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type terminal struct {
	*page
	d      *Document
	o      Options
	groups []*group
}

// quiet writes one line, however long: it is for a log or a prompt.
func (t *terminal) quiet() {
	t.width = 1 << 20
	t.flow(0, 0, append([]span{verdict(t.d, t.groups), {plain, " "}}, tally(t.d.Summary)...)...)
}

func (t *terminal) whole() {
	t.flow(0, 0, verdict(t.d, t.groups))
	if counts := tally(t.d.Summary); len(counts) > 0 {
		t.flow(0, 0, counts...)
	}
	for i := range t.d.Assets {
		if t.d.Assets[i].Source != SourceFile {
			t.asset(&t.d.Assets[i])
		}
	}
	t.files()
	t.benchmark()
	t.accepted()
	t.gaps()
	t.unread()
	t.warnings()
	t.closing()
}

func (t *terminal) heading(title, note string) {
	t.blank()
	spans := []span{{bold, title}}
	if note != "" {
		spans = append(spans, span{plain, noBreak + " " + note})
	}
	t.flow(0, 2, spans...)
}

func (t *terminal) asset(a *Asset) {
	t.blank()
	t.flow(0, 2, span{bold, a.Name})
	t.identity(a)
	t.vulnerabilities(a)
	t.misconfigurations(a)
}

// accepted lists what exceptions hide, so that nothing is hidden for good.
func (t *terminal) accepted() {
	if t.d.Summary.Accepted == 0 {
		return
	}
	t.heading("Accepted", "by an exception, not counted above")
	shown := 0
	for i := range t.d.Findings {
		f := &t.d.Findings[i]
		if f.Status != finding.Accepted {
			continue
		}
		if shown++; shown > maxMisconfigurations && !t.o.AllFindings {
			continue
		}
		t.flow(2, 4, span{plain, f.Rule + subject(f) + ": " + exceptionText(f.Exception)})
	}
	t.more(shown, maxMisconfigurations)
}

func subject(f *finding.Finding) string {
	if f.Package == nil {
		return ""
	}
	return " in " + f.Package.Name
}

func exceptionText(e *finding.Exception) string {
	if e == nil {
		return "no reason recorded"
	}
	text := e.Reason
	if e.By != "" {
		text += ", by " + e.By
	}
	if !e.Until.IsZero() {
		text += ", until " + e.Until.UTC().Format(time.DateOnly)
	}
	return text
}

// gaps lists what was not looked up and what to run for it.
func (t *terminal) gaps() {
	if len(t.d.NotLookedUp) == 0 {
		return
	}
	t.heading("Not looked up", "")
	for i, g := range t.d.NotLookedUp {
		if i >= maxGaps && !t.o.AllFindings {
			break
		}
		text := g.What
		if name := t.assetName(g.Asset); len(t.d.Assets) > 1 && g.Asset != "" && name != text {
			text += " in " + name
		}
		spans := []span{{plain, text + ": " + strings.TrimSuffix(g.Reason, ".")}}
		if g.Command != "" {
			spans = append(spans, span{plain, ". Run "}, span{bold, together(g.Command)})
		}
		t.flow(2, 4, spans...)
	}
	t.more(len(t.d.NotLookedUp), maxGaps)
}

func (t *terminal) assetName(id string) string {
	for _, a := range t.d.Assets {
		if a.ID == id {
			return a.Name
		}
	}
	return id
}

// unread lists what could not be opened or read.
func (t *terminal) unread() {
	if t.d.Summary.Incomplete == 0 {
		return
	}
	note := "(the findings are those of the rest)"
	if len(t.d.Assets) == 0 {
		note = ""
	}
	t.heading("Not read", note)
	for _, target := range t.d.Targets {
		if target.Error != "" {
			t.flow(2, 4, span{boldRed, target.Input}, span{plain, ": " + target.Error})
		}
	}
	shown := 0
	for _, a := range t.d.Assets {
		for _, e := range a.Errors {
			if shown++; shown <= maxGroups || t.o.AllFindings {
				t.flow(2, 4, span{boldRed, a.Name}, span{plain, ": " + e.String()})
			}
		}
	}
	t.more(shown, maxGroups)
}

func (t *terminal) warnings() {
	if len(t.d.Warnings) == 0 {
		return
	}
	t.heading("Note", "")
	for i, w := range t.d.Warnings {
		if i < maxWarnings || t.o.AllFindings {
			t.flow(2, 4, span{plain, w})
		}
	}
	t.more(len(t.d.Warnings), maxWarnings)
}

// more says how many lines of a list were left out.
func (t *terminal) more(total, limit int) {
	if total > limit && !t.o.AllFindings {
		t.flow(2, 4, span{plain, fmt.Sprintf("… %d more: --all-findings or --format json", total-limit)})
	}
}

// closing says what the result stands on and how to go on.
func (t *terminal) closing() {
	lines := append(t.basis(), t.advice()...)
	if len(lines) > 0 {
		t.blank()
	}
	for _, line := range lines {
		t.flow(0, 2, line...)
	}
}

// basis says what was left out because the user wanted that, and how new the
// advisories are.
func (t *terminal) basis() [][]span {
	var lines [][]span
	if n := t.d.Summary.Excluded; n > 0 {
		lines = append(lines, []span{{plain, count(n, "finding") + " of the base image left out (told by the image's history)."}})
	}
	if newest := t.d.Database.newest(); !newest.IsZero() {
		lines = append(lines, []span{{plain, "The newest advisory in the database is of " + newest.UTC().Format(time.DateOnly) + "."}})
	}
	return lines
}

func (t *terminal) advice() [][]span {
	if t.d.Summary.Open == 0 || t.o.Details {
		return nil
	}
	var lines [][]span
	inBase := func(g *group) bool { return g.key.fixable && commonBase(g.findings) == asset.FromBase }
	if slices.ContainsFunc(t.groups, inBase) {
		lines = append(lines, []span{{plain, "What is marked (base" + noBreak + "image) is best ended by building on a newer base image."}})
	}
	return append(lines, []span{{plain, "Add "}, {bold, "--details"}, {plain, " for the evidence: file, layer, command and references of each finding."}})
}
