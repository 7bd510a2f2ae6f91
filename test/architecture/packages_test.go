package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// vague are names that say nothing about what a package does.
var vague = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib"}

func TestPackageNames(t *testing.T) {
	for _, p := range list(t, "./...") {
		if slices.Contains(vague, p.Name) || slices.Contains(vague, filepath.Base(p.ImportPath)) {
			t.Errorf("%s has a name that says nothing", p.ImportPath)
		}
	}
}

// TestPackageDocs demands that every package has exactly one doc comment, so that it has one place that explains it.
func TestPackageDocs(t *testing.T) {
	for _, p := range list(t, "./...") {
		files := p.GoFiles
		if len(files) == 0 {
			files = append(p.TestGoFiles, p.XTestGoFiles...)
		}
		var documented []string
		for _, name := range files {
			if parse(t, filepath.Join(p.Dir, name)).Doc != nil {
				documented = append(documented, name)
			}
		}
		if len(documented) != 1 {
			t.Errorf("%s has doc comments in %v, want exactly one", p.ImportPath, documented)
		}
	}
}

func parse(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestFunctionLength holds the whole module to its aim: the bodies of half of the functions are under 10 lines, nine in
// ten under 40.
func TestFunctionLength(t *testing.T) {
	var lengths []int
	for _, p := range list(t, "./...") {
		for _, name := range p.GoFiles {
			lengths = append(lengths, functionLengths(t, filepath.Join(p.Dir, name))...)
		}
	}
	slices.Sort(lengths)
	median, ninth := lengths[len(lengths)/2], lengths[len(lengths)*9/10]
	t.Logf("%d functions: median %d lines, 90th percentile %d", len(lengths), median, ninth)
	if median >= 10 || ninth >= 40 {
		t.Errorf("functions have become long: median %d lines, 90th percentile %d", median, ninth)
	}
}

func functionLengths(t *testing.T, name string) []int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var lengths []int
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Body != nil {
			lengths = append(lengths, files.Position(f.Body.Rbrace).Line-files.Position(f.Body.Lbrace).Line-1)
		}
	}
	return lengths
}
