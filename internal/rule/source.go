package rule

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxFileSize is the size in bytes above which a rule file is refused.
const maxFileSize = 1 << 20

// Error is a mistake in a rule file, at the place where it stands.
type Error struct {
	File string
	// Line and Column count from 1; Column counts characters. Both are 0 for a
	// mistake that has no place.
	Line, Column int
	Message      string
	// Text is the line of the file, "" if there is none.
	Text string
}

// Error gives "file:line:column: message", the line, and a caret below the column.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	place := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	if e.Text == "" {
		return place
	}
	return place + "\n  " + e.Text + "\n  " + caret(e.Text, e.Column)
}

// caret puts a ^ below a column; tabs stay tabs so that it stands there at any
// tab width.
func caret(line string, column int) string {
	var out strings.Builder
	for _, r := range line {
		if column--; column == 0 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		out.WriteRune(r)
	}
	return out.String() + "^"
}

// source is a rule file as read.
type source struct {
	name    string
	content []byte
}

// parse reads the YAML. Aliases are refused: a rule needs none, and they are
// how a small file becomes a large one.
func (s *source) parse() (*yaml.Node, error) {
	if len(s.content) > maxFileSize {
		return nil, &Error{File: s.name, Message: fmt.Sprintf("the file has %d bytes, a rule may have %d", len(s.content), maxFileSize)}
	}
	var document yaml.Node
	if err := yaml.Load(s.content, &document); err != nil {
		return nil, s.syntaxError(err)
	}
	root := document.Content[0]
	return root, s.refuseAliases(root)
}

func (s *source) syntaxError(err error) error {
	var wrong *yaml.LoadError
	if errors.As(err, &wrong) && wrong.Mark.Line > 0 {
		return s.errorAt(wrong.Mark.Line, wrong.Mark.Column, "not valid YAML: "+wrong.Message)
	}
	return &Error{File: s.name, Message: "a rule file holds exactly one YAML document"}
}

func (s *source) refuseAliases(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		return s.nodeError(node, "aliases are not allowed in a rule, write the value out")
	}
	for _, child := range node.Content {
		if err := s.refuseAliases(child); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) nodeError(node *yaml.Node, format string, arguments ...any) error {
	return s.errorAt(node.Line, node.Column, fmt.Sprintf(format, arguments...))
}

// errorAt places a mistake. One past the end, where something is missing, is
// shown at the last thing of the file.
func (s *source) errorAt(line, column int, message string) error {
	if s.offset(line, column) >= len(s.content) {
		line, column = s.place(len(bytes.TrimRight(s.content, " \t\r\n")))
	}
	return &Error{File: s.name, Line: line, Column: column, Message: message, Text: s.line(line)}
}

// line is the n-th line, from 1, without its end.
func (s *source) line(n int) string {
	rest := s.content
	for ; n > 1; n-- {
		_, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			return ""
		}
		rest = after
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return strings.ToValidUTF8(strings.TrimSuffix(string(line), "\r"), "\uFFFD")
}

// place is the line and column in the file of a byte offset in the file.
func (s *source) place(offset int) (line, column int) {
	before := s.content[:min(max(offset, 0), len(s.content))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// offset is the reverse of place.
func (s *source) offset(line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(s.content[at:], '\n')
		if next < 0 {
			return len(s.content)
		}
		at += next + 1
	}
	for ; column > 1 && at < len(s.content); column-- {
		_, size := utf8.DecodeRune(s.content[at:])
		at += size
	}
	return at
}
