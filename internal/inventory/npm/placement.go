package npm

import (
	"slices"
	"strings"
)

// placement says what a package.json can be, judged by where it stands.
type placement int

const (
	// inside is a file within a package, which Node never resolves a package to.
	inside placement = iota
	// installed is the root of a package in a node_modules folder.
	installed
	// application stands outside every node_modules folder.
	application
)

const nodeModules = "node_modules"

// fixtureFolders hold a package's test data. Such data may contain whole
// node_modules trees, which nothing but that test ever loads.
var fixtureFolders = []string{"test", "tests", "__tests__", "testdata", "fixture", "fixtures", "__fixtures__"}

// placementOf follows Node's resolution: a package is a folder directly in
// node_modules, or in a scope's folder there. pnpm and Yarn keep the real
// folders in node_modules/.pnpm/…/node_modules/NAME and
// node_modules/.store/…/package.
func placementOf(path string) placement {
	folders := strings.Split(path, "/")
	folders = folders[:len(folders)-1]
	last := lastIndex(folders, nodeModules)
	if last < 0 {
		return application
	}
	below := folders[last+1:]
	root := rootLength(below) == len(below) ||
		len(below) == 3 && below[0] == ".store" && below[2] == "package"
	if len(below) == 0 || !root || inFixture(folders[:last]) {
		return inside
	}
	return installed
}

// inFixture looks for fixture folders within packages. A package may itself be
// called "test", and what leads to the first node_modules is the user's choice.
func inFixture(folders []string) bool {
	first := slices.Index(folders, nodeModules)
	if first < 0 {
		return false
	}
	below := folders[first+1:]
	below = below[min(rootLength(below), len(below)):]
	next := slices.Index(below, nodeModules)
	if next < 0 {
		next = len(below)
	}
	if slices.ContainsFunc(below[:next], func(f string) bool { return slices.Contains(fixtureFolders, f) }) {
		return true
	}
	return inFixture(below[next:])
}

// rootLength is the number of folders that name a package below node_modules.
func rootLength(below []string) int {
	if len(below) > 0 && strings.HasPrefix(below[0], "@") {
		return 2
	}
	return 1
}

func lastIndex(folders []string, name string) int {
	for i := len(folders) - 1; i >= 0; i-- {
		if folders[i] == name {
			return i
		}
	}
	return -1
}
