package dockerfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// TestInstructions compares with what BuildKit's own instructions say, file by
// file: stages, copies, mounts and the forms of processes.
func TestInstructions(t *testing.T) {
	files, err := filepath.Glob("../../../test/corpus/good/dockerfiles/*.Dockerfile")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files to compare: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := parser.Parse(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			stages, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: func(string, string, string, string, []parser.Range) {}}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(buildKit(stages), ours(decode(t, string(content), Options{}).Facts)); diff != "" {
				t.Errorf("BuildKit (-) and we (+):\n%s", diff)
			}
		})
	}
}

// buildKit gives one line for each thing that is compared.
func buildKit(stages []instructions.Stage) []string {
	var list []string
	for i, s := range stages {
		list = append(list, fmt.Sprintf("stage %d %s platform %s", i, strings.ToLower(s.Name), s.Platform))
		for _, c := range s.Commands {
			switch c := c.(type) {
			case *instructions.CopyCommand:
				list = append(list, fmt.Sprintf("%d COPY from %s chown %s chmod %s %v", i, c.From, c.Chown, c.Chmod, c.SourcePaths))
			case *instructions.AddCommand:
				list = append(list, fmt.Sprintf("%d ADD from  chown %s chmod %s %v", i, c.Chown, c.Chmod, c.SourcePaths))
			case *instructions.RunCommand:
				// Mounts are only parsed when variables are filled in.
				if err := c.Expand(func(word string) (string, error) { return word, nil }); err != nil {
					list = append(list, err.Error())
				}
				for _, m := range instructions.GetMounts(c) {
					list = append(list, fmt.Sprintf("%d mount %s %s %s", i, m.Type, m.Target, m.CacheID))
				}
			case *instructions.UserCommand:
				list = append(list, fmt.Sprintf("%d USER", i))
			case *instructions.ExposeCommand:
				list = append(list, fmt.Sprintf("%d EXPOSE %v", i, c.Ports))
			}
		}
	}
	slices.Sort(list)
	return list
}

func ours(f asset.Dockerfile) []string {
	var list []string
	for _, s := range f.Stages {
		list = append(list, fmt.Sprintf("stage %d %s platform %s", s.Index, strings.ToLower(s.Name), s.Base.Platform))
		for range s.Users {
			list = append(list, fmt.Sprintf("%d USER", s.Index))
		}
	}
	for _, c := range f.Copies {
		list = append(list, fmt.Sprintf("%d %s from %s chown %s chmod %s %v", c.Stage, c.Keyword, c.From, c.Chown, c.Chmod, c.Sources))
	}
	for _, m := range f.Mounts {
		target := m.Target
		if m.Type == "secret" && target == "/run/secrets/"+m.ID {
			target = ""
		}
		list = append(list, fmt.Sprintf("%d mount %s %s %s", m.Stage, m.Type, target, m.ID))
	}
	for _, i := range f.Instructions {
		if i.Keyword == "EXPOSE" {
			list = append(list, fmt.Sprintf("%d EXPOSE %v", i.Stage, strings.Fields(i.Argument)))
		}
	}
	slices.Sort(list)
	return list
}
