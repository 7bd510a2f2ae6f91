package image

import (
	"bytes"
	"slices"
)

// maxMagic is how much of a file a Pattern's Magic may look at, in bytes.
const maxMagic = 16

// matcher holds the patterns of all analyzers, so that a file costs three
// look-ups and not one question per analyzer. It is safe for concurrent use.
type matcher struct {
	analyzers []Analyzer
	byBase    map[string][]candidate
	bySuffix  map[string][]candidate // by the name's last dot and what follows
	byDir     map[string][]candidate // patterns with neither Base nor such a suffix
	rest      []candidate
}

// candidate is one pattern of one analyzer.
type candidate struct {
	analyzer int
	pattern  Pattern
}

func newMatcher(analyzers []Analyzer) *matcher {
	m := &matcher{
		analyzers: analyzers,
		byBase:    map[string][]candidate{},
		bySuffix:  map[string][]candidate{},
		byDir:     map[string][]candidate{},
	}
	for i, a := range analyzers {
		for _, p := range a.Patterns {
			m.add(candidate{i, p})
		}
	}
	return m
}

// add files a pattern under the part of it that selects the most.
func (m *matcher) add(c candidate) {
	p := c.pattern
	suffix := string(extension([]byte(p.Suffix)))
	switch {
	case p.Base != "":
		m.byBase[p.Base] = append(m.byBase[p.Base], c)
	case suffix != "":
		m.bySuffix[suffix] = append(m.bySuffix[suffix], c)
	case p.Dir != "":
		m.byDir[p.Dir] = append(m.byDir[p.Dir], c)
	default:
		m.rest = append(m.rest, c)
	}
}

// extension is the name's last dot and what follows, "" without a dot.
func extension(name []byte) []byte {
	if i := bytes.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return nil
}

// match appends the patterns that hold for a path and mode to found. Their
// Magic is left to ask.
func (m *matcher) match(found []candidate, path []byte, mode uint32) []candidate {
	dir := parent(path)
	base := path
	if len(dir) > 0 {
		base = path[len(dir)+1:]
	}
	for _, group := range [...][]candidate{m.byBase[string(base)], m.bySuffix[string(extension(base))], m.byDir[string(dir)], m.rest} {
		for _, c := range group {
			if c.pattern.holds(dir, base, mode) {
				found = append(found, c)
			}
		}
	}
	return found
}

func (p *Pattern) holds(dir, base []byte, mode uint32) bool {
	return (p.Base == "" || string(base) == p.Base) &&
		(p.Dir == "" || string(dir) == p.Dir) &&
		(!p.Executable || mode&0o111 != 0) &&
		bytes.HasSuffix(base, []byte(p.Suffix)) &&
		bytes.HasSuffix(dir, []byte(p.ParentSuffix))
}

// withMagic keeps the analyzers whose patterns agree with the content's begin,
// each once.
func withMagic(candidates []candidate, begin []byte) []int {
	var analyzers []int
	for _, c := range candidates {
		if bytes.HasPrefix(begin, []byte(c.pattern.Magic)) && !slices.Contains(analyzers, c.analyzer) {
			analyzers = append(analyzers, c.analyzer)
		}
	}
	return analyzers
}
