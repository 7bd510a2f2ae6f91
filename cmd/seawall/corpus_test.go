package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/source/tree"
)

const corpus = "../../test/corpus/"

// corpusChecker is a checker of files without a database or exceptions.
func corpusChecker(t *testing.T) *checker {
	t.Helper()
	t.Setenv("SEAWALL_HOME", t.TempDir())
	o := checkOptions{outputs: outputs{formats: report.Formats}}
	o.report.Quiet = true
	c, err := o.prepare([]string{corpus + "good"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.db.Close() })
	return c
}

// severe checks a file or folder and gives the rules of medium severity and above
// that it breaks, each once, with their findings.
func severe(t *testing.T, c *checker, path string) map[string]finding.Finding {
	t.Helper()
	c.document.Findings, c.document.Assets, c.files = nil, nil, map[string]bool{}
	if target := c.checkFiles(t.Context(), path); target.Error != "" {
		t.Fatalf("%s: %s", path, target.Error)
	}
	broken := map[string]finding.Finding{}
	for _, f := range c.document.Findings {
		if f.Severity >= finding.Medium {
			broken[f.Rule] = f
		}
	}
	return broken
}

// TestGoodFiles: files that a careful team would have are read whole, and no rule
// finds anything in them that should keep the team from its work.
func TestGoodFiles(t *testing.T) {
	c := corpusChecker(t)
	for rule, f := range severe(t, c, corpus+"good") {
		t.Errorf("%s (%s) finds fault with %s:%d: %s", rule, f.Severity, f.Location.Path, f.Location.Line, f.Evidence[0].What)
	}
	for _, a := range c.document.Assets {
		if a.Status != report.Complete {
			t.Errorf("%s is read in part: %v", a.Name, a.Errors)
		}
	}
}

// TestGoodFilesAreKnown: no good file is passed over.
func TestGoodFilesAreKnown(t *testing.T) {
	units, problems, err := tree.Find(t.Context(), corpus+"good")
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", problems, err)
	}
	files := 0
	for i := range units {
		files += len(units[i].Files)
		if units[i].Read().Format == "" {
			t.Errorf("%s is not known for what it is", units[i].Files)
		}
	}
	if files < 50 {
		t.Errorf("there are %d good files, and should be 50 and more", files)
	}
}

// mutation is one change to a good file and the rule that it breaks.
type mutation struct {
	Rule string   `yaml:"rule"`
	File string   `yaml:"file"`
	Old  string   `yaml:"old"`
	New  string   `yaml:"new"`
	Also []string `yaml:"also"`
}

func mutations(t *testing.T) []mutation {
	t.Helper()
	content, err := os.ReadFile(corpus + "bad/mutations.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list []mutation
	if err := yaml.Unmarshal(content, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// write puts the changed file into a folder of its own.
func (m *mutation) write(t *testing.T) string {
	t.Helper()
	good, err := os.ReadFile(corpus + "good/" + m.File)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Replace(good, []byte(m.Old), []byte(m.New), 1)
	if bytes.Equal(bad, good) {
		t.Fatalf("%s has no %q", m.File, m.Old)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(m.File))
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMutationsOfGoodFiles: one change to a good file breaks one rule.
func TestMutationsOfGoodFiles(t *testing.T) {
	c := corpusChecker(t)
	for _, m := range mutations(t) {
		t.Run(m.Rule, func(t *testing.T) {
			broken := severe(t, c, m.write(t))
			for _, rule := range append(m.Also, m.Rule) {
				if _, found := broken[rule]; !found {
					t.Errorf("%s holds in %s with %q", rule, m.File, m.New)
				}
				delete(broken, rule)
			}
			for rule, f := range broken {
				t.Errorf("%s breaks too, at line %d: %s", rule, f.Location.Line, f.Evidence[0].What)
			}
		})
	}
}

// notInFiles are the rules of these severities that take more than a file: the
// content of an image, or another file beside it.
var notInFiles = []string{
	"compose-env-file-secrets", "image-duplicate-uids", "image-empty-passwords", "image-end-of-life-distribution", "image-file-capabilities", "image-setuid-files-known",
}

// TestEveryRuleHasAMutation keeps the table complete.
func TestEveryRuleHasAMutation(t *testing.T) {
	all, err := everyRule("")
	if err != nil {
		t.Fatal(err)
	}
	list := mutations(t)
	for _, r := range all {
		has := slices.ContainsFunc(list, func(m mutation) bool { return m.Rule == r.ID })
		if wants := r.Severity >= finding.Medium && !slices.Contains(notInFiles, r.ID); has != wants {
			t.Errorf("%s, %s: a mutation is wanted: %v, there is one: %v", r.ID, r.Severity, wants, has)
		}
	}
}
