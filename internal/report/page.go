package report

import (
	"bytes"
	"strings"

	"github.com/mattn/go-runewidth"
)

// DefaultWidth is the number of columns filled where the terminal's is not known.
const DefaultWidth = 100

const (
	minWidth = 40
	maxWidth = 120
	// maxWord is where a single word is cut, in columns: a file name of a
	// megabyte must not flood the terminal.
	maxWord = 400
)

// style is the parameter of an SGR control sequence (ECMA-48, 8.3.117). Only
// colours that can be read on black and on white are used.
type style string

const (
	plain   style = ""
	bold    style = "1"
	red     style = "31"
	boldRed style = "1;31"
	magenta style = "35"
	blue    style = "34"
	green   style = "32"
)

// span is a piece of text in one style.
type span struct {
	style style
	text  string
}

// page collects lines for a terminal.
type page struct {
	bytes.Buffer
	width int
	color bool
}

func newPage(o Options) *page {
	width := o.Width
	if width == 0 {
		width = DefaultWidth
	}
	return &page{width: min(max(width, minWidth), maxWidth), color: o.Color}
}

// blank separates two blocks.
func (p *page) blank() { p.WriteByte('\n') }

// flow writes spans as a paragraph that starts at column indent and goes on at
// column hang. Words are kept whole: what is copied from a terminal must not
// have gained a line break.
func (p *page) flow(indent, hang int, spans ...span) {
	p.WriteString(strings.Repeat(" ", indent))
	column, start := indent, true
	for _, w := range words(spans) {
		width := w.width()
		switch {
		case start:
		case column+1+width > p.width:
			p.WriteByte('\n')
			p.WriteString(strings.Repeat(" ", hang))
			column = hang
		default:
			p.WriteByte(' ')
			column++
		}
		p.print(w)
		column += width
		start = false
	}
	p.WriteByte('\n')
}

func (p *page) print(w word) {
	for _, s := range w {
		if !p.color || s.style == plain {
			p.WriteString(s.text)
			continue
		}
		p.WriteString("\x1b[" + string(s.style) + "m" + s.text + "\x1b[0m")
	}
}

// word is what stands between two spaces; its pieces may differ in style.
type word []span

func (w word) width() int {
	n := 0
	for _, s := range w {
		n += displayWidth(s.text)
	}
	return n
}

// words splits spans at spaces. A space that is not to be a place to break is
// written as U+00A0 and printed as a space.
func words(spans []span) []word {
	var all []word
	var current word
	for _, s := range spans {
		for i, part := range strings.Split(s.text, " ") {
			if i > 0 && len(current) > 0 {
				all = append(all, current)
				current = nil
			}
			if part != "" {
				part = strings.ReplaceAll(part, noBreak, " ")
				current = append(current, span{s.style, runewidth.Truncate(part, maxWord, "…")})
			}
		}
	}
	if len(current) > 0 {
		all = append(all, current)
	}
	return all
}

const noBreak = "\u00a0"

// together makes a text one that is not broken at its spaces.
func together(s string) string { return strings.ReplaceAll(s, " ", noBreak) }

// padded makes a text at least width columns wide and unbreakable.
func padded(s string, width int) string {
	return together(s + strings.Repeat(" ", max(0, width-displayWidth(s))))
}

func displayWidth(s string) int { return runewidth.StringWidth(s) }
