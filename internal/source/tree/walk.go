package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// maxEntries bounds how many files and folders of a tree are looked at.
	maxEntries = 500_000
	// maxDepth bounds how deep folders are entered.
	maxDepth = 64
)

// skipped are folders of other people's files and of version control.
var skipped = map[string]bool{
	".git": true, ".hg": true, ".svn": true, "node_modules": true, "vendor": true, ".terraform": true, ".venv": true, "__pycache__": true,
}

// Find lists what is to be read of a file or folder, in the order of the paths.
// Whether a unit describes a container is known only when it is read. The
// problems are about folders that could not be entered and bounds that were met.
func Find(ctx context.Context, target string) ([]Unit, []Problem, error) {
	shown := Shown(target)
	info, err := os.Stat(shown)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() {
		return named(shown, info)
	}
	top, err := openFolder(shown)
	if err != nil {
		return nil, nil, err
	}
	w := &walker{ctx: ctx, root: top}
	if err := fs.WalkDir(top.FS(), ".", w.visit); err != nil {
		return nil, nil, fmt.Errorf("look through %s: %w", shown, err)
	}
	return group(w.files, top), w.problems, nil
}

// named is the unit of one file that the user named, with the override beside it.
func named(shown string, info fs.FileInfo) ([]Unit, []Problem, error) {
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is no regular file", shown)
	}
	top, err := openRoot(shown)
	if err != nil {
		return nil, nil, err
	}
	unit := Unit{Files: []string{shown}, Named: true, root: top}
	for _, override := range overrides(filepath.Base(shown)) {
		beside := filepath.Join(filepath.Dir(shown), override)
		if info, err := os.Lstat(beside); err == nil && info.Mode().IsRegular() {
			unit.Files = append(unit.Files, beside)
			break
		}
	}
	return []Unit{unit}, nil, nil
}

type walker struct {
	ctx      context.Context
	root     *root
	entries  int
	files    []string // below the root
	problems []Problem
}

var errTooMany = fmt.Errorf("it has more than the %d files and folders that are looked at: name a part of it", maxEntries)

func (w *walker) visit(name string, entry fs.DirEntry, err error) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err != nil {
		return w.unreadable(name, entry, err)
	}
	if w.entries++; w.entries > maxEntries {
		return errTooMany
	}
	switch {
	case entry.IsDir() && name != "." && skipped[entry.Name()]:
		return fs.SkipDir
	case entry.IsDir() && strings.Count(name, "/") >= maxDepth:
		w.problem(name, fmt.Sprintf("folders deeper than %d are not entered", maxDepth))
		return fs.SkipDir
	case entry.Type().IsRegular() && worthReading(name):
		w.files = append(w.files, name)
	}
	return nil
}

func (w *walker) unreadable(name string, entry fs.DirEntry, err error) error {
	if name == "." {
		return err
	}
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		err = wrong.Err
	}
	w.problem(name, fmt.Sprintf("cannot be read: %v", err))
	if entry != nil && entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (w *walker) problem(name, message string) {
	w.problems = append(w.problems, Problem{File: w.root.show(name), Message: message})
}

// worthReading is true for names that a file of a known format may have.
func worthReading(name string) bool {
	base := path.Base(name)
	switch strings.ToLower(path.Ext(base)) {
	case ".yaml", ".yml", ".json", ".template":
		return true
	}
	return byName(base) != ""
}

// IsFile is true for a path whose name alone says that it may describe containers.
func IsFile(path string) bool { return worthReading(filepath.ToSlash(path)) }

// group puts together what belongs together.
func group(files []string, top *root) []Unit {
	here := map[string]bool{}
	for _, file := range files {
		here[file] = true
	}
	var units []Unit
	folders := map[string]int{} // the index of a folder's Terraform unit
	for _, file := range files {
		folder, base := path.Split(file)
		switch {
		case byName(base) == Terraform:
			at, known := folders[folder]
			if !known {
				at = len(units)
				folders[folder] = at
				units = append(units, Unit{root: top})
			}
			units[at].Files = append(units[at].Files, top.show(file))
		case !isOverride(base) || !besideBase(here, folder, base):
			units = append(units, composed(here, file, top))
		}
	}
	slices.SortStableFunc(units, func(a, b Unit) int { return cmp.Compare(a.last(), b.last()) })
	return units
}

// composed is the unit of a file with its override, or with the file that it
// is a variant of.
func composed(here map[string]bool, file string, top *root) Unit {
	folder, base := path.Split(file)
	unit := Unit{Files: []string{top.show(file)}, root: top}
	if original := variantOf(here, folder, base); original != "" {
		unit.Variant = true
		unit.Files = []string{top.show(folder + original), top.show(file)}
	}
	for _, override := range overrides(base) {
		if here[folder+override] {
			unit.Files = append(unit.Files, top.show(folder+override))
			break
		}
	}
	return unit
}

// last is the file that the unit is about.
func (u *Unit) last() string { return u.Files[len(u.Files)-1] }
