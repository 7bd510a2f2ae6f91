package version

import (
	"cmp"
	"strings"
)

// composerRank orders the parts of a normalized Composer version, as PHP's
// version_compare does.
type composerRank uint8

const (
	composerDev composerRank = iota
	composerAlpha
	composerBeta
	composerRC
	composerNumber
	composerPatch
)

// composerPart is a part of a normalized version: 1.2-rc3 is 1 2 0 0 RC 3.
type composerPart struct {
	rank   composerRank
	number string // of a composerNumber
}

// composerStabilities are in the order in which VersionParser tries them. Its
// "stable" is no part of the normalized version.
var composerStabilities = [...]struct {
	word string
	rank composerRank
}{
	{"stable", composerNumber},
	{"beta", composerBeta},
	{"b", composerBeta},
	{"rc", composerRC},
	{"alpha", composerAlpha},
	{"a", composerAlpha},
	{"patch", composerPatch},
	{"pl", composerPatch},
	{"p", composerPatch},
}

// composerWildcard is what normalize writes for the open part of a branch's
// name: 1.x-dev is 1.9999999.9999999.9999999-dev.
const composerWildcard = "9999999"

// compareComposer orders versions as composer/semver does: both normalized by
// VersionParser::normalize, then by PHP's version_compare. Branches without a
// number (dev-main) have no order and are an error.
func compareComposer(a, b string) (int, error) {
	var bufferA, bufferB [12]composerPart
	x, ok := parseComposer(bufferA[:0], a)
	if !ok {
		return 0, &InvalidError{Composer, a, "it is a branch or no version"}
	}
	y, ok := parseComposer(bufferB[:0], b)
	if !ok {
		return 0, &InvalidError{Composer, b, "it is a branch or no version"}
	}
	shared := min(len(x), len(y))
	for i := range shared {
		if c := cmp.Compare(x[i].rank, y[i].rank); c != 0 {
			return c, nil
		}
		if c := compareNumbers(x[i].number, y[i].number); c != 0 {
			return c, nil
		}
	}
	if len(x) > shared {
		return x[shared].compareToEnd(), nil
	}
	if len(y) > shared {
		return -y[shared].compareToEnd(), nil
	}
	return 0, nil
}

// compareToEnd compares the first part that the other version lacks: a number
// makes newer, even zero, and so does a patch; all else is a pre-release.
func (p composerPart) compareToEnd() int {
	if p.rank >= composerNumber {
		return 1
	}
	return -1
}

// parseComposer appends the normalized parts of v to dst. It returns false
// where normalize throws, and for branches without number.
func parseComposer(dst []composerPart, v string) ([]composerPart, bool) {
	v = strings.TrimSpace(v)
	v = trimComposerFlag(v)
	if version, build, found := strings.Cut(v, "+"); found && build != "" {
		v = version
	}
	if v != "" && lower(v[0]) == 'v' {
		v = v[1:]
	}
	if parts, rest, ok := composerClassic(dst, v); ok {
		if parts, ok = composerModifier(parts, rest); ok {
			return parts, true
		}
	}
	if parts, rest, ok := composerDate(dst, v); ok {
		if parts, ok = composerModifier(parts, rest); ok {
			return parts, true
		}
	}
	return composerBranch(dst, v)
}

// trimComposerFlag drops a stability flag: "1.0@beta".
func trimComposerFlag(v string) string {
	i := strings.LastIndexByte(v, '@')
	if i < 0 {
		return v
	}
	for _, flag := range [...]string{"stable", "RC", "beta", "alpha", "dev"} {
		if strings.EqualFold(v[i+1:], flag) {
			return v[:i]
		}
	}
	return v
}

// composerClassic reads one to four numbers, filled up to four with zeros, of
// which the first has at most five digits. More than four, which normalize
// refuses, are taken as well: bounds of advisories have them.
func composerClassic(dst []composerPart, v string) (parts []composerPart, rest string, ok bool) {
	digits, rest := cutDigits(v)
	if digits == "" || len(digits) > 5 {
		return dst, v, false
	}
	dst = append(dst, composerPart{composerNumber, digits})
	for len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
		digits, rest = cutDigits(rest[1:])
		dst = append(dst, composerPart{composerNumber, digits})
	}
	for len(dst) < 4 {
		dst = append(dst, composerPart{rank: composerNumber})
	}
	return dst, rest, true
}

