package report

import (
	"fmt"
	"io"
	"strings"

	"seawall/internal/finding"
)

const (
	// maxMarkdown is what is written at most, in bytes: GitHub refuses comments
	// of more than 65,536 characters.
	maxMarkdown = 60_000
	// maxMarkdownRows bounds the table of findings.
	maxMarkdownRows = 50
)

// WriteMarkdown writes a comment for a pull request: the verdict, a table of
// what to look at, and folded below it what to do about each finding.
func WriteMarkdown(w io.Writer, d *Document, _ Options) error {
	m := &markdown{d: escaped(d)}
	m.names = assetNames(m.d)
	m.summary()
	m.benchmark()
	open := m.table()
	m.open(open)
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type markdown struct {
	strings.Builder
	d     *Document
	names map[string]string
}

func (m *markdown) summary() {
	sentence := verdict(m.d, groupVulnerabilities(m.d.Findings))
	m.WriteString("### Seawall: " + mdText(sentence.text) + "\n\n")
	var counts strings.Builder
	for _, s := range tally(m.d.Summary) {
		counts.WriteString(strings.ReplaceAll(s.text, noBreak, " "))
	}
	if counts.Len() > 0 {
		m.WriteString(mdText(counts.String()) + "\n\n")
	}
	if n := files(m.d); n > 0 {
		m.WriteString("Checked: " + mdText(formats(m.d)) + ".\n\n")
	}
}

// benchmark is a table of the controls.
func (m *markdown) benchmark() {
	b := m.d.Benchmark
	if b == nil {
		return
	}
	fmt.Fprintf(m, "**%s:** %s\n\n| | control | findings |\n|---|---|---|\n", mdText(b.Title), controlTally(b))
	for _, c := range b.Controls {
		if c.Status != ControlNotCovered {
			fmt.Fprintf(m, "| %s | %s %s | %d |\n", controlWords(c.Status), mdText(c.ID), mdText(c.Title), len(c.Findings))
		}
	}
	m.WriteString("\n")
}

// table lists the open findings and gives them.
func (m *markdown) table() []*finding.Finding {
	var open []*finding.Finding
	for i := range m.d.Findings {
		if m.d.Findings[i].Status != finding.Accepted {
			open = append(open, &m.d.Findings[i])
		}
	}
	if len(open) == 0 {
		return nil
	}
	m.WriteString("| severity | where | what |\n|---|---|---|\n")
	for i, f := range open {
		if i == maxMarkdownRows {
			break
		}
		fmt.Fprintf(m, "| %s | %s | %s: %s |\n", severityText(f.Severity), mdCode(m.where(f)), mdCode(f.Rule), mdText(headline(f)))
	}
	if n := len(open) - maxMarkdownRows; n > 0 {
		fmt.Fprintf(m, "\n… and %d more.\n", n)
	}
	m.WriteString("\n")
	return open
}

// where is the file with its line, or the package, or the asset.
func (m *markdown) where(f *finding.Finding) string {
	switch {
	case f.Package != nil:
		return strings.TrimSpace(f.Package.Name + " " + f.Package.Version)
	case location(f) != "":
		return location(f)
	}
	return m.names[f.Asset]
}

// open writes the folded details for as many findings as there is room for,
// then what could not be read.
func (m *markdown) open(findings []*finding.Finding) {
	problems := m.problems()
	for i, f := range findings {
		details := m.details(f)
		if m.Len()+len(details)+len(problems) > maxMarkdown {
			fmt.Fprintf(m, "The details of %s are left out: see the JSON or HTML report.\n\n", count(len(findings)-i, "finding"))
			break
		}
		m.WriteString(details)
	}
	m.WriteString(problems)
}

func (m *markdown) details(f *finding.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s · %s · %s</summary>\n\n", severityText(f.Severity), mdCode(f.Rule), mdCode(m.where(f)))
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "**%s:** %s\n\n", label, text)
		}
	}
	line("Found", mdText(evidenceText(f.Evidence)))
	line("Why", mdText(f.Why))
	line("Fix", mdText(f.Fix.Text))
	mdFence(&b, "sh", f.Fix.Command)
	mdFence(&b, "diff", f.Fix.Patch)
	var references []string
	for _, r := range f.References {
		references = append(references, mdText(referenceText(r)))
	}
	line("See", strings.Join(references, ", "))
	b.WriteString("</details>\n\n")
	return b.String()
}

// problems lists what could not be read, up to a limit.
func (m *markdown) problems() string {
	var lines []string
	for _, t := range m.d.Targets {
		if t.Error != "" {
			lines = append(lines, mdCode(t.Input)+": "+mdText(t.Error))
		}
	}
	for _, a := range m.d.Assets {
		for _, e := range a.Errors {
			lines = append(lines, mdCode(a.Name)+": "+mdText(e.String()))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	more := ""
	if len(lines) > maxGroups {
		more = fmt.Sprintf("- … and %d more\n", len(lines)-maxGroups)
		lines = lines[:maxGroups]
	}
	return "**Not read:**\n\n- " + clipped(strings.Join(lines, "\n- "), maxMarkdown/4) + "\n" + more
}

// clipped shortens a text at a line's end.
func clipped(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	text = text[:limit]
	if end := strings.LastIndexByte(text, '\n'); end > 0 {
		return text[:end]
	}
	return "…"
}

// mdText keeps text from being read as markup, HTML, a mention of a person or a
// number of an issue: the comment parts what GitHub would link.
func mdText(s string) string {
	return strings.NewReplacer(`\@`, `@<!-- -->`, `\#`, `#<!-- -->`).Replace(escapeMarkdown(s))
}

// mdCode writes a name as code. It is HTML, since a code span has no escapes.
func mdCode(s string) string { return "<code>" + mdText(s) + "</code>" }

// mdFence writes a block of code, however many backticks stand in it.
func mdFence(b *strings.Builder, language, text string) {
	if text == "" {
		return
	}
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s\n%s\n\n", marks, language, strings.TrimRight(text, "\n"), marks)
}
