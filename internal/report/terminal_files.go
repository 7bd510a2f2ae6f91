package report

import (
	"fmt"

	"seawall/internal/finding"
)

// files writes the findings that stand in real files, file by file.
func (t *terminal) files() {
	if files(t.d) == 0 {
		return
	}
	t.heading("Files", formats(t.d))
	found := findingsByFile(t.d)
	for i, file := range found {
		if i >= maxGroups && !t.o.AllFindings {
			break
		}
		t.file(file)
	}
	t.more(len(found), maxGroups)
}

func (t *terminal) file(file *fileFindings) {
	t.blank()
	t.flow(2, 4, span{bold, file.path})
	for i, f := range file.findings {
		if i < maxMisconfigurations || t.o.AllFindings || t.o.Details {
			t.fileFinding(f)
		}
	}
	if !t.o.Details {
		t.more(len(file.findings), maxMisconfigurations)
	}
}

// fileFinding writes where it is in a form that editors and terminals open.
func (t *terminal) fileFinding(f *finding.Finding) {
	spans := append(severitySpans(f.Severity), span{bold, f.Rule})
	if at := place(f.Location); at != "" {
		spans = append(spans, span{plain, " " + noBreak + f.Location.Path + ":" + at})
	}
	t.flow(2, bodyIndent, spans...)
	if t.o.Details {
		t.detail("rule", f.Title)
		t.details(f)
		return
	}
	const limit = 3
	found := evidenceText(f.Evidence[:min(limit, len(f.Evidence))])
	if more := len(f.Evidence) - limit; more > 0 {
		found += fmt.Sprintf("; and %d more", more)
	}
	t.detail("found", found)
	t.detail("fix", f.Fix.Text)
	t.snippet("run", f.Fix.Command)
}

// benchmark writes the controls of the benchmark that was asked for.
func (t *terminal) benchmark() {
	b := t.d.Benchmark
	if b == nil {
		return
	}
	t.heading(b.Title, controlTally(b))
	width := 0
	for _, c := range b.Controls {
		width = max(width, displayWidth(c.ID))
	}
	for _, c := range b.Controls {
		t.flow(2, 4, span{controlStyle(c.Status), padded(controlWords(c.Status), len("could not check"))}, span{plain, noBreak + " " + padded(c.ID, width) + noBreak + " " + c.Title + findingsNote(&c)})
	}
}

func findingsNote(c *Control) string {
	if len(c.Findings) == 0 {
		return ""
	}
	return ": " + count(len(c.Findings), "finding")
}

func controlStyle(status string) style {
	switch status {
	case ControlFail:
		return boldRed
	case ControlPass:
		return green
	case ControlUnknown:
		return magenta
	}
	return plain
}

// controlTally says "9 pass, 2 fail, 1 could not check".
func controlTally(b *Benchmark) string {
	text := ""
	for _, status := range []string{ControlFail, ControlUnknown, ControlPass, ControlNotApplicable, ControlNotCovered} {
		n := 0
		for _, c := range b.Controls {
			if c.Status == status {
				n++
			}
		}
		if n > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%d %s", n, controlWords(status))
		}
	}
	return text
}
