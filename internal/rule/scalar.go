package rule

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// scalarPlace finds where in the file a byte of a scalar's decoded value
// stands, for every style of scalar: the value is followed through the source
// text, over indentation, line folds, quotes and escapes.
func (s *source) scalarPlace(node *yaml.Node, index int) (line, column int) {
	style := node.Style &^ yaml.TaggedStyle
	at := s.scalarStart(node, style)
	for i, r := range node.Value {
		if i >= index {
			break
		}
		at = s.step(at, r, style)
	}
	if style == yaml.LiteralStyle || style == yaml.FoldedStyle {
		if index == 0 || node.Value[min(index, len(node.Value))-1] == '\n' {
			at = s.skipSpaces(at)
		}
	}
	return s.Place(at)
}

// scalarStart is the offset of the first character of the scalar's content.
func (s *source) scalarStart(node *yaml.Node, style yaml.Style) int {
	at := s.Offset(node.Line, node.Column)
	switch style {
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		if quote := bytes.IndexAny(s.Content[at:], `'"`); quote >= 0 {
			return at + quote + 1
		}
	case yaml.LiteralStyle, yaml.FoldedStyle:
		if header := bytes.IndexByte(s.Content[at:], '\n'); header >= 0 {
			return s.skipSpaces(at + header + 1)
		}
	}
	return at
}

// step moves past the source text of one decoded character.
func (s *source) step(at int, r rune, style yaml.Style) int {
	rest := s.Content[at:]
	if r == ' ' || r == '\n' {
		if end := breakLength(rest); end > 0 {
			return s.afterBreak(at+end, style)
		}
	}
	if style == yaml.DoubleQuotedStyle && bytes.HasPrefix(rest, []byte(`\`)) {
		return at + escapeLength(rest)
	}
	actual, size := utf8.DecodeRune(rest)
	if actual != r || len(rest) == 0 {
		return at
	}
	if style == yaml.SingleQuotedStyle && r == '\'' {
		return at + 2*size
	}
	return at + size
}

// afterBreak skips what follows a line's end and is not content: the
// indentation, and in all but literal scalars further empty lines.
func (s *source) afterBreak(at int, style yaml.Style) int {
	if style == yaml.LiteralStyle {
		if next := s.skipSpaces(at); next < len(s.Content) && s.Content[next] != '\n' {
			return next
		}
		return at
	}
	for {
		at = s.skipSpaces(at)
		end := breakLength(s.Content[at:])
		if end == 0 {
			return at
		}
		at += end
	}
}

func (s *source) skipSpaces(at int) int {
	for at < len(s.Content) && (s.Content[at] == ' ' || s.Content[at] == '\t') {
		at++
	}
	return at
}

// breakLength is the length of the blanks and line end that text begins with, 0
// if it does not begin with a line end.
func breakLength(text []byte) int {
	blanks := len(text) - len(bytes.TrimLeft(text, " \t\r"))
	if blanks < len(text) && text[blanks] == '\n' {
		return blanks + 1
	}
	return 0
}

// escapeLength is the length of a double-quoted scalar's escape (YAML 1.2,
// section 5.7).
func escapeLength(text []byte) int {
	if len(text) < 2 {
		return len(text)
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
	return min(2+digits, len(text))
}

// expressionOffset turns a line (from 1) and column (from 0, in characters) of
// an expression's text, as CEL reports them, into a byte offset.
func expressionOffset(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	for ; column > 0 && at < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
