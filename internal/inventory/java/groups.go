package java

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed groups.txt
var groupTable string

// wellKnown is a row of the table.
type wellKnown struct{ pattern, group, folder, artifact string }

// wellKnownArtifacts parses the table once, when the first archive without
// Maven's files comes.
var wellKnownArtifacts = sync.OnceValue(func() []wellKnown {
	var rows []wellKnown
	for line := range strings.Lines(groupTable) {
		columns := strings.Fields(line)
		if len(columns) < 3 || columns[0] == "#" {
			continue
		}
		row := wellKnown{pattern: columns[0], group: columns[1], folder: columns[2]}
		if len(columns) > 3 {
			row.artifact = columns[3]
		}
		rows = append(rows, row)
	}
	return rows
})

// lookUp finds the row of an artifact or an archive's name.
func lookUp(name string) (best wellKnown, ok bool) {
	for _, row := range wellKnownArtifacts() {
		prefix, wildcard := strings.CutSuffix(row.pattern, "*")
		if matches := name == prefix || wildcard && strings.HasPrefix(name, prefix); matches && len(row.pattern) > len(best.pattern) {
			best, ok = row, true
		}
	}
	return best, ok
}
