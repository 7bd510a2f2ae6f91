package strictyaml

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestErrorsShowTheirPlace(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"unknown key":    {"version: 1\n  # note\nverson: 2\n", "f.yaml:3:1: unknown key \"verson\", use one of version, list\n  verson: 2\n  ^"},
		"duplicate key":  {"version: 1\nversion: 2\n", "f.yaml:2:1: the key \"version\" stands here a second time\n  version: 2\n  ^"},
		"not a mapping":  {"- a\n", "f.yaml:1:1: expected a mapping with any of the keys version, list\n  - a\n  ^"},
		"alias":          {"version: &v 1\nlist: *v\n", "f.yaml:2:7: aliases are not allowed here, write the value out\n  list: *v\n        ^"},
		"syntax":         {"version: [1\nlist: 2\n", "f.yaml:2:"},
		"two documents":  {"version: 1\n---\nversion: 2\n", "f.yaml:2:1: a second document"},
		"control":        {"list: 1 # \u009b\nx: \"\u202e\"\n", "f.yaml:2:1: unknown key \"x\", use one of version, list\n  x: \"\uFFFD\"\n  ^"},
		"complex key":    {"? [a]\n: 1\n", "f.yaml:1:3: unknown key"},
		"wide character": {"list: {é: 1}\n", ""},
	} {
		f := &File{Name: "f.yaml", Content: []byte(test.content)}
		root, err := f.Parse()
		if err == nil {
			_, err = f.Mapping(root, "version", "list")
		}
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: got error %v, want %s", name, err, test.want)
		}
	}
}

func TestCaretStandsBelowItsColumn(t *testing.T) {
	e := &Error{File: "f", Line: 1, Column: 4, Message: "m", Text: "\té x"}
	if got, want := e.Error(), "f:1:4: m\n  \té x\n  \t  ^"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	f := &File{Name: "f.yaml"}
	if text, err := f.Text(&yaml.Node{Kind: yaml.ScalarNode, Value: " a "}); err != nil || text != "a" {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := f.Text(&yaml.Node{Kind: yaml.ScalarNode, Value: " "}); err == nil {
		t.Error("an empty text was accepted")
	}
	if text, err := f.Text(nil); err != nil || text != "" {
		t.Errorf("no node: got %q, %v", text, err)
	}
}

func TestLargeFileIsRefused(t *testing.T) {
	f := &File{Name: "f.yaml", Content: make([]byte, MaxSize+1)}
	if _, err := f.Parse(); err == nil || !strings.Contains(err.Error(), "f.yaml has 1048577 bytes") {
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
			_, err = file.Mapping(root, "a")
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
