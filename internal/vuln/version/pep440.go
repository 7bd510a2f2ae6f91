package version

import (
	"cmp"
	"strings"
)

// pep440 has the parts of a version of the Python packaging specification
// "Version specifiers", section "Summary of permitted suffixes and relative
// ordering", in any of the spellings that it normalizes.
type pep440 struct {
	epoch, release string // release: numbers between dots
	pre            pep440Part
	post, dev      pep440Part // their kind is pepNone or pepPresent
	local          string
}

// pep440Part is a suffix with its number, which may be missing and is then zero.
type pep440Part struct {
	kind   pepKind
	number string
}

// pepKind orders pre-releases; see (*pep440).preRank for those without one.
type pepKind uint8

const (
	pepNone pepKind = iota
	pepPresent
	pepAlpha
	pepBeta
	pepRC
	pepFinal
)

// pep440Words are the spellings of the suffixes. Of two that begin alike the
// longer one stands first.
var (
	pep440PreWords = []pep440Word{
		{"alpha", pepAlpha},
		{"a", pepAlpha},
		{"beta", pepBeta},
		{"b", pepBeta},
		{"preview", pepRC},
		{"pre", pepRC},
		{"rc", pepRC},
		{"c", pepRC},
	}
	pep440PostWords = []pep440Word{{"post", pepPresent}, {"rev", pepPresent}, {"r", pepPresent}}
	pep440DevWords  = []pep440Word{{"dev", pepPresent}}
)

type pep440Word struct {
	text string
	kind pepKind
}

// comparePEP440 orders Python versions. What the specification does not allow
// ("2004d") precedes every version that it allows, in the order that setuptools
// and pip used until packaging 22 refused such versions.
func comparePEP440(a, b string) int {
	x, okX := parsePEP440(a)
	y, okY := parsePEP440(b)
	switch {
	case okX && okY:
		return x.compare(&y)
	case okX:
		return 1
	case okY:
		return -1
	}
	return compareLegacyPython(a, b)
}

func (v *pep440) compare(w *pep440) int {
	if c := compareNumbers(v.epoch, w.epoch); c != 0 {
		return c
	}
	if c := compareDottedNumbers(v.release, w.release); c != 0 {
		return c
	}
	if c := cmp.Compare(v.preRank(), w.preRank()); c != 0 {
		return c
	}
	if c := compareNumbers(v.pre.number, w.pre.number); c != 0 {
		return c
	}
	if c := v.post.compare(w.post); c != 0 {
		return c
	}
	if c := v.compareDev(w); c != 0 {
		return c
	}
	return comparePEP440Local(v.local, w.local)
}

// preRank puts 1.0.dev1 before 1.0a1, and 1.0 and 1.0.post1.dev1 behind 1.0rc1.
func (v *pep440) preRank() pepKind {
	if v.pre.kind != pepNone {
		return v.pre.kind
	}
	if v.post.kind == pepNone && v.dev.kind != pepNone {
		return pepNone
	}
	return pepFinal
}

func (p pep440Part) compare(q pep440Part) int {
	if p.kind != q.kind {
		return cmp.Compare(p.kind, q.kind)
	}
	return compareNumbers(p.number, q.number)
}

// compareDev puts a development release before the version it leads to.
func (v *pep440) compareDev(w *pep440) int {
	if v.dev.kind != w.dev.kind {
		return cmp.Compare(w.dev.kind, v.dev.kind)
	}
	return compareNumbers(v.dev.number, w.dev.number)
}

// comparePEP440Local orders local versions ("+ubuntu.1"): none before any, text
// before numbers, the shorter list first.
func comparePEP440Local(a, b string) int {
	for a != "" && b != "" {
		x, restA := cutPEP440Segment(a)
		y, restB := cutPEP440Segment(b)
		numberX, numberY := isNumber(x), isNumber(y)
		switch {
		case numberX && !numberY:
			return 1
		case numberY && !numberX:
			return -1
		case numberX:
			if c := compareNumbers(x, y); c != 0 {
				return c
			}
		default:
			if c := compareFold(x, y); c != 0 {
				return c
			}
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b)) // at least one is used up
}

func cutPEP440Segment(s string) (segment, rest string) {
	if i := strings.IndexAny(s, "-_."); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// parsePEP440 follows appendix B of PEP 440, the regular expression for
// parsing; it returns false for what that does not match.
func parsePEP440(s string) (v pep440, ok bool) {
	s = strings.TrimSpace(s)
	if s != "" && lower(s[0]) == 'v' {
		s = s[1:]
	}
	if digits, rest := cutDigits(s); digits != "" && first(rest) == '!' {
		v.epoch, s = digits, rest[1:]
	}
	n := numbersLength(s)
	if n == 0 {
		return v, false
	}
	v.release, s = s[:n], s[n:]
	if s == "" {
		return v, true
	}
	v.pre, s = cutPEP440Part(s, pep440PreWords)
	v.post, s = cutPEP440Post(s)
	v.dev, s = cutPEP440Part(s, pep440DevWords)
	if s == "" {
		return v, true
	}
	v.local = s[1:]
	return v, s[0] == '+' && isPEP440Local(v.local)
}

// cutPEP440Part splits s behind a suffix: an optional separator, one of words,
// an optional separator and an optional number.
func cutPEP440Part(s string, words []pep440Word) (part pep440Part, rest string) {
	text := trimPEP440Separator(s)
	for _, word := range words {
		if n := len(word.text); len(text) >= n && strings.EqualFold(text[:n], word.text) {
			part.kind = word.kind
			part.number, rest = cutDigits(trimPEP440Separator(text[n:]))
			return part, rest
		}
	}
	return part, s
}

// cutPEP440Post also takes the implicit form of a post-release, "-1".
func cutPEP440Post(s string) (part pep440Part, rest string) {
	if first(s) == '-' {
		if digits, rest := cutDigits(s[1:]); digits != "" {
			return pep440Part{pepPresent, digits}, rest
		}
	}
	return cutPEP440Part(s, pep440PostWords)
}

func trimPEP440Separator(s string) string {
	if c := first(s); c == '-' || c == '_' || c == '.' {
		return s[1:]
	}
	return s
}

// isPEP440Local checks for letters and digits with single separators between.
func isPEP440Local(s string) bool {
	inSegment := false
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c) || isLetter(c):
			inSegment = true
		case (c == '-' || c == '_' || c == '.') && inSegment:
			inSegment = false
		default:
			return false
		}
	}
	return inSegment
}
