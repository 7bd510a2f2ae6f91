package strictyaml

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// line is the n-th line, from 1, without its end.
func (f *File) line(n int) string {
	line, _, _ := bytes.Cut(f.Content[f.Offset(n, 1):], []byte("\n"))
	return strings.TrimSuffix(string(line), "\r")
}

// Place is the line and column, which count as in Error, of a byte offset in the
// file.
func (f *File) Place(offset int) (line, column int) {
	before := f.Content[:min(max(offset, 0), len(f.Content))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// Offset is the reverse of Place. A place after the end is the file's length.
func (f *File) Offset(line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(f.Content[at:], '\n')
		if next < 0 {
			return len(f.Content)
		}
		at += next + 1
	}
	for ; column > 1 && at < len(f.Content); column-- {
		_, size := utf8.DecodeRune(f.Content[at:])
		at += size
	}
	return at
}
