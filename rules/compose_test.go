package rules_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/platform/compose"
	"seawall/internal/rule"
)

// TestComposeFiles judges real files: each finding stands in its line.
func TestComposeFiles(t *testing.T) {
	const file = `version: "3.8"
include:
  - oci://example/other:latest
  - ../shared/db.yaml
services:
  web:
    image: shop/web
    build: .
    container_name: shop
    user: ${APP_UID}
    ports:
      - 22:22
    depends_on: [db]
    env_file: web.env
    secrets: [key]
    post_start: [{command: chown, privileged: true}]
  db:
    image: postgres:17
    container_name: shop
    ports: ["0.0.0.0:22:5432"]
    healthcheck: {test: [CMD, pg_isready]}
    mem_limit: 1g
    deploy: {placement: {constraints: [node.role == manager]}}
  odd: {image: x, container_name: a/b}
secrets:
  key: {file: ./key.txt}
`
	beside := map[string]string{"p/web.env": "DB_PASSWORD=correct-horse\n", "p/key.txt": "k"}
	project, err := compose.Load([]compose.File{{Path: "p/compose.yaml", Content: []byte(file)}}, compose.Options{
		Root: "p",
		Read: func(path string) ([]byte, error) {
			if content, ok := beside[path]; ok {
				return []byte(content), nil
			}
			return nil, errors.New("there is no such file")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	target := rule.Of("compose", asset.Asset{ID: "compose:p"}, &project.Compose, testTime)
	results, err := load(t).Evaluate(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, result := range results {
		if result.Status == rule.Unknown || len(result.Failures) == 0 != (result.Status != rule.Fail) {
			t.Errorf("%s ends in %s: %s", result.Rule.ID, result.Status, result.Reason)
		}
		for _, failure := range result.Failures {
			line := 0
			if failure.Location != nil {
				line = failure.Location.Line
			}
			have = append(have, fmt.Sprintf("%d %s", line, strings.TrimPrefix(result.Rule.ID, "compose-")))
		}
	}
	slices.Sort(have)
	want := []string{
		"1 project-name", "1 version-obsolete", "10 sensitive-variables-set", "13 depends-on-healthy", "14 env-file-secrets",
		"20 ports-unique", "22 limits-read-by-swarm", "24 container-name-valid", "26 secret-file-in-tree", "3 remote-pinned",
		"4 files-inside-tree", "6 hooks-unprivileged", "6 ports-quoted", "8 build-and-image", "9 container-names-unique",
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

// TestGoodComposeFiles judges good files by the rules for Compose: there is
// nothing to find of medium severity and above.
func TestGoodComposeFiles(t *testing.T) {
	files, err := filepath.Glob("../test/corpus/good/compose/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are %d files: %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		project, err := compose.Load([]compose.File{{Path: file, Content: content}}, compose.Options{Read: os.ReadFile})
		if err != nil || len(project.Problems) > 0 {
			t.Errorf("%s: %v, %v", file, err, project.Problems)
		}
		results, err := load(t).Evaluate(t.Context(), rule.Of("compose", asset.Asset{ID: file}, &project.Compose, testTime))
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range results {
			if result.Status == rule.Fail && result.Rule.Severity >= finding.Medium {
				t.Errorf("%s: %s: %s", file, result.Rule.ID, result.Failures[0].Evidence.What)
			}
		}
	}
}
