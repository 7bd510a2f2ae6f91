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

// snippet are the fields of one or more lines that people paste.
var snippet = map[string]bool{"Command": true, "Patch": true}

// escaped gives the document in which every string is safe to show,
// so that no format can forget one.
func escaped(d *Document) *Document {
	return withStrings(d, func(field, s string) string {
		switch {
		case prose[field]:
			s = strings.Join(strings.Fields(s), " ")
		case snippet[field]:
			return escapeLines(s)
		}
		return Escape(s)
	})
}

// escapeLines keeps the lines of a snippet. None of them may begin like a
// workflow command of a CI system, before which blanks do not help.
func escapeLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		line = Escape(strings.ReplaceAll(line, "\t", "    "))
		if text := strings.TrimLeft(line, " "); strings.HasPrefix(text, "::") || strings.HasPrefix(text, "##") {
			line = strings.TrimSuffix(line, text) + fmt.Sprintf(`\x%02x`, text[0]) + text[1:]
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// validUTF8 gives the document in which bytes that are not UTF-8 are
// written out, as JSON cannot hold them.
func validUTF8(d *Document) *Document {
	return withStrings(d, func(_, s string) string { return escapeInvalid(s) })
}

// withStrings gives the document with change applied to every string in it.
// What needs no change is shared with the document, as that is nearly all.
func withStrings(d *Document, change func(field, s string) string) *Document {
	out, _ := changed(reflect.ValueOf(*d), "", change)
	result := out.Interface().(Document)
	return &result
}

// changed gives a value with its strings changed, and whether any was. What
// has a changed string in it is copied. Fields that are not exported (those of
// time.Time) stay as they are.
func changed(v reflect.Value, field string, change func(field, s string) string) (reflect.Value, bool) {
	switch v.Kind() {
	case reflect.String:
		old := v.String()
		s := change(field, old)
		if s == old {
			return v, false
		}
		return reflect.ValueOf(s).Convert(v.Type()), true
	case reflect.Pointer:
		element, different := changed(v.Elem(), field, change)
		if !different {
			return v, false
		}
		own := reflect.New(v.Type().Elem())
		own.Elem().Set(element)
		return own, true
	case reflect.Slice:
		return changedSlice(v, field, change)
	case reflect.Map:
		return changedMap(v, change)
	case reflect.Struct:
		return changedStruct(v, change)
	}
	return v, false
}

func changedSlice(v reflect.Value, field string, change func(field, s string) string) (reflect.Value, bool) {
	own, different := v, false
	for i := range v.Len() {
		element, differs := changed(v.Index(i), field, change)
		if !differs {
			continue
		}
		if !different {
			own, different = reflect.MakeSlice(v.Type(), v.Len(), v.Len()), true
			reflect.Copy(own, v)
		}
		own.Index(i).Set(element)
	}
	return own, different
}

func changedStruct(v reflect.Value, change func(field, s string) string) (reflect.Value, bool) {
	own, different := v, false
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		value, differs := changed(v.Field(i), field.Name, change)
		if !differs {
			continue
		}
		if !different {
			own, different = reflect.New(v.Type()).Elem(), true
			own.Set(v)
		}
		own.Field(i).Set(value)
	}
	return own, different
}

func changedMap(v reflect.Value, change func(field, s string) string) (reflect.Value, bool) {
	own, different := reflect.MakeMapWithSize(v.Type(), v.Len()), false
	for entries := v.MapRange(); entries.Next(); {
		key, keyDiffers := changed(entries.Key(), "", change)
		value, valueDiffers := changed(entries.Value(), "", change)
		own.SetMapIndex(key, value)
		different = different || keyDiffers || valueDiffers
	}
	if !different {
		return v, false
	}
	return own, true
}
