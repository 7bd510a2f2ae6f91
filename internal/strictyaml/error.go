package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
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
	return place + "\n  " + e.Text + "\n  " + e.indent() + "^"
}

// indent leads to the column. Tabs stay tabs, so that the caret stands there at
// any tab width.
func (e *Error) indent() string {
	var b strings.Builder
	column := 1
	for _, r := range e.Text {
		if column >= e.Column {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
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
		Message: strings.Map(printable, message), Text: strings.Map(printable, f.line(line)),
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
