package main

import (
	"os"
	"path/filepath"
	"strings"

	"seawall/internal/source/tree"
)

// filePrefixes decide that a target is a file or a folder of files.
var filePrefixes = []string{"file:", "tree:"}

// isFileTarget tells if a target is a file that describes containers, or a
// folder of such files: by its prefix; as an existing path of a file whose name
// says so; as an existing folder that is neither an image nor a root file system.
func isFileTarget(target string) bool {
	if path := filePath(target); path != target {
		return true
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		return (strings.Contains(target, "/") || target == "." || target == "..") && !isLayout(target) && !looksLikeRootFS(target)
	}
	return tree.IsFile(target)
}

// filePath takes the prefix off a target.
func filePath(target string) string {
	for _, prefix := range filePrefixes {
		if path, found := strings.CutPrefix(target, prefix); found && path != "" {
			return path
		}
	}
	return target
}

// isLayout recognizes the folder of an OCI layout (OCI image specification 1.1,
// image-layout.md), also one without the file that says its version.
func isLayout(folder string) bool {
	return exists(filepath.Join(folder, "index.json")) && (exists(filepath.Join(folder, "oci-layout")) || exists(filepath.Join(folder, "blobs")))
}

// looksLikeRootFS recognizes a root file system by the file that names its
// system, or by the database of its packages. Looking for files that describe
// containers in all of one is not what its user wants.
func looksLikeRootFS(folder string) bool {
	for _, mark := range []string{"etc/os-release", "usr/lib/os-release", "var/lib/dpkg", "lib/apk/db"} {
		if _, err := os.Lstat(filepath.Join(folder, mark)); err == nil {
			return true
		}
	}
	return false
}
