// Package filelist is the compact form in which the file lists of a package
// database are kept: one text in which directories are named once.
//
// A line begins with "=" and the number of the package that the following
// files belong to, "/" and the directory that they stand in, or a space and a
// file's name.
package filelist

import (
	"bytes"
	"strconv"
	"strings"
)

// Bounds of a list: Linux allows no longer paths and names (limits.h), and a
// million files of an honest image fit.
const (
	maxPath = 4096
	maxName = 255
	maxSize = 128 << 20
)

// Builder writes a list.
type Builder struct {
	text   bytes.Buffer
	owner  int
	dir    string
	placed bool
	full   bool
}

// Add notes that dir/base belongs to the package numbered owner. dir has no
// leading slash. Names that no file can have, and those with a line break, which
// the list cannot hold, are left out.
func (b *Builder) Add(owner int, dir, base string) {
	if b.full || base == "" || len(base) > maxName || len(dir) > maxPath || strings.ContainsRune(base, '\n') || strings.ContainsRune(dir, '\n') {
		return
	}
	if b.text.Len() > maxSize {
		b.full = true
		return
	}
	if !b.placed || owner != b.owner {
		b.text.WriteString("=" + strconv.Itoa(owner) + "\n")
	}
	if !b.placed || owner != b.owner || dir != b.dir {
		b.text.WriteString("/" + dir + "\n")
	}
	b.owner, b.dir, b.placed = owner, dir, true
	b.text.WriteString(" " + base + "\n")
}

// Bytes gives the list.
func (b *Builder) Bytes() []byte { return b.text.Bytes() }

// Full says that files were left out because the list grew too large.
func (b *Builder) Full() bool { return b.full }

// Each calls visit for every file of a list. The bytes are valid during the
// call only; nothing is allocated.
func Each(list []byte, visit func(owner int, dir, base []byte)) {
	owner := 0
	var dir []byte
	for line := range bytes.Lines(list) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			continue
		}
		switch line[0] {
		case '=':
			owner, _ = strconv.Atoi(string(line[1:]))
		case '/':
			dir = line[1:]
		case ' ':
			visit(owner, dir, line[1:])
		}
	}
}
