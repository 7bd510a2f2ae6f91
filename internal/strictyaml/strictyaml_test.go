package strictyaml

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestErrorsShowTheirPlace(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"unknown key":    {"version: 1\n  # note\nverson: 2\n", "f.yaml:3:1: a test has no field \"verson\", its fields are version, list\n  verson: 2\n  ^"},
		"duplicate key":  {"version: 1\nversion: 2\n", "f.yaml:2:1: a test has the field \"version\" twice\n  version: 2\n  ^"},
		"not a mapping":  {"- a\n", "f.yaml:1:1: a test is not a mapping of fields\n  - a\n  ^"},
		"alias":          {"version: &v 1\nlist: *v\n", "f.yaml:2:7: aliases are not allowed here, write the value out\n  list: *v\n        ^"},
		"syntax":         {"version: [1\nlist: 2\n", "f.yaml:2:"},
		"past the end":   {"list: [1\n\n", "f.yaml:1:9: not valid YAML: did not find expected ',' or ']'\n  list: [1\n          ^"},
		"two documents":  {"version: 1\n---\nversion: 2\n", "f.yaml:2:1: a second document begins here, where one is expected\n  ---\n  ^"},
		"control":        {"list: 1 # \u009b\nx: \"\u202e\"\n", "f.yaml:2:1: a test has no field \"x\", its fields are version, list\n  x: \"\uFFFD\"\n  ^"},
		"complex key":    {"? [a]\n: 1\n", "f.yaml:1:3: a test has a field whose name is not a text\n  ? [a]\n    ^"},
		"wide character": {"list: {é: 1}\n", ""},
	} {
		f := &File{Name: "f.yaml", Content: []byte(test.content)}
		root, err := f.Parse()
		if err == nil {
			_, err = f.Mapping(root, "a test", "version", "list")
		}
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: got error %v, want %s", name, err, test.want)
		}
	}
}

func TestMappingWithoutKnownKeys(t *testing.T) {
	f := &File{Name: "f.yaml", Content: []byte("a: 1\nb: 2\n")}
	root, err := f.Parse()
	if err != nil {
		t.Fatal(err)
	}
	fields, err := f.Mapping(root, "a test")
	if err != nil || len(fields) != 2 || fields["b"].Value != "2" {
		t.Errorf("got %v, %v", fields, err)
	}
}

func TestMessagesHoldNothingThatATerminalActsOn(t *testing.T) {
	f := &File{Name: "f.yaml", Content: []byte("a: 1\n")}
	if got, want := f.ErrorAtPlace(1, 4, "no \x1b[31m").Error(), "f.yaml:1:4: no \uFFFD[31m\n  a: 1\n     ^"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlaceAndOffset(t *testing.T) {
	f := &File{Content: []byte("äö\n\n€x")}
	for offset, place := range map[int][2]int{0: {1, 1}, 2: {1, 2}, 4: {1, 3}, 5: {2, 1}, 6: {3, 1}, 9: {3, 2}, 10: {3, 3}} {
		if line, column := f.Place(offset); [2]int{line, column} != place {
			t.Errorf("offset %d: got the place %d:%d, want %v", offset, line, column, place)
		}
		if got := f.Offset(place[0], place[1]); got != offset {
			t.Errorf("place %v: got the offset %d, want %d", place, got, offset)
		}
	}
	if line, column := f.Place(99); line != 3 || column != 3 {
		t.Errorf("an offset past the end: got %d:%d", line, column)
	}
	if got := f.Offset(9, 1); got != len(f.Content) {
		t.Errorf("a line past the end: got the offset %d", got)
	}
}

func TestCaretStandsBelowItsColumn(t *testing.T) {
	e := &Error{File: "f", Line: 1, Column: 4, Message: "m", Text: "\té x"}
	if got, want := e.Error(), "f:1:4: m\n  \té x\n  \t  ^"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	for content, want := range map[string]string{
		"' a '": "a", "1": "1", "true": "true", `"null"`: "null",
		"''": "f.yaml:1:1: name is empty", "~": "f.yaml:1:1: name is empty", "null": "f.yaml:1:1: name is empty",
		"[a]": "f.yaml:1:1: name is not a text (one that begins with { or [ needs quotes)",
	} {
		f := &File{Name: "f.yaml", Content: []byte(content)}
		root, err := f.Parse()
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Text(root, "name")
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), "\n")
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
	if text, err := new(File).Text(nil, "name"); err != nil || text != "" {
		t.Errorf("no node: got %q, %v", text, err)
	}
}

func TestLargeFileIsRefused(t *testing.T) {
	f := &File{Name: "f.yaml", Content: make([]byte, MaxSize+1)}
	if _, err := f.Parse(); err == nil || err.Error() != "f.yaml: the file has 1048577 bytes, at most 1048576 are read: split or shorten it" {
		t.Errorf("got error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "a: 1\n", "a: [1\n", "\t", "a: &x [*x]\n", "? [a]\n: b\n", "a: \"\xff\"\n", "--- a\n--- b\n", "a: |\n  b\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := &File{Name: "f.yaml", Content: content}
		root, err := file.Parse()
		if err == nil && root != nil {
			_, err = file.Mapping(root, "a test", "a")
		}
		// A place that a message names exists in the file.
		var mistake *Error
		if errors.As(err, &mistake) && mistake.Line > 1+bytes.Count(content, []byte("\n")) {
			t.Errorf("line %d of %q", mistake.Line, content)
		}
	})
}

// A line of a megabyte is shown around the mistake only.
func TestErrorsOnLongLines(t *testing.T) {
	filler := strings.Repeat("é", 100_000)
	for name, test := range map[string]struct {
		content, line string
	}{
		"at the end":       {"{list: \"" + filler + "\", x: 1}\n", "…" + strings.Repeat("é", 77) + "\", x: 1}"},
		"at the beginning": {"{x: \"" + filler + "\"}\n", "{x: \"" + strings.Repeat("é", 76) + "…"},
	} {
		f := &File{Name: "f.yaml", Content: []byte(test.content)}
		root, err := f.Parse()
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Mapping(root, "a test", "version", "list")
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != 3 || lines[1] != "  "+test.line {
			t.Fatalf("%s: got %q, want the line %q", name, lines, test.line)
		}
		if at := len([]rune(lines[2])) - 1; []rune(lines[1])[at] != 'x' {
			t.Errorf("%s: the caret is at %d of %q", name, at, lines[1])
		}
	}
	f := &File{Name: "f.yaml", Content: []byte(filler + ": 1\n")}
	root, err := f.Parse()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = f.Mapping(root, "a test", "version"); len(err.Error()) > 2000 {
		t.Errorf("a long key makes a message of %d bytes", len(err.Error()))
	}
}