// composerDate reads a date such as 20240131, 2024-01-31 or 2024.01.31.1200: a
// year, one to six pairs of digits, up to two numbers of at most three digits.
// The separators divide it into parts.
func composerDate(dst []composerPart, v string) (parts []composerPart, rest string, ok bool) {
	if digits, _ := cutDigits(v); len(digits) < 4 {
		return dst, v, false
	}
	end := 4
	for range 6 {
		end = composerDateField(v, end, 2, 2)
	}
	if end == 4 {
		return dst, v, false
	}
	for range 2 {
		end = composerDateField(v, end, 1, 3)
	}
	for date := v[:end]; date != ""; {
		var digits string
		digits, date = cutDigits(strings.TrimLeft(date, composerDateSeparators))
		dst = append(dst, composerPart{composerNumber, digits})
	}
	return dst, v[end:], true
}

const composerDateSeparators = ".:-"

// composerDateField returns the end of the field at v[start:], which is an
// optional separator and least to most digits; start itself if there is none.
func composerDateField(v string, start, least, most int) int {
	end := start
	if strings.IndexByte(composerDateSeparators, first(v[start:])) >= 0 {
		end++
	}
	digits, _ := cutDigits(v[end:])
	if len(digits) < least {
		return start
	}
	return end + min(len(digits), most)
}

// composerModifier appends the stability, its numbers and "dev", which must
// make up all of v.
func composerModifier(dst []composerPart, v string) ([]composerPart, bool) {
	if v != "" && strings.IndexByte("._-", v[0]) >= 0 {
		v = v[1:]
	}
	if parts, ok := composerDevEnd(dst, v); ok {
		return parts, true
	}
	for _, stability := range composerStabilities {
		n := len(stability.word)
		if len(v) < n || !strings.EqualFold(v[:n], stability.word) {
			continue
		}
		parts := append(dst, composerPart{rank: stability.rank})
		parts, rest := composerNumbers(parts, v[n:])
		if parts, ok := composerDevEnd(parts, rest); ok {
			if stability.word == "stable" {
				return dst, true
			}
			return parts, true
		}
	}
	return dst, false
}

// composerNumbers appends the numbers that v begins with, each behind an
// optional dot or hyphen.
func composerNumbers(dst []composerPart, v string) (parts []composerPart, rest string) {
	for {
		digits, rest := cutDigits(trimComposerSeparator(v))
		if digits == "" {
			return dst, v
		}
		dst = append(dst, composerPart{composerNumber, digits})
		v = rest
	}
}

// composerDevEnd accepts the end of a version or a "dev" before it.
func composerDevEnd(dst []composerPart, v string) ([]composerPart, bool) {
	if v == "" {
		return dst, true
	}
	if strings.EqualFold(trimComposerSeparator(v), "dev") {
		return append(dst, composerPart{rank: composerDev}), true
	}
	return dst, false
}

func trimComposerSeparator(v string) string {
	if v != "" && (v[0] == '.' || v[0] == '-') {
		return v[1:]
	}
	return v
}

// composerBranch reads the name of a numeric branch, "2.x-dev", as
// VersionParser::normalizeBranch does.
func composerBranch(dst []composerPart, v string) ([]composerPart, bool) {
	n := len(v) - len("dev")
	if n < 1 || !strings.EqualFold(v[n:], "dev") {
		return dst, false
	}
	digits, rest := cutDigits(v[:n])
	if digits == "" {
		return dst, false
	}
	if rest != "" && strings.IndexByte(".-", rest[len(rest)-1]) >= 0 {
		rest = rest[:len(rest)-1]
	}
	dst = append(dst, composerPart{composerNumber, digits})
	for len(dst) < 4 {
		digits, rest = cutComposerWildcard(rest)
		dst = append(dst, composerPart{composerNumber, digits})
	}
	return append(dst, composerPart{rank: composerDev}), rest == ""
}

// cutComposerWildcard splits s behind ".1", ".x" or ".*". What is missing
// counts as a wildcard.
func cutComposerWildcard(s string) (digits, rest string) {
	if len(s) < 2 || s[0] != '.' {
		return composerWildcard, s
	}
	if strings.IndexByte("xX*", s[1]) >= 0 {
		return composerWildcard, s[2:]
	}
	if digits, rest = cutDigits(s[1:]); digits == "" {
		return composerWildcard, s
	}
	return digits, rest
}
