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
	return withStrings(d, func(field, s string) string {
		if prose[field] {
			s = strings.Join(strings.Fields(s), " ")
		}
		return Escape(s)
	})
}

// validUTF8 gives a copy of the document in which bytes that are not UTF-8 are
// written out, as JSON cannot hold them.
func validUTF8(d *Document) *Document {
	return withStrings(d, func(_, s string) string { return escapeInvalid(s) })
}

// withStrings copies a document with change applied to every string in it.
func withStrings(d *Document, change func(field, s string) string) *Document {
	out := *d
	changeStrings(reflect.ValueOf(&out).Elem(), "", change)
	return &out
}

// changeStrings changes the strings in a value that its caller owns. What the
// value only points to is copied first. Fields that are not exported (those of
// time.Time) stay as they are.
func changeStrings(v reflect.Value, field string, change func(field, s string) string) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); s != "" {
			v.SetString(change(field, s))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			changeStrings(own.Elem(), field, change)
			v.Set(own)
		}
	case reflect.Slice:
		if !v.IsNil() {
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			for i := range own.Len() {
				changeStrings(own.Index(i), field, change)
			}
			v.Set(own)
		}
	case reflect.Map:
		changeMap(v, change)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				changeStrings(v.Field(i), v.Type().Field(i).Name, change)
			}
		}
	}
}

func changeMap(v reflect.Value, change func(field, s string) string) {
	if v.IsNil() {
		return
	}
	own := reflect.MakeMapWithSize(v.Type(), v.Len())
	for _, key := range v.MapKeys() {
		ownKey, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		ownKey.Set(key)
		value.Set(v.MapIndex(key))
		changeStrings(ownKey, "", change)
		changeStrings(value, "", change)
		own.SetMapIndex(ownKey, value)
	}
	v.Set(own)
}
