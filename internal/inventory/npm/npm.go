// Package npm finds JavaScript packages: installed ones by their package.json,
// and what lockfiles of npm, Yarn and pnpm say about them.
package npm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// The names of the analyzers, for Decode.
const (
	// ManifestAnalyzer reads package.json files: what is installed.
	ManifestAnalyzer = "npm-manifest"
	// LockAnalyzer reads lockfiles: what would be installed. Its packages go
	// through Reconcile.
	LockAnalyzer = "npm-lock"
)

// Ecosystem is npm's name in OSV records.
const Ecosystem = "npm"

// maxLockSize is the size of the largest lockfile that is read: 16 MiB. Those of
// large monorepos have 5.
const maxLockSize = 16 << 20

// maxYAMLSize bounds a lockfile in YAML, in bytes: the parser looks for
// repeated keys in a time that grows with the square of their number.
const maxYAMLSize = 6 << 20

// Analyzers gives the readers of package.json and of lockfiles.
func Analyzers() []image.Analyzer {
	lockfiles := make([]image.Pattern, 0, len(lockParsers))
	for _, base := range slices.Sorted(maps.Keys(lockParsers)) {
		lockfiles = append(lockfiles, image.Pattern{Base: base})
	}
	return []image.Analyzer{
		{Name: ManifestAnalyzer, Version: 2, Patterns: []image.Pattern{{Base: "package.json"}}, Analyze: analyzeManifest},
		{Name: LockAnalyzer, Version: 1, MaxSize: maxLockSize, Patterns: lockfiles, Analyze: analyzeLock},
	}
}

// Decode turns what the named analyzer kept of the file at path into packages.
func Decode(analyzer, path string, layer int, data []byte) ([]asset.Package, error) {
	location := asset.Location{Path: path, Layer: layer}
	switch analyzer {
	case ManifestAnalyzer:
		var m manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("kept result of %s is damaged, clear the layer cache: %w", path, wording.JSON(err))
		}
		return []asset.Package{m.toPackage(location)}, nil
	case LockAnalyzer:
		var entries []lockEntry
		if err := json.Unmarshal(data, &entries); err != nil {
			return nil, fmt.Errorf("kept result of %s is damaged, clear the layer cache: %w", path, wording.JSON(err))
		}
		packages := make([]asset.Package, len(entries))
		for i, entry := range entries {
			packages[i] = entry.toPackage(location)
		}
		return packages, nil
	}
	return nil, fmt.Errorf("no npm analyzer is called %q", analyzer)
}

// newPackage fills what every npm package has. A reason in notMatched keeps it
// away from advisories.
func newPackage(name, version, notMatched string, location asset.Location) asset.Package {
	p := asset.Package{
		Name:       name,
		Version:    version,
		Type:       packageurl.TypeNPM,
		Ecosystem:  Ecosystem,
		NotMatched: notMatched,
		PURL:       purl(name, version),
		Locations:  []asset.Location{location},
	}
	if notMatched != "" {
		p.Ecosystem = ""
	}
	return p
}

// purl names the package as the purl specification's npm type asks: the scope
// is the namespace.
func purl(name, version string) string {
	scope, base, scoped := strings.Cut(name, "/")
	if !scoped {
		scope, base = "", name
	}
	return packageurl.NewPackageURL(packageurl.TypeNPM, scope, base, version, nil, "").ToString()
}

// validName reports whether npm could install a package of this name. It is
// wider than the registry's rule for new names, which old packages break.
func validName(name string) bool {
	scope, base, scoped := strings.Cut(name, "/")
	if scoped && (len(scope) < 2 || scope[0] != '@') {
		return false
	}
	if !scoped {
		base = name
	}
	return base != "" && base[0] != '.' && len(name) <= 214 && printable(name) && !strings.ContainsAny(base, "/\\@ ")
}

// validVersion accepts what begins like a version number. Placeholders of
// build tools do not.
func validVersion(version string) bool {
	return version != "" && version[0] >= '0' && version[0] <= '9' && len(version) <= 256 &&
		printable(version) && !strings.ContainsAny(version, " /\\")
}

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return false
		}
	}
	return true
}
