package index

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"seawall/internal/vuln/osv"
)

// Advisory is what is known of an advisory apart from the versions.
type Advisory struct {
	ID string
	// CVEs are those it is about; Aliases its other names.
	CVEs, Aliases []string
	Summary       string
	// Details is cut to maxText bytes.
	Details string
	// Rating is the database's own word for the severity, in its spelling.
	Rating     string
	Severities []osv.Severity
	// References are addresses of pages.
	References []string
	// Imports are the affected parts of a Go module, "path: Symbol, Symbol".
	Imports             []string
	Published, Modified time.Time
}

func (a *Advisory) encode() []byte {
	var b []byte
	for _, s := range [...]string{a.ID, a.Summary, a.Details, a.Rating} {
		b = appendText(b, cut(s))
	}
	for _, list := range [...][]string{a.CVEs, a.Aliases, a.References, a.Imports, flatten(a.Severities)} {
		b = appendList(b, cutList(list))
	}
	b = binary.AppendVarint(b, unix(a.Published))
	return binary.AppendVarint(b, unix(a.Modified))
}

func decodeAdvisory(data []byte) (Advisory, error) {
	c := newCursor(data)
	a := Advisory{ID: c.text(), Summary: c.text(), Details: c.text(), Rating: c.text()}
	a.CVEs, a.Aliases, a.References, a.Imports = c.list(), c.list(), c.list(), c.list()
	severities := c.list()
	for i := 0; i+1 < len(severities); i += 2 {
		a.Severities = append(a.Severities, osv.Severity{Type: severities[i], Score: severities[i+1]})
	}
	a.Published, a.Modified = c.time(), c.time()
	if !c.ok {
		return Advisory{}, ErrCorrupt
	}
	return a, nil
}

func (c *cursor) time() time.Time {
	v, n := binary.Varint(c.data)
	if !c.ok || n <= 0 {
		c.ok = false
		return time.Time{}
	}
	c.data = c.data[n:]
	if v == 0 {
		return time.Time{}
	}
	return time.Unix(v, 0).UTC()
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func flatten(severities []osv.Severity) []string {
	var list []string
	for _, s := range severities {
		list = append(list, s.Type, s.Score)
	}
	return list
}

func cutList(list []string) []string {
	var short []string
	for _, s := range list[:min(len(list), maxList)] {
		short = append(short, cut(s))
	}
	return short
}

// cut shortens a text to maxText bytes without splitting a character.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
