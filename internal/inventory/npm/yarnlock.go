package npm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// maxYarnBlocks bounds the memory for a crafted file; large monorepos have some
// 10,000.
const maxYarnBlocks = 200_000

// yarnBlock is one entry of a yarn.lock: its heading and the fields one level
// below it that are of use.
type yarnBlock struct {
	// heading lists the wanted ranges: `a@^1.0.0, a@^1.2.0`.
	heading string

	version, resolved, integrity string // Yarn 1
	resolution, linkType         string // Yarn 2 and later, with version
}

func (b *yarnBlock) set(field, value string) {
	switch field {
	case "version":
		b.version = value
	case "resolved":
		b.resolved = value
	case "integrity":
		b.integrity = value
	case "resolution":
		b.resolution = value
	case "linkType":
		b.linkType = value
	}
}

// parseYarnLock reads both forms of yarn.lock: version 1's own syntax
// (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/) and the plain subset of
// YAML that Yarn 2 and later write. Neither says what is development-only.
func parseYarnLock(content []byte) ([]lockEntry, error) {
	blocks, err := yarnBlocks(content)
	if err != nil {
		return nil, err
	}
	entries := make([]lockEntry, 0, len(blocks))
	for _, b := range blocks {
		switch {
		case b.heading == "__metadata" || b.linkType == "soft":
			// About the file itself, or a workspace or link of the project.
		case b.resolution != "":
			entries = append(entries, b.berryEntry())
		default:
			entries = append(entries, b.classicEntry())
		}
	}
	return entries, nil
}

// classicEntry reads a block of Yarn 1. The heading names the package unless it
// is an alias: "mine@npm:lodash@^4".
func (b yarnBlock) classicEntry() lockEntry {
	first, _, _ := strings.Cut(b.heading, ", ")
	name, wanted := splitNameVersion(unquote(first))
	if alias, ok := strings.CutPrefix(wanted, "npm:"); ok && strings.LastIndex(alias, "@") > 0 {
		name, _ = splitNameVersion(alias)
	}
	reason := notFromRegistry(b.resolved)
	if b.resolved == "" {
		reason = notFromRegistry(wanted)
	}
	return lockEntry{Name: name, Version: b.version, Integrity: b.integrity, NotMatched: reason}
}

// berryEntry reads a block of Yarn 2 and later; its resolution is
// "name@protocol:reference". The checksum is left out: it is of Yarn's own zip
// and says nothing about the registry's tarball.
func (b yarnBlock) berryEntry() lockEntry {
	name, reference := splitNameVersion(b.resolution)
	entry := lockEntry{Name: name, Version: b.version}
	protocol, _, _ := strings.Cut(reference, ":")
	switch {
	case protocol == "npm" || protocol == "patch": // a patched package keeps its version's faults
	case strings.Contains(reference, ".git#") || strings.Contains(reference, "#commit="):
		entry.NotMatched = reasonGit
	default:
		entry.NotMatched = notFromRegistry(reference)
	}
	return entry
}

// yarnBlocks splits a lockfile by indentation. Deeper levels (dependencies) are
// passed over.
func yarnBlocks(content []byte) ([]yarnBlock, error) {
	var blocks []yarnBlock
	for line := range bytes.Lines(content) {
		text := strings.TrimRight(string(line), "\r\n")
		body := strings.TrimLeft(text, " ")
		indent := len(text) - len(body)
		switch {
		case body == "" || body[0] == '#' || body == ":":
			// ":" follows a heading that was too long for one line.
		case strings.HasPrefix(body, "<<<<<<<") || strings.HasPrefix(body, ">>>>>>>"):
			return nil, errors.New("it holds an unresolved merge conflict")
		case indent == 0:
			heading := strings.TrimPrefix(strings.TrimSuffix(body, ":"), "? ")
			if len(blocks) == maxYarnBlocks {
				return nil, fmt.Errorf("it has more than %d entries", maxYarnBlocks)
			}
			blocks = append(blocks, yarnBlock{heading: heading})
		case indent == 2 && len(blocks) > 0:
			if name, value, ok := yarnField(body); ok {
				blocks[len(blocks)-1].set(name, value)
			}
		}
	}
	return blocks, nil
}

// yarnField reads `name "value"` of version 1 or `name: value`.
func yarnField(body string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(body, " ")
	return unquote(strings.TrimSuffix(name, ":")), unquote(strings.TrimSpace(value)), ok
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return strings.TrimPrefix(s, `"`) // the first of several in one pair of quotes
}
