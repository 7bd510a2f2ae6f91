package npm

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lsNode is a node of the tree that `npm ls --json` prints.
type lsNode struct {
	Version      string            `json:"version"`
	Dependencies map[string]lsNode `json:"dependencies"`
}

func (n lsNode) collect(found map[string]bool) {
	for name, d := range n.Dependencies {
		if d.Version != "" {
			found[name+" "+d.Version] = true
		}
		d.collect(found)
	}
}

// TestAgreesWithNpmLs compares the machine's global packages, npm itself among
// them, with what `npm ls` says of them.
func TestAgreesWithNpmLs(t *testing.T) {
	root, err := exec.Command("npm", "root", "-g").Output()
	if err != nil {
		t.Skip("no npm on this machine")
	}
	out, _ := exec.Command("npm", "ls", "-g", "--all", "--json").Output() // fails for missing peers too
	var tree lsNode
	if err := json.Unmarshal(out, &tree); err != nil {
		t.Skipf("npm ls does not run: %v", err)
	}
	listed := map[string]bool{}
	tree.collect(listed)
	folder := strings.TrimSpace(string(root))
	if len(listed) == 0 || filepath.Base(folder) != nodeModules {
		t.Skip("npm has no global packages of its own on this machine")
	}
	if diff := cmp.Diff(sorted(listed), sorted(installedBelow(t, folder))); diff != "" {
		t.Error(diff)
	}
	t.Logf("%d packages agree", len(listed))
}

// installedBelow runs the analyzer on every package.json of a folder.
func installedBelow(t *testing.T, folder string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "package.json" || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, p := range analyze(t, analyzerNamed(t, ManifestAnalyzer), path, string(content)) {
			found[p.Name+" "+p.Version] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func sorted(set map[string]bool) []string {
	lines := make([]string, 0, len(set))
	for line := range set {
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
