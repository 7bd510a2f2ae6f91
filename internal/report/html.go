package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"

	"seawall/internal/finding"
)

//go:embed html.css
var htmlStyle string

// maxHTMLFindings is how many findings a page shows: browsers grow slow with more.
const maxHTMLFindings = 5000

// WriteHTML writes a page that stands alone: it loads nothing and runs no
// script, which its own policy forbids too. Its filters are plain checkboxes.
func WriteHTML(w io.Writer, d *Document, _ Options) error {
	out := bufio.NewWriter(w)
	p := &htmlPage{out, escaped(d)}
	p.head()
	p.filters()
	p.print("<main>\n")
	p.benchmark()
	p.findings()
	p.upgrades()
	p.leftOpen()
	p.accepted()
	p.print("</main>\n")
	p.foot()
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type htmlPage struct {
	*bufio.Writer
	d *Document
}

// print writes markup with texts in it, each of which is escaped. A failure
// shows when the writer is flushed.
func (p *htmlPage) print(markup string, texts ...string) {
	args := make([]any, len(texts))
	for i, text := range texts {
		args[i] = html.EscapeString(text)
	}
	fmt.Fprintf(p, markup, args...)
}

func (p *htmlPage) head() {
	p.print("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n" +
		"<title>Seawall report</title>\n<style>\n")
	fmt.Fprint(p, htmlStyle+filterStyle())
	sentence := verdict(p.d, groupVulnerabilities(p.d.Findings))
	p.print("</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">SEAWALL</p>\n<p class=\"verdict\">%s</p>\n", sentence.text)
	var inputs []string
	for _, t := range p.d.Targets {
		inputs = append(inputs, t.Input)
	}
	p.print("<p class=\"meta\">%s · %s</p>\n", strings.Join(inputs, ", "), p.d.Created.UTC().Format("2006-01-02 15:04 MST"))
	if files(p.d) > 0 {
		p.print("<p class=\"meta\">%s</p>\n", formats(p.d))
	}
	p.print("</header>\n")
}

// filterStyle hides the findings whose checkbox is cleared.
func filterStyle() string {
	var b strings.Builder
	for severity := finding.Critical; severity >= finding.Unknown; severity-- {
		fmt.Fprintf(&b, "#show-%[1]s:not(:checked)~main details.%[1]s{display:none}\n", severity)
		fmt.Fprintf(&b, "#show-%[1]s:not(:checked)~.filters label[for=show-%[1]s]{opacity:.45}\n", severity)
		fmt.Fprintf(&b, "#show-%[1]s:focus-visible~.filters label[for=show-%[1]s]{outline:3px solid var(--accent)}\n", severity)
	}
	for _, kind := range []finding.Kind{finding.Vulnerability, finding.Misconfiguration} {
		fmt.Fprintf(&b, "#show-%[1]s:not(:checked)~main details.%[1]s{display:none}\n", kind)
		fmt.Fprintf(&b, "#show-%[1]s:not(:checked)~.filters label[for=show-%[1]s]{opacity:.45}\n", kind)
		fmt.Fprintf(&b, "#show-%[1]s:focus-visible~.filters label[for=show-%[1]s]{outline:3px solid var(--accent)}\n", kind)
	}
	return b.String()
}

// filters are checkboxes for the severities and kinds that there are. Those of
// kinds are of use only where there are two.
func (p *htmlPage) filters() {
	type tile struct{ class, label, count string }
	var tiles []tile
	for severity := finding.Critical; severity >= finding.Unknown; severity-- {
		if n := *p.d.Summary.BySeverity.of(severity); n > 0 {
			tiles = append(tiles, tile{severity.String(), severityText(severity), fmt.Sprint(n)})
		}
	}
	if len(p.d.Summary.ByKind) > 1 {
		for _, kind := range []finding.Kind{finding.Vulnerability, finding.Misconfiguration} {
			tiles = append(tiles, tile{string(kind), string(kind), fmt.Sprint(p.d.Summary.ByKind[kind])})
		}
	}
	if len(tiles) == 0 {
		return
	}
	for _, t := range tiles {
		p.print("<input class=\"filter\" type=\"checkbox\" id=\"show-%s\" checked>\n", t.class)
	}
	p.print("<div class=\"filters\">\n")
	for _, t := range tiles {
		p.print("<label class=\"%s\" for=\"show-%s\"><b>%s</b><span>%s</span></label>\n", t.class, t.class, t.count, t.label)
	}
	p.print("</div>\n<p class=\"hint\">Choose a tile to hide or show its findings; open a finding for what to do.</p>\n")
}

func (p *htmlPage) benchmark() {
	b := p.d.Benchmark
	if b == nil {
		return
	}
	p.print("<h2>%s</h2>\n<p class=\"meta\">%s</p>\n<table><tr><th>result</th><th>control</th><th></th><th>findings</th></tr>\n", b.Title, controlTally(b))
	for _, c := range b.Controls {
		p.print("<tr><td class=\"%s\">%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", c.Status, controlWords(c.Status), c.ID, c.Title, fmt.Sprint(len(c.Findings)))
	}
	p.print("</table>\n")
}

// findings shows the open ones, those of one file or image together.
func (p *htmlPage) findings() {
	sections := p.sections()
	p.print("<h2>Findings</h2>\n")
	if len(sections) == 0 {
		p.print("<p class=\"clean\">There is no open finding.</p>\n")
		return
	}
	left := maxHTMLFindings
	for _, s := range sections {
		p.print("<section>\n<h3>%s <small>%s</small></h3>\n", s.path, count(len(s.findings), "finding"))
		shown := s.findings[:min(left, len(s.findings))]
		left -= len(shown)
		for _, f := range shown {
			p.finding(f)
		}
		if more := len(s.findings) - len(shown); more > 0 {
			p.print("<p class=\"hint\">%s not shown: see the JSON report.</p>\n", count(more, "more finding"))
		}
		p.print("</section>\n")
	}
}

// sections groups open findings by file, or else by asset, the most urgent first.
func (p *htmlPage) sections() []*fileFindings {
	sections := findingsByFile(p.d)
	names := assetNames(p.d)
	inFile := map[string]bool{}
	for i := range p.d.Assets {
		inFile[p.d.Assets[i].ID] = p.d.Assets[i].Source == SourceFile
	}
	byAsset := map[string]*fileFindings{}
	for i := range p.d.Findings {
		f := &p.d.Findings[i]
		if inFile[f.Asset] || f.Status == finding.Accepted {
			continue
		}
		if byAsset[f.Asset] == nil {
			byAsset[f.Asset] = &fileFindings{path: names[f.Asset]}
			sections = append(sections, byAsset[f.Asset])
		}
		byAsset[f.Asset].findings = append(byAsset[f.Asset].findings, f)
	}
	slices.SortStableFunc(sections, func(a, b *fileFindings) int { return a.findings[0].Risk.Rank - b.findings[0].Risk.Rank })
	return sections
}

func (p *htmlPage) finding(f *finding.Finding) {
	at, rule := place(f.Location), f.Rule
	if headline(f) != f.Title {
		rule += " · " + f.Title
	}
	if f.Package != nil {
		at, rule = strings.TrimSpace(f.Package.Name+" "+f.Package.Version), f.Rule+andMore(f.Alike)
	} else if at != "" {
		at = "line " + at
	}
	p.print("<details class=\"f %s %s\"><summary><span class=\"badge\">%s</span><span>%s<span class=\"rule\">%s</span></span><span class=\"at\">%s</span></summary>\n<div class=\"body\"><dl>\n",
		f.Severity.String(), string(f.Kind), severityText(f.Severity), headline(f), rule, at)
	p.row("Where", location(f))
	p.row("Layer", layerText(f))
	for i := range f.Evidence {
		p.row("Found", evidenceText(f.Evidence[i:i+1]))
	}
	if f.Risk.Exploited {
		p.row("Exploited", "known to be exploited")
	}
	if f.Risk.EPSS >= 0 {
		p.row("Likely", epssText(f.Risk.EPSS))
	}
	p.row("Why", f.Why)
	p.row("Fix", f.Fix.Text)
	p.code("Run", f.Fix.Command)
	p.code("Patch", f.Fix.Patch)
	p.row("Also", strings.Join(f.Aliases, ", "))
	p.references(f.References)
	p.print("</dl></div></details>\n")
}

func (p *htmlPage) row(label, text string) {
	if text != "" {
		p.print("<dt>%s</dt><dd>%s</dd>\n", label, text)
	}
}

func (p *htmlPage) code(label, text string) {
	if text != "" {
		p.print("<dt>%s</dt><dd><pre>%s</pre></dd>\n", label, text)
	}
}

func (p *htmlPage) references(list []finding.Reference) {
	if len(list) == 0 {
		return
	}
	p.print("<dt>See</dt><dd>")
	for i, r := range list {
		if i > 0 {
			p.print(", ")
		}
		if webURL(r.ID) {
			p.print("<a href=\"%s\" rel=\"noreferrer noopener\">%s</a>", r.ID, r.ID)
		} else {
			p.print("%s", referenceText(r))
		}
	}
	p.print("</dd>\n")
}

func (p *htmlPage) upgrades() {
	if len(p.d.Upgrades) == 0 {
		return
	}
	p.print("<h2>Upgrades</h2>\n<table><tr><th>package</th><th>from</th><th>to</th></tr>\n")
	for _, u := range p.d.Upgrades {
		p.print("<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", u.Package, u.From, u.To)
	}
	p.print("</table>\n")
}

// leftOpen tells what could not be read or looked up.
func (p *htmlPage) leftOpen() {
	var lines []string
	for _, t := range p.d.Targets {
		if t.Error != "" {
			lines = append(lines, t.Input+": "+t.Error)
		}
	}
	for _, a := range p.d.Assets {
		for _, e := range a.Errors {
			lines = append(lines, a.Name+": "+e.String())
		}
	}
	p.list("Not read", lines)
	lines = nil
	for _, g := range p.d.NotLookedUp {
		lines = append(lines, strings.TrimPrefix(gapText(g), "Not looked up: "))
	}
	p.list("Not looked up", lines)
	p.list("Notes", p.d.Warnings)
}

func (p *htmlPage) accepted() {
	var lines []string
	for i := range p.d.Findings {
		if f := &p.d.Findings[i]; f.Status == finding.Accepted {
			lines = append(lines, f.Rule+subject(f)+": "+exceptionText(f.Exception))
		}
	}
	p.list("Accepted", lines)
}

func (p *htmlPage) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.print("<h2>%s</h2>\n<ul>\n", title)
	for _, line := range lines {
		p.print("<li>%s</li>\n", line)
	}
	p.print("</ul>\n")
}

func (p *htmlPage) foot() {
	text := p.d.Tool.Name + " " + p.d.Tool.Version
	if newest := p.d.Database.newest(); !newest.IsZero() {
		text += " · newest advisory of " + newest.UTC().Format(time.DateOnly)
	}
	p.print("<footer>%s</footer>\n</body>\n</html>\n", text)
}
