package version

import (
	"cmp"
	"strings"
)

// compareNumberLists orders versions that are nothing but numbers, position by
// position. A list that goes on is newer, even with zero: 1.0 precedes 1.0.0.
// R divides the numbers by dots or hyphens (?compareVersion), Haskell by
// dots (Data.Version).
func compareNumberLists(s Scheme, a, b string) (int, error) {
	separators := "."
	if s == CRAN {
		separators = ".-"
	}
	for _, v := range [...]string{a, b} {
		if !isNumberList(v, separators) {
			return 0, &InvalidError{s, v, "it is not a list of numbers"}
		}
	}
	for a != "" && b != "" {
		var x, y string
		x, a = cutDigits(strings.TrimLeft(a, separators))
		y, b = cutDigits(strings.TrimLeft(b, separators))
		if c := compareNumbers(x, y); c != 0 {
			return c, nil
		}
	}
	return cmp.Compare(len(a), len(b)), nil // at least one is used up
}

// isNumberList reports whether v is runs of digits with one separator between
// two of them.
func isNumberList(v, separators string) bool {
	for {
		digits, rest := cutDigits(v)
		if digits == "" {
			return false
		}
		if rest == "" {
			return true
		}
		if strings.IndexByte(separators, rest[0]) < 0 {
			return false
		}
		v = rest[1:]
	}
}
