package rule

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/strictyaml"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goodRule loads; the tests of mistakes change one thing in it.
const goodRule = `id: good
title: The user is not root
layer: image
on: image
severity: medium
when: image.os != "windows"
require: image.uid != 0
message: user is {{image.user}}
evidence: {where: image.user, value: "{{image.uid}}", want: not 0}
why: Because.
fix: {text: Change it., set: {image.uid: 1000}}
references: {cis-docker-1.8: ["4.1"]}
examples:
  pass:
    - image: {uid: 1}
  fail:
    - image: {uid: 0}
`

func loadOne(t testing.TB, content string) *Set {
	t.Helper()
	set, err := Load(fstest.MapFS{"image/good.yaml": {Data: []byte(content)}}, "rules")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestGoodRule(t *testing.T) {
	set := loadOne(t, goodRule)
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	rules, err := set.All()
	if err != nil || len(rules) != 1 {
		t.Fatalf("got %d rules and %v", len(rules), err)
	}
	if err := rules[0].Test(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMistakes holds the whole text of each message, with the line, the column
// and the caret, to testdata/mistakes.
func TestMistakes(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"unknown field", "severity: medium", "sevrity: medium"},
		{"duplicate field", "why: Because.", "why: Because.\nwhy: Again."},
		{"missing field", "why: Because.\n", ""},
		{"missing example", "  fail:\n    - image: {uid: 0}\n", ""},
		{"empty examples", "    - image: {uid: 0}\n", "    []\n"},
		{"bad severity", "severity: medium", "severity: urgent"},
		{"bad id", "id: good", "id: Good"},
		{"other id", "id: good", "id: better"},
		{"bad layer", "layer: image", "layer: picture"},
		{"bad on", "on: image", "on: balloon"},
		{"empty text", "title: The user is not root", "title: \"\""},
		{"not YAML", "why: Because.", "why: [Because."},
		{"tab", "why: Because.", "why:\n\t- Because."},
		{"unclosed at the end", "    - image: {uid: 0}\n", "    - image: {uid: 0\n"},
		{"two documents", "why: Because.", "---\nwhy: Because."},
		{"empty file", goodRule, "# nothing yet\n"},
		{"null", "title: The user is not root", "title: ~"},
		{"complex key", "why: Because.", "? [why]\n: Because."},
		{"alias", "why: Because.", "why: &a Because.\ntitle2: *a"},
		{"not a mapping", goodRule, "- id: good\n"},
		{"undefined field", "image.uid != 0", "image.user != \"\" && image.uidd != 0"},
		{"undefined variable", "image.uid != 0", "container.uid != 0"},
		{"wrong types", "image.uid != 0", `image.uid != "0"`},
		{"not a truth value", "image.uid != 0", "image.uid"},
		{"CEL syntax", "image.uid != 0", "image.uid !="},
		{"bad regular expression", "image.uid != 0", `image.user.matches("(")`},
		{"large regular expression", "image.uid != 0", `image.user.matches("a{900}b{900}c{900}")`},
		{"single quotes", "require: image.uid != 0", `require: 'image.user == ''a'' && image.uidd != 0'`},
		{"double quotes", "require: image.uid != 0", `require: "image.user == \"\u0061\" && image.uidd != 0"`},
		{"literal block", "require: image.uid != 0", "require: |\n  image.uid != 0 &&\n\n    image.uidd != 0"},
		{"folded block", "require: image.uid != 0", "require: >-\n    image.uid != 0 &&\n    image.user != \"\"\n\n    && image.uidd != 0"},
		{"plain over lines", "require: image.uid != 0", "require: image.uid != 0 &&\n   image.uidd != 0"},
		{"wide characters", "require: image.uid != 0", `require: image.user == "äö€" && image.uidd != 0`},
		{"message", "user is {{image.user}}", "user is {{ image.usr }}"},
		{"message not closed", "user is {{image.user}}", "user is {{ image.user"},
		{"message without quotes", "user is {{image.user}}", "{{image.user}}"},
		{"message of a struct", "user is {{image.user}}", "\"{{image.healthcheck}}\""},
		{"evidence field", "want: not 0", "wish: not 0"},
		{"each not a list", "require: image.uid != 0", "each: image.uid\nrequire: item != 0"},
		{"item field", "require: image.uid != 0", "each: image.env\nrequire: item.nam != \"\""},
		{"item without each", "image.uid != 0", "item != 0"},
		{"reference number", `["4.1"]`, "[4.10]"},
		{"reference list", `["4.1"]`, `"4.1"`},
		{"origin of nothing", "image.uid != 0", `origin("usr") == "explicit"`},
		{"origin of a variable", "image.uid != 0", `origin(image.user) == "explicit"`},
		{"row types", "require: image.uid != 0", "for:\n  - {port: 22}\n  - {port: ssh}\nrequire: image.uid != row.port"},
		{"row columns", "require: image.uid != 0", "for:\n  - {port: 22}\n  - {prot: 23}\nrequire: image.uid != row.port"},
		{"row undefined", "require: image.uid != 0", "for:\n  - {port: 22}\nrequire: image.uid != row.prot"},
		{"set of nothing", "image.uid: 1000", "image.uidd: 1000"},
		{"command of an unknown platform", "text: Change it.", "text: Change it., command: {podman: x}"},
		{"command of nothing", "text: Change it.", "text: Change it., command: {docker: 'docker {{image.usr}}'}"},
		{"set to another type", "image.uid: 1000", `image.uid: '"x"'`},
		{"example fact", "image: {uid: 1}", "image: {uidd: 1}"},
		{"example nested fact", "image: {uid: 1}", "image: {env: [{name: a, val: b}]}"},
		{"example type", "image: {uid: 1}", "image: {uid: one}"},
		{"example field", "image: {uid: 1}", "images: {uid: 1}"},
		{"example origin", "image: {uid: 1}", "image: {uid: 1}\n      origins: {usr: {kind: unknown}}"},
		{"example origin kind", "image: {uid: 1}", "image: {uid: 1}\n      origins: {user: {kind: rumour}}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			content := strings.Replace(goodRule, test.old, test.new, 1)
			if content == goodRule {
				t.Fatalf("the rule has no %q to change", test.old)
			}
			err := loadOne(t, content).Check()
			if err == nil {
				t.Fatal("the mistake was not found")
			}
			// The kinds of asset grow with every version.
			got := strings.Replace(err.Error(), subjectNames(), "KINDS", 1)
			compareGolden(t, strings.ReplaceAll(test.name, " ", "-")+".txt", got+"\n")
		})
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "mistakes", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", file, diff)
	}
}

