package version

import (
	"slices"
	"strings"
)

// compareLegacyPython orders what is no PEP 440 version as pkg_resources did
// before PEP 440 (packaging's LegacyVersion, last in packaging 21.3).
func compareLegacyPython(a, b string) int {
	return slices.Compare(legacyPythonKey(a), legacyPythonKey(b))
}

// The words of a key for the end of the version and for a hyphen.
const (
	legacyFinal  = "*final"
	legacyHyphen = "*final-"
)

// legacyPythonKey returns the parts of a version as text that sorts bytewise:
// numbers filled up to eight digits, and words behind "*", which precedes every
// digit. The end is a word too, so that alpha precedes it.
func legacyPythonKey(v string) []string {
	var key []string
	for rest := strings.ToLower(v); rest != ""; {
		var part string
		part, rest = cutLegacyPython(rest)
		switch {
		case part == ".":
		case isDigit(part[0]):
			key = append(key, strings.Repeat("0", max(8-len(part), 0))+part)
		default:
			key = appendLegacyWord(key, legacyWord(part))
		}
	}
	return appendLegacyWord(key, legacyFinal)
}

// appendLegacyWord appends a word. Zeros before it do not count, nor do hyphens
// before a pre-release.
func appendLegacyWord(key []string, word string) []string {
	if word < legacyFinal {
		key = trimTail(key, legacyHyphen)
	}
	return append(trimTail(key, "00000000"), word)
}

func trimTail(key []string, part string) []string {
	for len(key) > 0 && key[len(key)-1] == part {
		key = key[:len(key)-1]
	}
	return key
}

func legacyWord(part string) string {
	switch part {
	case "pre", "preview", "rc":
		return "*c"
	case "dev":
		return "*@"
	case "-":
		return legacyHyphen
	}
	return "*" + part
}

// cutLegacyPython splits s behind its first part: digits, letters, a dot, a
// hyphen, or everything up to one of these.
func cutLegacyPython(s string) (part, rest string) {
	switch {
	case isDigit(s[0]):
		return cutDigits(s)
	case isLetter(s[0]):
		return cutLetters(s)
	case s[0] == '.' || s[0] == '-':
		return s[:1], s[1:]
	}
	n := 1
	for n < len(s) && !isDigit(s[n]) && !isLetter(s[n]) && s[n] != '.' && s[n] != '-' {
		n++
	}
	return s[:n], s[n:]
}
