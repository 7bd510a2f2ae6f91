package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
)

// escapedAsYAML rewrites the one thing of JSON that YAML does not have: a
// character beyond U+FFFF that is escaped as two surrogates ("\ud83d\ude00"),
// as many programs write it. YAML has eight digits for it. Half of such a pair
// becomes U+FFFD, as in Go's decoder.
func escapedAsYAML(content []byte) []byte {
	trimmed := bytes.TrimLeft(content, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' || !hasSurrogate(content) || !json.Valid(content) {
		return content
	}
	out := make([]byte, 0, len(content))
	for i := 0; i < len(content); i++ {
		if content[i] != '\\' {
			out = append(out, content[i])
			continue
		}
		first, isUnit := codeUnit(content[i:])
		if !isUnit || !utf16.IsSurrogate(first) {
			out = append(out, content[i], content[i+1]) // JSON always has one after a backslash
			i++
			continue
		}
		i += 5
		second, _ := codeUnit(content[i+1:])
		if r := utf16.DecodeRune(first, second); r != '\uFFFD' {
			out = fmt.Appendf(out, `\U%08x`, r)
			i += 6
			continue
		}
		out = append(out, `\ufffd`...)
	}
	return out
}

func hasSurrogate(content []byte) bool {
	return bytes.Contains(content, []byte(`\ud`)) || bytes.Contains(content, []byte(`\uD`))
}

// codeUnit reads \uXXXX at the beginning of text.
func codeUnit(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit), err == nil
}
