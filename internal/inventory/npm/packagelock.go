package npm

import (
	"encoding/json"
	"strings"

	"seawall/internal/wording"
)

// packageLock is package-lock.json in all its versions: 1 has Dependencies, 3
// has Packages, 2 has both. See
// https://docs.npmjs.com/cli/configuring-npm/package-lock-json.
type packageLock struct {
	Packages     map[string]lockedPackage    `json:"packages"`
	Dependencies map[string]lockedDependency `json:"dependencies"`
}

// lockedPackage is keyed by its folder, "node_modules/a/node_modules/b".
type lockedPackage struct {
	// Name is given only where the folder has another name: an alias.
	Name      looseString `json:"name"`
	Version   looseString `json:"version"`
	Resolved  looseString `json:"resolved"`
	Integrity looseString `json:"integrity"`
	Dev       bool        `json:"dev"`
	Link      bool        `json:"link"`
}

type lockedDependency struct {
	Version      looseString                 `json:"version"`
	Resolved     looseString                 `json:"resolved"`
	Integrity    looseString                 `json:"integrity"`
	Dev          bool                        `json:"dev"`
	Dependencies map[string]lockedDependency `json:"dependencies"`
}

// looseString is "" for what is not a string: npm wrote "resolved": false.
type looseString string

func (s *looseString) UnmarshalJSON(raw []byte) error {
	*s = looseString(text(raw))
	return nil
}

func parsePackageLock(content []byte) ([]lockEntry, error) {
	var lock packageLock
	if err := json.Unmarshal(content, &lock); err != nil {
		return nil, wording.JSON(err)
	}
	if len(lock.Packages) == 0 {
		return appendDependencies(nil, lock.Dependencies), nil
	}
	entries := make([]lockEntry, 0, len(lock.Packages))
	for folder, p := range lock.Packages {
		at := strings.LastIndex("/"+folder, "/"+nodeModules+"/")
		if at < 0 || p.Link {
			continue // the project itself, a workspace of it, or a link to one
		}
		name := string(p.Name)
		if name == "" {
			name = folder[at+len(nodeModules)+1:]
		}
		entries = append(entries, lockEntry{
			Name: name, Version: string(p.Version), Integrity: string(p.Integrity), Dev: p.Dev,
			NotMatched: notFromRegistry(string(p.Resolved)),
		})
	}
	return entries, nil
}

// appendDependencies walks version 1's tree. Its depth is bounded by the JSON
// decoder.
func appendDependencies(entries []lockEntry, dependencies map[string]lockedDependency) []lockEntry {
	for name, d := range dependencies {
		version := string(d.Version)
		if alias, ok := strings.CutPrefix(version, "npm:"); ok {
			name, version = splitNameVersion(alias)
		}
		reason := notFromRegistry(version)
		if reason == "" {
			reason = notFromRegistry(string(d.Resolved))
		}
		entries = append(entries, lockEntry{
			Name: name, Version: version, Integrity: string(d.Integrity), Dev: d.Dev, NotMatched: reason,
		})
		entries = appendDependencies(entries, d.Dependencies)
	}
	return entries
}

// splitNameVersion parts "@scope/name@version" at the @ that is not a scope's.
func splitNameVersion(s string) (name, version string) {
	at := strings.Index(strings.TrimPrefix(s, "@"), "@")
	if at < 0 {
		return s, ""
	}
	at += len(s) - len(strings.TrimPrefix(s, "@"))
	return s[:at], s[at+1:]
}