func TestLoadRefusesTwoFilesOfOneID(t *testing.T) {
	_, err := Load(fstest.MapFS{"a/x.yaml": {}, "b/x.yaml": {}}, "rules")
	if err == nil || !strings.Contains(err.Error(), "in two files, a/x.yaml and b/x.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestCheckGivesAllMistakes(t *testing.T) {
	set, err := Load(fstest.MapFS{
		"a.yaml": {Data: []byte(strings.Replace(goodRule, "id: good", "id: x", 1))},
		"b.yaml": {Data: []byte("on: [\n")},
	}, "mine")
	if err != nil {
		t.Fatal(err)
	}
	err = set.Check()
	for _, want := range []string{"mine/a.yaml:1:5", "mine/b.yaml:1:6"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(goodRule))
	f.Add([]byte(strings.Replace(goodRule, "require: image.uid != 0", "require: >-\n  image.uid\n\n  != \"x\"", 1)))
	f.Add([]byte(strings.Replace(goodRule, "require: image.uid != 0", "for: [{a: 1}]\neach: image.env\nrequire: \"item.name\\x21= \\\n  ''\"", 1)))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		set := loadOne(t, string(content))
		err := set.Check()
		if err == nil {
			return
		}
		// Every place that a message names exists in the file. YAML knows more
		// line ends than this package does.
		lines := 1 + len(regexp.MustCompile("\r|\n|\u0085|\u2028|\u2029").FindAll(content, -1))
		var mistake *strictyaml.Error
		if errors.As(err, &mistake) && mistake.Line > lines {
			t.Fatalf("line %d of %q", mistake.Line, content)
		}
	})
}
