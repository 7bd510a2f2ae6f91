package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are recognised by a phrase that each one has and the others lack. Only these may be linked into Seawall; the
// more particular phrase stands first.
var licences = []struct{ name, phrase string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-3-Clause", "may not be used to endorse or promote products"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
	{"ISC", "Permission to use, copy, modify, and distribute this software"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

var licenceFile = regexp.MustCompile(`(?i)^((un)?licen[sc]e|copying)([.-].*)?$`)

// licence is the SPDX identifier of the licence in a module's folder, or what is wrong with it.
func licence(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !licenceFile.MatchString(entry.Name()) || entry.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(data)), " ")
		for _, known := range licences {
			if strings.Contains(text, known.phrase) {
				return known.name
			}
		}
	}
	return "unknown"
}

// TestLicences reads the licence of every module that is linked into the program.
func TestLicences(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "-deps", "./cmd/...", "./internal/...") {
		if p.Module == nil || p.Module.Path == "seawall" || seen[p.Module.Path] {
			continue
		}
		seen[p.Module.Path] = true
		if name := licence(t, p.Module.Dir); name == "unknown" {
			t.Errorf("%s in %s has no licence that is known to be usable", p.Module.Path, p.Module.Dir)
		}
	}
	if len(seen) == 0 {
		t.Error("no module was looked at")
	}
}

// row is a line of the table in docs/dependencies.md.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|$")

// TestDependenciesPage holds docs/dependencies.md to the truth: the modules whose packages we import ourselves, each with
// its licence and a reason.
func TestDependenciesPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		listed[m[1]] = strings.TrimSpace(m[2])
	}
	direct := directModules(t)
	for path, dir := range direct {
		if want := licence(t, dir); listed[path] != want {
			t.Errorf("docs/dependencies.md says %q about the licence of %s, want %q", listed[path], path, want)
		}
	}
	for path := range listed {
		if direct[path] == "" {
			t.Errorf("docs/dependencies.md lists %s, which nothing imports", path)
		}
	}
}

// directModules gives the folder of each module that our code or our tests import, by module path.
func directModules(t *testing.T) map[string]string {
	t.Helper()
	var imports []string
	for _, p := range list(t, "./...") {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if !standard(path) && !within(path, "seawall") && path != "C" {
				imports = append(imports, path)
			}
		}
	}
	slices.Sort(imports)
	modules := map[string]string{}
	for _, p := range list(t, slices.Compact(imports)...) {
		modules[p.Module.Path] = p.Module.Dir
	}
	return modules
}
