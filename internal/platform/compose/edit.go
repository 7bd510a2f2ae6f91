package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"seawall/internal/platform/document"
)

// edit changes the text of a file at the places of its values. It makes one
// change; the places are those of the text as it was read.
type edit struct {
	lines   []string
	newline string
	service document.Value
}

var errSeveralLines = errors.New("it goes over several lines")

// openEdit finds a service, or job, in the text of a file.
func openEdit(content []byte, service string) (*edit, error) {
	documents, err := document.Parse("", content)
	if err != nil {
		return nil, err
	}
	e := &edit{newline: "\n"}
	text := string(content)
	if strings.Contains(text, "\r\n") {
		e.newline = "\r\n"
	}
	e.lines = strings.Split(text, e.newline)
	for _, v := range documents {
		for _, kind := range []string{"services", "jobs"} {
			if found := v.At(kind, service); found.Exists() {
				e.service = found
			}
		}
	}
	if !e.service.IsMapping() || e.service.Node().Alias != nil {
		return nil, errors.New("the file has no such service of its own")
	}
	return e, nil
}

func (e *edit) bytes() []byte { return []byte(strings.Join(e.lines, e.newline)) }

// at follows keys that the service itself has, so no merged ones.
func (e *edit) at(keys ...string) document.Value {
	v := e.service
	for _, key := range keys {
		field, ok := ownField(v, key)
		if !ok || field.Value.Node().Alias != nil {
			return document.Value{}
		}
		v = field.Value
	}
	return v
}

// ownField finds a key that stands in the mapping itself.
func ownField(v document.Value, key string) (document.Field, bool) {
	if !v.IsMapping() {
		return document.Field{}, false
	}
	content := v.Node().Content
	for i := 0; i+1 < len(content); i += 2 {
		if content[i].Value == key {
			return document.Field{Name: key, Key: document.New("", "", content[i]), Value: document.New("", "", content[i+1])}, true
		}
	}
	return document.Field{}, false
}

// position is a byte of a line, both from 0.
type position struct{ line, column int }

// start is where a value begins.
func (e *edit) start(v document.Value) position {
	p := position{line: v.Line() - 1}
	for range v.Column() - 1 {
		if p.column >= len(e.lines[p.line]) {
			break
		}
		_, size := utf8.DecodeRuneInString(e.lines[p.line][p.column:])
		p.column += size
	}
	return p
}

// end is where a value of one line ends.
func (e *edit) end(v document.Value) (position, error) {
	p := e.start(v)
	rest := e.lines[p.line][p.column:]
	length := -1
	switch {
	case v.Node().Alias != nil:
		length = len(rest) - len(strings.TrimLeft(rest, "*"+nameCharacters))
	case v.IsMapping() || v.IsList():
		length = flowEnd(rest)
	case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
		length = quoteEnd(rest)
	case strings.HasPrefix(rest, v.Text()):
		length = len(v.Text())
	}
	if length < 0 {
		return p, errSeveralLines
	}
	p.column += length
	return p, nil
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// quoteEnd is behind the closing quote of a text that begins with a quote, -1
// if it is not in the line.
func quoteEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[0] == '"' && text[i] == '\\':
			i++
		case text[i] == text[0] && text[0] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return -1
}

// flowEnd is behind the bracket that closes a flow mapping or list, -1 if it is
// not in the line.
func flowEnd(text string) int {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return -1
	}
	open := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				return i + 1
			}
		case '"', '\'':
			if before := strings.TrimRight(text[:i], " "); !strings.ContainsAny(before[len(before)-1:], ":,[{") {
				continue // an apostrophe within a word
			}
			length := quoteEnd(text[i:])
			if length < 0 {
				return -1
			}
			i += length - 1
		case '#':
			if text[i-1] == ' ' {
				return -1
			}
		}
	}
	return -1
}

// replace writes a text in the place of a value of one line.
func (e *edit) replace(v document.Value, text string) error {
	end, err := e.end(v)
	if err != nil {
		return err
	}
	start := e.start(v)
	line := e.lines[start.line]
	e.lines[start.line] = line[:start.column] + text + line[end.column:]
	return nil
}

// isFlow tells a mapping or list in brackets.
func (e *edit) isFlow(v document.Value) bool {
	p := e.start(v)
	return strings.HasPrefix(e.lines[p.line][p.column:], "{") || strings.HasPrefix(e.lines[p.line][p.column:], "[")
}

// set writes a key of a mapping.
func (e *edit) set(mapping document.Value, key, text string) error {
	field, exists := ownField(mapping, key)
	switch {
	case !exists && e.isFlow(mapping):
		return e.insertFlow(mapping, key+": "+text)
	case !exists:
		e.insertBlock(mapping, key+": "+text)
		return nil
	case !field.Value.Exists():
		end, err := e.end(field.Key)
		if err != nil {
			return err
		}
		line := e.lines[end.line]
		after := strings.TrimPrefix(strings.TrimPrefix(line[end.column:], ":"), " null")
		e.lines[end.line] = line[:end.column] + ": " + text + after
		return nil
	case field.Value.IsList() && !e.isFlow(field.Value):
		return e.replaceBlock(field, text)
	}
	return e.replace(field.Value, text)
}

