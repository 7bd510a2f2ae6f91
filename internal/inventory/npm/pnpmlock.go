package npm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// pnpmLock is pnpm-lock.yaml, versions 5 to 9
// (https://github.com/pnpm/spec/tree/master/lockfile).
type pnpmLock struct {
	Version   string                  `yaml:"lockfileVersion"`
	Importers map[string]pnpmImporter `yaml:"importers"`
	Packages  map[string]pnpmPackage  `yaml:"packages"`
	Snapshots map[string]pnpmSnapshot `yaml:"snapshots"`
}

// pnpmImporter is a project; its maps lead from names to {specifier, version}.
// Older versions have the plain version there and are not looked at.
type pnpmImporter struct {
	Dependencies         map[string]yaml.Node `yaml:"dependencies"`
	OptionalDependencies map[string]yaml.Node `yaml:"optionalDependencies"`
}

type pnpmPackage struct {
	Resolution struct {
		Integrity string `yaml:"integrity"`
		Tarball   string `yaml:"tarball"`
		// Type is "git" or "directory", empty for the registry's tarballs.
		Type string `yaml:"type"`
	} `yaml:"resolution"`
	// Name and Version are given where the key does not tell them.
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	// Dev was written until version 6.
	Dev bool `yaml:"dev"`
}

// pnpmSnapshot is the place of a package in the graph, since version 9.
type pnpmSnapshot struct {
	Dependencies         map[string]string `yaml:"dependencies"`
	OptionalDependencies map[string]string `yaml:"optionalDependencies"`
}

// maxDocuments is the number of YAML documents that are read of one file: pnpm
// writes one about itself and one about the project.
const maxDocuments = 10

func parsePnpmLock(content []byte) ([]lockEntry, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	var entries []lockEntry
	for range maxDocuments {
		var lock pnpmLock
		err := loader.Load(&lock)
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		more, err := lock.entries()
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	return nil, fmt.Errorf("it has %d or more documents", maxDocuments)
}

func (lock *pnpmLock) entries() ([]lockEntry, error) {
	number, _, _ := strings.Cut(lock.Version, ".")
	major, err := strconv.Atoi(number)
	if err != nil {
		return nil, fmt.Errorf("its lockfileVersion %q is not a number", lock.Version)
	}
	production := lock.productionKeys()
	entries := make([]lockEntry, 0, len(lock.Packages))
	for key, p := range lock.Packages {
		entry := p.entry(key, major)
		if major >= 9 {
			entry.Dev = !production[key]
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (p pnpmPackage) entry(key string, major int) lockEntry {
	name, version := pnpmKey(key, major)
	entry := lockEntry{Name: name, Version: version, Integrity: p.Resolution.Integrity, Dev: p.Dev}
	entry.NotMatched = notFromRegistry(version)
	if entry.NotMatched == "" {
		entry.NotMatched = notFromRegistry(p.Resolution.Tarball)
	}
	switch p.Resolution.Type {
	case "git":
		entry.NotMatched = reasonGit
	case "directory":
		entry.NotMatched = reasonFile
	}
	if p.Name != "" {
		entry.Name = p.Name
	}
	if p.Version != "" {
		entry.Version = p.Version
	}
	return entry
}

// pnpmKey parts a package's key, without the peers that are appended to it:
// "/a/1.0.0_b@2.0.0" in version 5, "/a@1.0.0(b@2.0.0)" in 6, "a@1.0.0" in 9. A
// registry's host may stand in front of the slash.
func pnpmKey(key string, major int) (name, version string) {
	key, _, _ = strings.Cut(key, "(")
	host, rest, found := strings.Cut(key, "/")
	if found && !strings.HasPrefix(host, "@") && !strings.Contains(host, "@") && !strings.Contains(host, ":") {
		key = rest
	}
	if major >= 6 {
		return splitNameVersion(key)
	}
	slash := strings.LastIndex(key, "/")
	if slash < 0 {
		return key, ""
	}
	version, _, _ = strings.Cut(key[slash+1:], "_")
	return key[:slash], version
}

// productionKeys gives the keys of the packages that the projects reach without
// their development dependencies. Version 9 no longer marks them.
func (lock *pnpmLock) productionKeys() map[string]bool {
	var todo []string
	for _, project := range lock.Importers {
		for _, dependencies := range []map[string]yaml.Node{project.Dependencies, project.OptionalDependencies} {
			for name, node := range dependencies {
				var resolved struct {
					Version string `yaml:"version"`
				}
				if node.Decode(&resolved) == nil {
					todo = append(todo, lock.snapshotKey(name, resolved.Version))
				}
			}
		}
	}
	production, visited := map[string]bool{}, map[string]bool{}
	for len(todo) > 0 {
		key := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if visited[key] {
			continue
		}
		visited[key] = true
		withoutPeers, _, _ := strings.Cut(key, "(")
		production[withoutPeers] = true
		for _, dependencies := range []map[string]string{lock.Snapshots[key].Dependencies, lock.Snapshots[key].OptionalDependencies} {
			for name, version := range dependencies {
				todo = append(todo, lock.snapshotKey(name, version))
			}
		}
	}
	return production
}

// snapshotKey is "name@version", but an alias's version is a whole key already.
func (lock *pnpmLock) snapshotKey(name, version string) string {
	if _, whole := lock.Snapshots[version]; whole {
		return version
	}
	return name + "@" + version
}
