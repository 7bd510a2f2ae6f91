package report

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes a name that comes from an image safe to show on one line:
// control characters (C0, DEL, C1), invisible and direction-changing format
// characters, line separators and bytes that are not UTF-8 are written out as
// \n, \x1b, \u202e. All else, backslashes too, stays.
func Escape(s string) string {
	s = escapeInvalid(s)
	if !needsEscape(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafeRune(r) {
			b.WriteString(escapeRune(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeInvalid writes out the bytes that are not UTF-8 and nothing else.
func escapeInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

func needsEscape(s string) bool {
	return !utf8.ValidString(s) || strings.IndexFunc(s, unsafeRune) >= 0
}

// unsafeRune is true for what changes how the text around it is shown, or
// shows nothing at all (Unicode categories Cc, Cf, Zl, Zp, Co and noncharacters;
// Trojan Source, CVE-2021-42574, uses Cf).
func unsafeRune(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Noncharacter_Code_Point, unicode.Variation_Selector)
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// prose are the fields that hold sentences: their line breaks are layout, not
// part of a name, and become spaces.
var prose = map[string]bool{"Title": true, "Why": true, "Text": true, "Message": true, "Reason": true, "Error": true}

// escaped gives a copy of the document in which every string is safe to show,
// so that no format can forget one.
func escaped(d *Document) *Document {
	return mapStrings(reflect.ValueOf(d), func(field, s string) string {
		if prose[field] {
			s = strings.Join(strings.Fields(s), " ")
		}
		return Escape(s)
	}).Interface().(*Document)
}

// validUTF8 gives a copy of the document in which bytes that are not UTF-8 are
// written out, as JSON cannot hold them.
func validUTF8(d *Document) *Document {
	return mapStrings(reflect.ValueOf(d), func(_, s string) string { return escapeInvalid(s) }).Interface().(*Document)
}

// mapStrings copies plain data with change applied to every string. A struct
// that has unexported fields (time.Time) is copied as it is.
func mapStrings(v reflect.Value, change func(field, s string) string) reflect.Value {
	return (&stringMapper{change: change}).copy(v, "")
}

type stringMapper struct {
	change func(field, s string) string
}

func (m *stringMapper) copy(v reflect.Value, field string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(m.change(field, v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(m.copy(v.Elem(), field))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(m.copy(v.Index(i), field))
			}
		}
	case reflect.Map:
		m.copyMap(v, out)
	case reflect.Struct:
		m.copyStruct(v, out)
	default:
		out.Set(v)
	}
	return out
}

func (m *stringMapper) copyMap(v, out reflect.Value) {
	if v.IsNil() {
		return
	}
	out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	for _, key := range v.MapKeys() {
		out.SetMapIndex(m.copy(key, ""), m.copy(v.MapIndex(key), ""))
	}
}

func (m *stringMapper) copyStruct(v, out reflect.Value) {
	out.Set(v)
	for i := range v.NumField() {
		if out.Field(i).CanSet() {
			out.Field(i).Set(m.copy(v.Field(i), v.Type().Field(i).Name))
		}
	}
}
