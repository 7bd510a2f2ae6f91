package version

import (
	"cmp"
	"strings"
)

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// cutDigits splits s behind its leading ASCII digits.
func cutDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

// cutLetters splits s behind its leading ASCII letters.
func cutLetters(s string) (letters, rest string) {
	n := 0
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

// isNumber reports whether s is one or more ASCII digits.
func isNumber(s string) bool {
	digits, rest := cutDigits(s)
	return digits != "" && rest == ""
}

// trimZeros drops leading zeros; zero itself becomes empty.
func trimZeros(s string) string {
	n := 0
	for n < len(s) && s[n] == '0' {
		n++
	}
	return s[n:]
}

// compareNumbers orders two runs of ASCII digits as whole numbers of any size.
// An empty run counts as zero.
func compareNumbers(a, b string) int {
	a, b = trimZeros(a), trimZeros(b)
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

// compareFold orders ASCII text bytewise as if all of it were lower case.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// first returns the first byte of s, or 0 at its end.
func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}
