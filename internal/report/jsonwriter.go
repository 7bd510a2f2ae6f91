package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// piecewise marks the structs that hold long lists. They are written field by
// field and their lists element by element, so that no more than one element
// of a report stands in memory as JSON. A field may be an iter.Seq, whose
// elements are made while they are written; making them may fill in later
// fields.
type piecewise interface{ piecewise() }

// jsonWriter lays JSON out as json.Encoder does with two spaces.
type jsonWriter struct {
	w io.Writer
	// out is what is not yet written to w.
	out     bytes.Buffer
	piece   bytes.Buffer
	encoder *json.Encoder
	// escaped is kept for its memory.
	escaped []byte
	depth   int
	// empty is true until the innermost open object or list has an element.
	empty bool
	// err is the first error; nothing is written after it.
	err error
}

// flushSize is how much is gathered before it is written, in bytes.
const flushSize = 64 << 10

// encodeJSON writes v indented, with \u escapes for all that Escape would
// write out: encoding/json leaves DEL, C1 and format characters as they are.
func encodeJSON(w io.Writer, v any) error {
	j := &jsonWriter{w: w}
	j.encoder = json.NewEncoder(&j.piece)
	j.encoder.SetEscapeHTML(false)
	j.value(reflect.ValueOf(v))
	j.out.WriteByte('\n')
	j.flush()
	return j.err
}

func (j *jsonWriter) flush() {
	if j.err == nil {
		if _, err := j.w.Write(j.out.Bytes()); err != nil {
			j.err = fmt.Errorf("write the report: %w", err)
		}
	}
	j.out.Reset()
}

func (j *jsonWriter) value(v reflect.Value) {
	switch _, isPiecewise := v.Interface().(piecewise); {
	case isPiecewise:
		j.object(reflect.Indirect(v))
	case v.Kind() == reflect.Func:
		j.open('[')
		for element := range v.Seq() {
			j.next()
			j.value(element)
		}
		j.close(']')
	case v.Kind() == reflect.Slice && !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct:
		j.open('[')
		for i := range v.Len() {
			j.next()
			j.value(v.Index(i).Addr()) // the address, as a copy would have to be allocated
		}
		j.close(']')
	default:
		j.encode(v.Interface())
	}
}

// object writes the fields that encoding/json would, by their tags. A
// piecewise struct embeds nothing and has a tag on every field.
func (j *jsonWriter) object(v reflect.Value) {
	j.open('{')
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if option != "" && isEmpty(v.Field(i)) {
			continue
		}
		j.next()
		j.encode(name)
		j.out.WriteString(": ")
		j.value(v.Field(i))
	}
	j.close('}')
}

// isEmpty is what omitempty and omitzero leave out, for the types that
// piecewise structs have: no field has an empty list that omitzero would keep.
func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func (j *jsonWriter) open(bracket byte) {
	j.out.WriteByte(bracket)
	j.depth++
	j.empty = true
}

// next begins an element.
func (j *jsonWriter) next() {
	if !j.empty {
		j.out.WriteByte(',')
	}
	j.newLine()
	j.empty = false
}

func (j *jsonWriter) close(bracket byte) {
	j.depth--
	if !j.empty {
		j.newLine()
	}
	j.out.WriteByte(bracket)
	j.empty = false
}

func (j *jsonWriter) newLine() { j.out.WriteString("\n" + strings.Repeat("  ", j.depth)) }

// encode writes a value as a whole.
func (j *jsonWriter) encode(v any) {
	if j.err != nil {
		return
	}
	j.piece.Reset()
	j.encoder.SetIndent(strings.Repeat("  ", j.depth), "  ")
	if err := j.encoder.Encode(v); err != nil {
		j.err = fmt.Errorf("encode the report as JSON: %w", err)
		return
	}
	j.escaped = appendEscaped(j.escaped[:0], bytes.TrimSuffix(j.piece.Bytes(), []byte{'\n'}))
	j.out.Write(j.escaped)
	if j.out.Len() > flushSize {
		j.flush()
	}
}

// appendEscaped works on encoded JSON: outside strings there is nothing to
// escape but the line breaks and spaces of the layout.
func appendEscaped(out, encoded []byte) []byte {
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
