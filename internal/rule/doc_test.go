package rule

import (
	"os"
	"strings"
	"testing"
)

// TestDocumentedRule loads the rule that the package's documentation shows, so
// that what it says about the fields stays true.
func TestDocumentedRule(t *testing.T) {
	content, err := os.ReadFile("rule.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(content)) {
		if text, isCode := strings.CutPrefix(line, "//\t"); isCode {
			lines = append(lines, text)
		}
	}
	text := strings.Join(lines, "")
	for old, new := range map[string]string{
		"id: image-empty-passwords":                      "id: good",
		"for: [{…}, {…}]":                                "for: [{a: 1}, {a: 2}]",
		"{where: …, value: …, want: …}":                  "{where: a, value: b, want: c}",
		"{path: …, layer: item.layer}":                   "{path: etc/passwd, layer: 0}",
		"{text: …, command: …, set: {fact: expression}}": "{text: a, command: b, set: {image.user: '\"1\"'}}",
		"pass: […], fail: […], notApplicable: […], unknown: […]": "pass: [{image: {accounts: [{name: a}]}}], fail: [{image: {accounts: [{name: a, emptyPassword: true}]}}], " +
			"notApplicable: [{image: {}}], unknown: [{origins: {accounts: {kind: unknown, reason: x}}}]",
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("the documentation has no %q", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	set := loadOne(t, text)
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	rules, err := set.Rules("image")
	if err != nil {
		t.Fatal(err)
	}
	if err := rules[0].Test(t.Context()); err != nil {
		t.Error(err)
	}
}
