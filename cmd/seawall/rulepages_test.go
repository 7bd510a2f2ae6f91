package main

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"seawall/internal/rule/page"
)

var updatePages = flag.Bool("update", false, "write the pages about the rules")

// The pages in docs/rules are those that `seawall rules docs` writes now.
func TestRulePagesAreFresh(t *testing.T) {
	const folder = "../../docs/rules"
	all, err := everyRule("")
	if err != nil {
		t.Fatal(err)
	}
	pages := page.Pages(all)
	if *updatePages {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := writePages(folder, pages); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(got) != want {
			t.Errorf("docs/rules/%s is not what the rule says: run go test ./cmd/seawall -run RulePages -update", name)
		}
	}
	err = filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, file)
		if _, known := pages[filepath.ToSlash(name)]; !known {
			t.Errorf("docs/rules/%s is about no rule any more: remove it", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
