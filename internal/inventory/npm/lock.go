package npm

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// lockParsers reads each lockfile by its name.
var lockParsers = map[string]func(content []byte) ([]lockEntry, error){
	"package-lock.json":   parsePackageLock,
	"npm-shrinkwrap.json": parsePackageLock,
	hiddenLock:            parsePackageLock,
	"yarn.lock":           parseYarnLock,
	"pnpm-lock.yaml":      parsePnpmLock,
}

// hiddenLock is npm's note of what it installed, kept in node_modules itself.
const hiddenLock = ".package-lock.json"

// lockEntry is what is kept of one entry of a lockfile.
type lockEntry struct {
	Name       string `json:"n"`
	Version    string `json:"v"`
	Integrity  string `json:"i,omitempty"`
	Dev        bool   `json:"d,omitempty"`
	NotMatched string `json:"u,omitempty"`
}

func (e lockEntry) toPackage(location asset.Location) asset.Package {
	p := newPackage(e.Name, e.Version, e.NotMatched, location)
	p.Checksum, p.Dev = e.Integrity, e.Dev
	return p
}

// analyzeLock keeps a lockfile's entries. A lockfile that came with an
// installed package is passed over: package managers do the same.
func analyzeLock(_ context.Context, f image.File) ([]byte, error) {
	folder, base := path.Split(f.Path)
	inModules := strings.Contains("/"+folder, "/"+nodeModules+"/")
	isHidden := base == hiddenLock
	if inModules != isHidden || isHidden && path.Base(folder) != nodeModules {
		return nil, nil
	}
	if isYAML := base == "pnpm-lock.yaml" || base == "yarn.lock"; isYAML && f.Size > maxYAMLSize {
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read of a lockfile in YAML", f.Size, maxYAMLSize)
	}
	content, err := f.Bytes()
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	entries, err := lockParsers[base](content)
	if err != nil {
		return nil, fmt.Errorf("it is not a readable lockfile, what it names is not listed: %w", err)
	}
	entries = tidy(entries)
	if len(entries) == 0 {
		return nil, nil
	}
	return json.Marshal(entries)
}

// tidy sorts entries, drops those without a usable name or version and joins
// those of one package: it is development-only if all of them are. Where the
// source stands in the version's place (version 1's "file:…"), there is none.
func tidy(entries []lockEntry) []lockEntry {
	for i := range entries {
		if !validVersion(entries[i].Version) {
			entries[i].Version = ""
		}
	}
	entries = slices.DeleteFunc(entries, func(e lockEntry) bool {
		return !validName(e.Name) || e.NotMatched == "" && e.Version == ""
	})
	slices.SortStableFunc(entries, func(a, b lockEntry) int {
		if order := strings.Compare(a.Name, b.Name); order != 0 {
			return order
		}
		return strings.Compare(a.Version, b.Version)
	})
	var joined []lockEntry
	for _, e := range entries {
		if len(joined) == 0 || joined[len(joined)-1].Name != e.Name || joined[len(joined)-1].Version != e.Version {
			joined = append(joined, e)
			continue
		}
		same := &joined[len(joined)-1]
		same.Dev = same.Dev && e.Dev
		if e.NotMatched == "" {
			same.NotMatched = ""
		}
		if same.Integrity == "" {
			same.Integrity = e.Integrity
		}
	}
	return joined
}

// Reasons why a package that did not come from a registry is not matched.
const (
	reasonGit  = "installed from a version control repository, not from the npm registry"
	reasonFile = "installed from a local file or folder, not from the npm registry"
)

// notFromRegistry gives the reason why a resolved source or a version
// specification cannot be compared with the registry's versions, "" if it can.
// A tarball's URL counts as the registry's unless it is a code host's: mirrors
// have many layouts. The forms stand in
// https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies.
func notFromRegistry(source string) string {
	for _, scheme := range []string{"file:", "link:", "portal:", "workspace:", "exec:", "./", "../", "/"} {
		if strings.HasPrefix(source, scheme) {
			return reasonFile
		}
	}
	for _, scheme := range []string{
		"git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:", "gist:",
		"https://codeload.github.com/", "https://github.com/", "https://gitlab.com/", "https://bitbucket.org/",
	} {
		// GitLab's own npm registry stands on the code host's name.
		if strings.HasPrefix(source, scheme) && !strings.Contains(source, "/packages/npm/") {
			return reasonGit
		}
	}
	return ""
}
