package npm

import (
	"path"
	"slices"
	"strings"

	"seawall/internal/asset"
)

// NotInstalled is Package.NotMatched of what only a lockfile names.
const NotInstalled = "named by a lockfile, but nothing shows that it is installed in this image"

// Reconcile joins the installed packages of an image with those of its
// lockfiles. Installed manifests are the evidence of presence:
//
//   - An installed package at or below a lockfile's folder takes the checksum of
//     the entry of the same name and version, whether it is for development
//     only, and whether it came from elsewhere than a registry.
//   - If the lockfile's folder has a node_modules, entries that are not
//     installed there are dropped: other platforms' builds, pruned ones.
//   - Else its entries are listed but not matched, except for those of
//     development, which are dropped.
//
// The arguments are not changed.
func Reconcile(installed, locked []asset.Package) []asset.Package {
	result := slices.Clone(installed)
	byName := map[string][]int{}
	projects := map[string]bool{}
	for i, p := range result {
		if project, ok := projectOf(p); ok {
			byName[p.Name] = append(byName[p.Name], i)
			projects[project] = true
		}
	}
	known := make([]bool, len(installed))
	for _, entry := range locked {
		folder := lockFolder(entry)
		for _, i := range byName[entry.Name] {
			if describes(entry, folder, result[i]) {
				annotate(&result[i], entry, known[i])
				known[i] = true
			}
		}
		if !projects[folder] && !entry.Dev {
			if entry.Ecosystem != "" {
				entry.Ecosystem, entry.NotMatched = "", NotInstalled
			}
			result = append(result, entry)
		}
	}
	return result
}

// describes reports whether a lockfile's entry is about an installed package.
// An entry from elsewhere than a registry may have no version.
func describes(entry asset.Package, folder string, p asset.Package) bool {
	below := folder == "." || strings.HasPrefix(p.Locations[0].Path, folder+"/")
	return below && (entry.Version == p.Version || entry.Version == "")
}

// annotate adds what a lockfile knows. Of several lockfiles the one that needs
// the package in production prevails.
func annotate(p *asset.Package, entry asset.Package, again bool) {
	if p.Checksum == "" {
		p.Checksum = entry.Checksum
	}
	p.Dev = entry.Dev && (p.Dev || !again)
	if entry.Ecosystem == "" {
		p.Ecosystem, p.NotMatched = "", entry.NotMatched
	}
}

// projectOf is the folder whose node_modules holds an installed package, "."
// for the root.
func projectOf(p asset.Package) (string, bool) {
	if len(p.Locations) == 0 {
		return "", false
	}
	project, _, found := strings.Cut("/"+p.Locations[0].Path, "/"+nodeModules+"/")
	return path.Clean("." + project), found
}

// lockFolder is the folder of the project that a lockfile is about.
func lockFolder(entry asset.Package) string {
	if len(entry.Locations) == 0 {
		return "."
	}
	folder, base := path.Split(entry.Locations[0].Path)
	if base == hiddenLock {
		folder, _ = path.Split(strings.TrimSuffix(folder, "/"))
	}
	return path.Clean("./" + folder)
}
