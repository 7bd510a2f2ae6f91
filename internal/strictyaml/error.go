package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"seawall/internal/wording"
)

// Error is a mistake in a file, at the place where it stands.
type Error struct {
	File string
	// Line and Column count from 1, Column in characters; both are 0 for a
	// mistake that has no place.
	Line, Column int
	Message      string
	// Text is the line of the file, "" if there is none.
	Text string
}

// Error gives "file:line:column: message", the line, and a caret below the column.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	place := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	if e.Text == "" {
		return place
	}
	before, after := e.excerpt()
	return place + "\n  " + before + after + "\n  " + strings.Map(blank, before) + "^"
}

// maxExcerpt is how much of a long line is shown on each side of the caret, in
// characters.
const maxExcerpt = 80

// excerpt gives the line up to the column and from it on, both cut to what fits
// on a screen.
func (e *Error) excerpt() (before, after string) {
	line := []rune(e.Text)
	column := min(e.Column-1, len(line))
	start := 0
	if column > maxExcerpt {
		start, before = column-maxExcerpt, "…"
	}
	before += string(line[start:column])
	if len(line)-column <= maxExcerpt {
		return before, string(line[column:])
	}
	return before, string(line[column:column+maxExcerpt]) + "…"
}

// blank is what stands below a character before the caret. Tabs stay tabs, so
// that the caret stands in its place at any tab width.
func blank(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}

// ErrorAt makes an Error at a node's place.
func (f *File) ErrorAt(node *yaml.Node, format string, arguments ...any) error {
	return f.ErrorAtPlace(node.Line, node.Column, fmt.Sprintf(format, arguments...))
}

// ErrorAtPlace makes an Error at a line and column, which count as in Error. One
// past the end, where something is missing, is shown at the last thing of the
// file.
func (f *File) ErrorAtPlace(line, column int, message string) error {
	if f.Offset(line, column) >= len(f.Content) {
		line, column = f.Place(len(bytes.TrimRight(f.Content, " \t\r\n")))
	}
	return &Error{
		File: f.Name, Line: line, Column: column,
		Message: strings.Map(printable, wording.Cut(message)), Text: strings.Map(printable, f.line(line)),
	}
}

// printable keeps what a terminal would act on out of messages.
func printable(r rune) rune {
	if r == '\t' || r == '\n' || unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

func (f *File) syntaxError(err error) error {
	var wrong *yaml.LoadError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s is not valid YAML: %w", f.Name, err)
	}
	return f.ErrorAtPlace(wrong.Mark.Line, wrong.Mark.Column, "not valid YAML: "+wrong.Message)
}
