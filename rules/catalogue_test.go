package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// account is a line of docs/catalogue: what became of one line of the backlog.
type account struct {
	line, status, rules, reason string
}

func accounts(t *testing.T, file string) []account {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []account
	for i, line := range strings.Split(strings.TrimRight(string(content), "\n"), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) != 4 {
			t.Fatalf("%s:%d has %d columns, not line, status, rule, reason", file, i+1, len(cells))
		}
		if i > 0 {
			list = append(list, account{cells[0], cells[1], cells[2], cells[3]})
		}
	}
	return list
}

// TestAccountOfTheCatalogue: what is called implemented is a rule that exists,
// and what is not has a reason.
func TestAccountOfTheCatalogue(t *testing.T) {
	all, err := load(t).All()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range all {
		known[r.ID] = true
	}
	files, err := filepath.Glob("../docs/catalogue/*.tsv")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files and %v", len(files), err)
	}
	for _, file := range files {
		for _, a := range accounts(t, file) {
			named := strings.FieldsFunc(a.rules, func(r rune) bool { return r == ' ' || r == ',' })
			for _, id := range named {
				if !known[id] {
					t.Errorf("%s: there is no rule %s", a.line, id)
				}
			}
			switch a.status {
			case "implemented", "merged":
				if len(named) == 0 {
					t.Errorf("%s is %s, but names no rule", a.line, a.status)
				}
			case "manual", "later", "rejected":
				if a.reason == "" {
					t.Errorf("%s is %s without a reason", a.line, a.status)
				}
			default:
				t.Errorf("%s has the status %q", a.line, a.status)
			}
		}
	}
}

// TestAccountIsComplete compares the accounts with the backlog itself, where that
// is at hand.
func TestAccountIsComplete(t *testing.T) {
	shared := os.Getenv("SEAWALL_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	backlog, err := os.ReadFile(filepath.Join(shared, "reference/rule-catalogue.md"))
	if err != nil {
		t.Skip("the backlog is not here: set SEAWALL_SHARED to the folder that holds reference/rule-catalogue.md")
	}
	wanted := map[string][]string{}
	for _, match := range regexp.MustCompile(`(?m)^- (([A-Z0-9]{3})-\d{3}) `).FindAllStringSubmatch(string(backlog), -1) {
		wanted[match[2]] = append(wanted[match[2]], match[1])
	}
	files, err := filepath.Glob("../docs/catalogue/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files and %v", len(files), err)
	}
	for _, file := range files {
		var got []string
		for _, a := range accounts(t, file) {
			got = append(got, a.line)
		}
		slices.Sort(got)
		group := strings.TrimSuffix(filepath.Base(file), ".tsv")
		if diff := cmp.Diff(wanted[group], got); diff != "" {
			t.Errorf("the lines of %s (-backlog +account):\n%s", group, diff)
		}
	}
}
