// Package apk reads the database of packages that Alpine's apk and its kin
// (Wolfi, Chainguard) have installed.
package apk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// Analyzer is the name of the analyzer of installed databases.
const Analyzer = "apk-installed"

// Databases gives where apk's database is, the old place first.
func Databases() []string { return []string{"lib/apk/db/installed", "usr/lib/apk/db/installed"} }

// Analyzers gives the analyzer of apk's database.
func Analyzers() []image.Analyzer {
	var patterns []image.Pattern
	for _, file := range Databases() {
		patterns = append(patterns, image.Pattern{Dir: path.Dir(file), Base: path.Base(file)})
	}
	return []image.Analyzer{{Name: Analyzer, Version: 1, MaxSize: 128 << 20, Analyze: analyze, Patterns: patterns}}
}

// database is what is kept of an installed database. In the analyzer's result
// it is one line of JSON, and the list of files follows.
type database struct {
	Packages []record
	Problem  string `json:",omitempty"`
}

type record struct {
	Name, Version, Arch         string
	Origin, License, Maintainer string `json:",omitempty"`
}

// Decode reads the analyzer's result. The error says what could not be read of
// the database; the packages that could are given all the same.
func Decode(path string, layer int, data []byte) ([]asset.Package, error) {
	var kept database
	if err := filelist.Unpack(data, &kept); err != nil {
		return nil, err
	}
	packages := make([]asset.Package, 0, len(kept.Packages))
	for _, r := range kept.Packages {
		p := asset.Package{
			Name: r.Name, Version: r.Version, Type: "apk", Arch: r.Arch,
			Source:    asset.SourcePackage{Name: cmp.Or(r.Origin, r.Name), Version: r.Version},
			Supplier:  r.Maintainer,
			Locations: []asset.Location{{Path: path, Layer: layer}},
		}
		if r.License != "" {
			p.Licenses = []string{r.License}
		}
		packages = append(packages, p)
	}
	if kept.Problem != "" {
		return packages, errors.New(kept.Problem)
	}
	return packages, nil
}

func analyze(_ context.Context, f image.File) ([]byte, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	kept, files := parse(content)
	return filelist.Pack(kept, files)
}

// maxField bounds a field's value in bytes; what is longer is cut.
const maxField = 4096

// parse reads a database: paragraphs of "X:value" lines (apk-tools,
// doc/apk-package.5 and "Apk spec" in Alpine's wiki). F is a directory, R a
// file in the last F.
func parse(content []byte) (database, []byte) {
	var kept database
	if len(content) > 0 && content[len(content)-1] != '\n' {
		kept.Problem = "the package database ends in the middle of a line, so packages may be missing; rebuild the image"
		content = content[:bytes.LastIndexByte(content, '\n')+1]
	}
	var files filelist.Builder
	var current record
	dir := ""
	finish := func() {
		if current.Name != "" && current.Version != "" {
			kept.Packages = append(kept.Packages, current)
		} else if current != (record{}) {
			kept.Problem = cmp.Or(kept.Problem, fmt.Sprintf("an entry of the package database has no name or version (package %q); it was left out", current.Name))
		}
		current, dir = record{}, ""
	}
	for line := range bytes.Lines(content) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			finish()
			continue
		}
		key, value, found := bytes.Cut(line, []byte(":"))
		if !found || len(key) != 1 {
			continue
		}
		switch text := string(value[:min(len(value), maxField)]); key[0] {
		case 'F':
			dir = strings.TrimPrefix(text, "/")
		case 'R':
			files.Add(len(kept.Packages), dir, text)
		default:
			current.set(key[0], text)
		}
	}
	finish()
	return kept, files.Bytes()
}

func (r *record) set(key byte, value string) {
	switch key {
	case 'P':
		r.Name = value
	case 'V':
		r.Version = value
	case 'A':
		r.Arch = value
	case 'o':
		r.Origin = value
	case 'L':
		r.License = value
	case 'm':
		r.Maintainer = value
	}
}
