package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

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

// withoutNull turns the lists that a program must be able to walk from null
// into empty ones.
func withoutNull(d *Document) *Document {
	d.Looked = notNil(d.Looked)
	d.Targets = notNil(d.Targets)
	d.Assets = notNil(d.Assets)
	d.Findings = notNil(d.Findings)
	if d.Checks == nil {
		d.Checks = map[string]Check{}
	}
	if d.Summary.ByKind == nil {
		d.Summary.ByKind = map[finding.Kind]int{}
	}
	if d.Database != nil {
		d.Database.Segments = notNil(d.Database.Segments)
	}
	for i := range d.Targets {
		d.Targets[i].Assets = notNil(d.Targets[i].Assets)
	}
	for i := range d.Assets {
		a := &d.Assets[i]
		a.Parents, a.Errors, a.Packages = notNil(a.Parents), notNil(a.Errors), notNil(a.Packages)
	}
	for rule, c := range d.Checks {
		c.Unknown = notNil(c.Unknown)
		d.Checks[rule] = c
	}
	return d
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// encodeJSON writes v indented, with \u escapes for all that Escape would
// write out: encoding/json leaves DEL, C1 and format characters as they are.
func encodeJSON(w io.Writer, v any) error {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("encode the report as JSON: %w", err)
	}
	if _, err := w.Write(escapeJSON(encoded.Bytes())); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// escapeJSON works on encoded JSON: outside strings there is nothing to escape
// but the line breaks and spaces of the layout.
func escapeJSON(encoded []byte) []byte {
	out := make([]byte, 0, len(encoded))
	for i := 0; i < len(encoded); {
		r, size := utf8.DecodeRune(encoded[i:])
		switch {
		case r < 0x7f || !unsafeRune(r):
			out = append(out, encoded[i:i+size]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	return out
}
