// Package strictyaml reads small YAML files that people write: every key must
// be known and stand once, and every mistake is shown at its line and column.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// MaxSize is the size in bytes above which a file is refused.
const MaxSize = 1 << 20

// File is a YAML file with its name for messages.
type File struct {
	Name    string
	Content []byte
}

// Parse gives the root of the file's single document, nil if there is none.
// Aliases are refused: they are how a small file becomes a large one.
func (f *File) Parse() (*yaml.Node, error) {
	if len(f.Content) > MaxSize {
		return nil, fmt.Errorf("%s has %d bytes: split or shorten it to %d", f.Name, len(f.Content), MaxSize)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Content))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, f.syntaxError(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, f.ErrorAt(&second, "a second document begins here, where one is expected")
	} else if !errors.Is(err, io.EOF) {
		return nil, f.syntaxError(err)
	}
	root := document.Content[0]
	return root, f.refuseAliases(root)
}

func (f *File) syntaxError(err error) error {
	var wrong *yaml.LoadError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s is not valid YAML: %w", f.Name, err)
	}
	return f.errorAt(wrong.Mark.Line, wrong.Mark.Column, "not valid YAML: "+wrong.Message)
}

func (f *File) refuseAliases(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		return f.ErrorAt(node, "aliases are not allowed here, write the value out")
	}
	for _, child := range node.Content {
		if err := f.refuseAliases(child); err != nil {
			return err
		}
	}
	return nil
}

// Mapping gives the values of a mapping by their keys, which must be among
// the known ones.
func (f *File) Mapping(node *yaml.Node, known ...string) (map[string]*yaml.Node, error) {
	if node.Kind != yaml.MappingNode {
		return nil, f.ErrorAt(node, "expected a mapping with any of the keys %s", strings.Join(known, ", "))
	}
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			return nil, f.ErrorAt(key, "unknown key %q, use one of %s", key.Value, strings.Join(known, ", "))
		case values[key.Value] != nil:
			return nil, f.ErrorAt(key, "the key %q stands here a second time", key.Value)
		}
		values[key.Value] = node.Content[i+1]
	}
	return values, nil
}

// Text gives the value of a scalar that is not empty, "" for a nil node.
func (f *File) Text(node *yaml.Node) (string, error) {
	if node == nil {
		return "", nil
	}
	if node.Kind != yaml.ScalarNode || node.ShortTag() == "!!null" || strings.TrimSpace(node.Value) == "" {
		return "", f.ErrorAt(node, "expected a text that is not empty")
	}
	return strings.TrimSpace(node.Value), nil
}

// ErrorAt makes an Error at a node's place.
func (f *File) ErrorAt(node *yaml.Node, format string, arguments ...any) error {
	return f.errorAt(node.Line, node.Column, fmt.Sprintf(format, arguments...))
}

func (f *File) errorAt(line, column int, message string) error {
	lines := strings.Split(string(f.Content), "\n")
	text := ""
	if line >= 1 && line <= len(lines) {
		text = strings.Map(printable, strings.TrimRight(lines[line-1], "\r"))
	}
	return &Error{File: f.Name, Line: line, Column: column, Message: message, Text: text}
}

// printable keeps what a terminal would act on out of messages.
func printable(r rune) rune {
	if r == '\t' || unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// Error is a mistake in a file, at the place where it stands.
type Error struct {
	File string
	// Line and Column count from 1, Column in characters; 0 means not known.
	Line, Column int
	Message      string
	// Text is the line of the file.
	Text string
}

// Error gives "file:line:column: message", the line, and a caret below the column.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s\n  %s\n  %s^", e.File, e.Line, e.Column, e.Message, e.Text, e.indent())
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
