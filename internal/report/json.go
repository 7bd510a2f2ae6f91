package report

import (
	"bytes"
	_ "embed"
	"io"
	"slices"

	"seawall/internal/finding"
)

//go:embed schema/seawall.report.v1.json
var schema []byte

// Schema gives the JSON Schema (draft 2020-12) of what WriteJSON writes.
func Schema() []byte { return bytes.Clone(schema) }

// WriteJSON writes the document as SchemaName describes. Names are kept as
// they are, spelled with \u escapes where a terminal would act on them; only
// bytes that are not UTF-8 are changed, to the text \xNN.
func WriteJSON(w io.Writer, d *Document, _ Options) error {
	return encodeJSON(w, withoutNull(validUTF8(d)))
}

// A document has long lists, and so has each of its assets.
func (Document) piecewise() {}
func (Asset) piecewise()    {}

// withoutNull gives a copy of the document in which the lists that a program
// must be able to walk are empty and not null.
func withoutNull(d *Document) *Document {
	out := *d
	out.Looked = notNil(d.Looked)
	out.Findings = notNil(d.Findings)
	out.Targets = notNil(slices.Clone(d.Targets))
	for i := range out.Targets {
		out.Targets[i].Assets = notNil(out.Targets[i].Assets)
	}
	out.Assets = notNil(slices.Clone(d.Assets))
	for i := range out.Assets {
		a := &out.Assets[i]
		a.Parents, a.Errors, a.Packages = notNil(a.Parents), notNil(a.Errors), notNil(a.Packages)
	}
	out.Checks = map[string]Check{}
	for rule, c := range d.Checks {
		c.Unknown = notNil(c.Unknown)
		out.Checks[rule] = c
	}
	if out.Summary.ByKind == nil {
		out.Summary.ByKind = map[finding.Kind]int{}
	}
	if d.Database != nil {
		database := *d.Database
		database.Segments = notNil(database.Segments)
		out.Database = &database
	}
	return &out
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
