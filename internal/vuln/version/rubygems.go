package version

import "strings"

// compareRubyGems orders versions as Gem::Version#<=> does.
func compareRubyGems(a, b string) (int, error) {
	var bufferA, bufferB [16]string
	x, ok := gemSegments(bufferA[:0], a)
	if !ok {
		return 0, &InvalidError{RubyGems, a, "it is not made of numbers and letters between dots"}
	}
	y, ok := gemSegments(bufferB[:0], b)
	if !ok {
		return 0, &InvalidError{RubyGems, b, "it is not made of numbers and letters between dots"}
	}
	for i := range max(len(x), len(y)) {
		if c := compareGemSegments(gemSegment(x, i), gemSegment(y, i)); c != 0 {
			return c, nil
		}
	}
	return 0, nil
}

// gemSegments appends the canonical segments of v to dst: runs of digits
// without leading zeros (so that zero is empty) and runs of letters. Zeros at
// the end and right before the first letters do not count. A hyphen stands for
// ".pre.". It returns false where Gem::Version.correct? does.
func gemSegments(dst []string, v string) ([]string, bool) {
	v = strings.TrimSpace(v)
	if !isGemVersion(v) {
		return dst, false
	}
	numbersOnly := true
	for v != "" {
		segment, rest := cutGemSegment(v)
		v = rest
		if numbersOnly && segment != "" && !isDigit(segment[0]) {
			dst = trimEmptyTail(dst)
			numbersOnly = false
		}
		dst = append(dst, segment)
		v = strings.TrimLeft(v, ".")
	}
	return trimEmptyTail(dst), true
}

// cutGemSegment splits v, which does not begin with a dot, behind its first
// segment.
func cutGemSegment(v string) (segment, rest string) {
	switch {
	case v[0] == '-':
		return "pre", v[1:]
	case isDigit(v[0]):
		digits, rest := cutDigits(v)
		return trimZeros(digits), rest
	default:
		return cutLetters(v)
	}
}

func trimEmptyTail(segments []string) []string {
	for len(segments) > 0 && segments[len(segments)-1] == "" {
		segments = segments[:len(segments)-1]
	}
	return segments
}

// isGemVersion checks the pattern of Gem::Version: a number, then letters and
// digits between single dots; behind a hyphen also more hyphens.
func isGemVersion(v string) bool {
	digits, _ := cutDigits(v)
	if digits == "" || len(digits) < len(v) && v[len(digits)] != '.' && v[len(digits)] != '-' {
		return false
	}
	inPart, hyphen := true, false
	for i := len(digits); i < len(v); i++ {
		switch c := v[i]; {
		case isDigit(c) || isLetter(c) || c == '-' && hyphen:
			inPart = true
		case (c == '.' || c == '-') && inPart:
			inPart = false
			hyphen = hyphen || c == '-'
		default:
			return false
		}
	}
	return inPart
}

func gemSegment(segments []string, i int) string {
	if i < len(segments) {
		return segments[i]
	}
	return "" // zero
}

// compareGemSegments puts letters before every number, even before a missing
// one: 1.0.rc1 precedes 1.0.
func compareGemSegments(a, b string) int {
	numberA, numberB := a == "" || isDigit(a[0]), b == "" || isDigit(b[0])
	switch {
	case numberA && numberB:
		return compareNumbers(a, b)
	case numberA:
		return 1
	case numberB:
		return -1
	}
	return strings.Compare(a, b)
}