// insertFlow adds a field in front of the bracket that closes a mapping.
func (e *edit) insertFlow(mapping document.Value, field string) error {
	end, err := e.end(mapping)
	if err != nil {
		return err
	}
	line := e.lines[end.line]
	inside := strings.TrimRight(line[:end.column-1], " ")
	if !strings.HasSuffix(inside, "{") {
		inside = strings.TrimSuffix(inside, ",") + ", "
	}
	e.lines[end.line] = inside + field + line[end.column-1:]
	return nil
}

// insertBlock adds a line at the end of a mapping, in front of the comments and
// empty lines that lead to what follows.
func (e *edit) insertBlock(mapping document.Value, field string) {
	start := e.start(mapping)
	last := start.line
	for i := start.line; i < len(e.lines); i++ {
		content := strings.TrimLeft(e.lines[i], " \t")
		if content == "" || content[0] == '#' {
			continue
		}
		if i > start.line && len(e.lines[i])-len(content) < start.column {
			break
		}
		last = i
	}
	e.lines = slices.Insert(e.lines, last+1, strings.Repeat(" ", start.column)+field)
}

// replaceBlock writes one line in the place of a block list and its key.
func (e *edit) replaceBlock(field document.Field, text string) error {
	last, err := e.lastLine(field.Value)
	if err != nil {
		return err
	}
	end, err := e.end(field.Key)
	if err != nil {
		return err
	}
	e.lines[end.line] = e.lines[end.line][:end.column] + ": " + text
	e.lines = slices.Delete(e.lines, end.line+1, last+1)
	return nil
}

// lastLine is the line that a value ends in.
func (e *edit) lastLine(v document.Value) (int, error) {
	switch {
	case v.IsScalar() || v.Node().Alias != nil || e.isFlow(v):
		end, err := e.end(v)
		return end.line, err
	case v.IsMapping():
		content := v.Node().Content
		return e.lastLine(document.New("", "", content[len(content)-1]))
	case v.IsList():
		items := v.Items()
		return e.lastLine(items[len(items)-1])
	}
	return v.Line() - 1, nil
}

// remove takes a key out of a mapping; one that is not there needs nothing.
func (e *edit) remove(mapping document.Value, key string) error {
	field, exists := ownField(mapping, key)
	if !exists {
		if mapping.Get(key).Exists() {
			return fmt.Errorf("%s is inherited: take it out of the anchor", key)
		}
		return nil
	}
	if e.isFlow(mapping) {
		return e.cut(e.start(field.Key), field.Value)
	}
	if len(mapping.Node().Content) == 2 {
		return errors.New("it is the only key of its mapping")
	}
	last, err := e.lastLine(field.Value)
	if err != nil {
		return err
	}
	e.lines = slices.Delete(e.lines, field.Key.Line()-1, last+1)
	return nil
}

// cut removes what begins at a position and ends with a value, with one comma,
// from a flow mapping or list.
func (e *edit) cut(start position, v document.Value) error {
	end, err := e.end(v)
	if err != nil || end.line != start.line {
		return errSeveralLines
	}
	line := e.lines[start.line]
	before, after := line[:start.column], line[end.column:]
	if rest := strings.TrimLeft(after, " "); strings.HasPrefix(rest, ",") {
		after = strings.TrimLeft(rest[1:], " ")
	} else if trimmed := strings.TrimRight(before, " "); strings.HasSuffix(trimmed, ",") {
		before = strings.TrimSuffix(trimmed, ",")
	}
	e.lines[start.line] = before + after
	return nil
}

// appendItem adds an item at the end of a list.
func (e *edit) appendItem(list document.Value, text string) error {
	if e.isFlow(list) {
		end, err := e.end(list)
		if err != nil {
			return err
		}
		line := e.lines[end.line]
		e.lines[end.line] = strings.TrimRight(line[:end.column-1], " ") + ", " + text + line[end.column-1:]
		return nil
	}
	last, err := e.lastLine(list)
	if err != nil {
		return err
	}
	e.lines = slices.Insert(e.lines, last+1, strings.Repeat(" ", list.Column()-1)+"- "+text)
	return nil
}

// removeItem takes an item out of a list; the last one takes its key with it.
func (e *edit) removeItem(list document.Value, i int) error {
	items := list.Items()
	if len(items) == 1 {
		return e.remove(e.service, "security_opt")
	}
	if e.isFlow(list) {
		return e.cut(e.start(items[i]), items[i])
	}
	e.lines = slices.Delete(e.lines, items[i].Line()-1, items[i].Line())
	return nil
}
