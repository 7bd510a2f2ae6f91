package dpkg

import (
	"bytes"
	"iter"
	"strings"
)

// wanted are the control fields that are read, in lower case.
var wanted = map[string]bool{
	"package": true, "version": true, "architecture": true, "status": true,
	"source": true, "maintainer": true, "vendor": true, "license": true,
	"origin": true, "bugs": true,
}

// maxField bounds a field's value in bytes; what is longer is cut.
const maxField = 4096

// stanzas gives the paragraphs of a control file (deb822(5)) as maps from
// lower-case field name to value. Only wanted fields are kept; of folded ones
// the first line. Lines that are no fields are skipped.
func stanzas(content []byte) iter.Seq[map[string]string] {
	return func(yield func(map[string]string) bool) {
		fields := map[string]string{}
		for line := range bytes.Lines(content) {
			line = bytes.TrimRight(line, " \t\r\n")
			if len(line) == 0 {
				if len(fields) > 0 && !yield(fields) {
					return
				}
				clear(fields)
				continue
			}
			addField(fields, line)
		}
		if len(fields) > 0 {
			yield(fields)
		}
	}
}

func addField(fields map[string]string, line []byte) {
	name, value, found := bytes.Cut(line, []byte(":"))
	if !found || line[0] == ' ' || line[0] == '\t' || len(name) > 40 {
		return
	}
	key := strings.ToLower(string(name))
	if !wanted[key] {
		return
	}
	value = bytes.TrimSpace(value)
	fields[key] = string(value[:min(len(value), maxField)])
}
