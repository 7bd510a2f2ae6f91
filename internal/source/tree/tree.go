// Package tree finds the files of a folder that describe containers, says what
// each one is and reads it: Dockerfiles, Compose files, Kubernetes manifests,
// ECS task definitions, CloudFormation and Terraform, and what Docker's inspect
// prints. Files are hostile: walks and sizes are bounded and no link is followed.
package tree

import (
	"os"
	"path/filepath"
	"strings"
)

// Unit is what is read together: a file, a Compose file with its override, the
// Terraform files of a folder.
type Unit struct {
	// Files are paths as they are shown, "deploy/compose.yaml". A later file adds
	// to the ones before it.
	Files []string
	// Named is true for a file that the user named, so that it must be something.
	Named bool
	// Variant is true where only what the last file says is wanted, since the
	// files before it are units too: compose.prod.yaml on top of compose.yaml.
	Variant bool

	root *root
}

// Problem is what could not be read, and of which file.
type Problem struct {
	File string
	// Line is 0 for the whole file.
	Line    int
	Message string
}

// root is a folder that files are read below and never outside of.
type root struct {
	*os.Root
	// shown is the folder as it is shown, "" for the working directory.
	shown string
}

// openRoot opens the folder that a named file may read others of: the working
// copy that it is in, the working directory if it is below that, or else its
// own folder.
func openRoot(file string) (*root, error) {
	folder := filepath.Dir(file)
	shown := folder
	if top := workingCopy(folder); top != "" {
		shown = top
	} else if filepath.IsLocal(file) {
		shown = "."
	}
	return openFolder(shown)
}

func openFolder(folder string) (*root, error) {
	opened, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	if folder == "." {
		folder = ""
	}
	return &root{opened, folder}, nil
}

// maxParents bounds the search for a working copy's top.
const maxParents = 40

// workingCopy gives the nearest folder above or at the given one that has a
// .git, spelled from the given one on; "" for none.
func workingCopy(folder string) string {
	for range maxParents {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		absolute, err := filepath.Abs(folder)
		if err != nil || filepath.Dir(absolute) == absolute {
			return ""
		}
		folder = parent(folder)
	}
	return ""
}

func parent(folder string) string {
	if folder == "." || strings.HasSuffix(folder, "..") {
		return filepath.Join(folder, "..")
	}
	return filepath.Dir(folder)
}

// show gives a path below the root as it is shown.
func (r *root) show(name string) string { return filepath.Join(r.shown, name) }

// inside gives the path below the root of a path as it is shown, ok if it is
// below the root at all.
func (r *root) inside(shown string) (name string, ok bool) {
	base := r.shown
	if base == "" {
		base = "."
	}
	if filepath.IsAbs(base) != filepath.IsAbs(shown) {
		return "", false
	}
	name, err := filepath.Rel(base, shown)
	return name, err == nil && filepath.IsLocal(name)
}

// Shown is how a path is shown and stands in findings: from the working
// directory on where it is below that, else as written.
func Shown(path string) string {
	clean := filepath.Clean(path)
	working, err := os.Getwd()
	if err != nil || !filepath.IsAbs(clean) {
		return clean
	}
	if relative, err := filepath.Rel(working, clean); err == nil && filepath.IsLocal(relative) {
		return relative
	}
	return clean
}
