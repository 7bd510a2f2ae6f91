package version

import (
	"cmp"
	"strings"
)

// apkToken is a part of an apk version: 1.2.3b_rc4~0f3e-r5. Their order is
// significant: where two versions differ in kind, the later kind sorts first,
// so that 1.2.1 follows 1.2b, which follows 1.2_p1, then 1.2-r1, then 1.2.
type apkToken uint8

const (
	apkInitialDigits apkToken = iota
	apkDigits
	apkLetter
	apkSuffix
	apkSuffixNumber
	apkCommitHash
	apkRevision
	apkEnd
	apkInvalid
)

// apkSuffixes are in their order; those before the empty one precede the
// version without suffix.
var apkSuffixes = [...]string{"alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"}

const apkNoSuffix = 4

// compareAPK orders versions as apk-tools 3 does (src/version.c). They have a
// place there even with an invalid tail, which comes right before the version
// without it; only a version that does not begin with a digit is an error.
//
// Two things go beyond it, since Alpine's advisories name such versions: digits
// behind the letter (sudo 1.9.5p2) count, as in apk-tools 2; and where both
// tails are invalid, which is "equal" to apk, their text decides as in dpkg.
// apk-tools 2 differs for leading zeros: it has 1.0015 behind 1.002.
func compareAPK(a, b string) (int, error) {
	x, y := newAPKScanner(a), newAPKScanner(b)
	if x.kind == apkInvalid {
		return 0, &InvalidError{APK, a, "it does not begin with a digit"}
	}
	if y.kind == apkInvalid {
		return 0, &InvalidError{APK, b, "it does not begin with a digit"}
	}
	for x.kind == y.kind && x.kind < apkEnd {
		if c := x.compareValue(&y); c != 0 {
			return c, nil
		}
		x.next()
		y.next()
	}
	switch {
	case x.kind == y.kind: // both apkEnd or both apkInvalid
		return compareDpkgPart(x.rest, y.rest), nil
	case x.isPreRelease():
		return -1, nil
	case y.isPreRelease():
		return 1, nil
	}
	return cmp.Compare(y.kind, x.kind), nil
}

// apkScanner stands on one token of a version.
type apkScanner struct {
	kind   apkToken
	value  string // the token's text; of a suffix its name
	suffix int    // index into apkSuffixes
	rest   string
}

func newAPKScanner(v string) apkScanner {
	s := apkScanner{rest: v}
	s.takeDigits(apkInitialDigits)
	return s
}

// next moves to the following token; what may not follow becomes apkInvalid.
func (s *apkScanner) next() {
	switch c := first(s.rest); {
	case s.rest == "":
		s.kind = apkEnd
	case c == '.' && s.kind <= apkDigits:
		s.rest = s.rest[1:]
		s.takeDigits(apkDigits)
	case 'a' <= c && c <= 'z' && s.kind <= apkDigits:
		s.kind, s.value, s.rest = apkLetter, s.rest[:1], s.rest[1:]
	case isDigit(c) && s.kind == apkLetter:
		s.takeDigits(apkDigits)
	case isDigit(c) && s.kind == apkSuffix:
		s.takeDigits(apkSuffixNumber)
	case c == '_' && s.kind <= apkSuffixNumber:
		s.takeSuffix()
	case c == '~' && s.kind < apkCommitHash:
		s.takeCommitHash()
	case strings.HasPrefix(s.rest, "-r") && s.kind < apkRevision:
		s.rest = s.rest[len("-r"):]
		s.takeDigits(apkRevision)
	default:
		s.kind = apkInvalid
	}
}

func (s *apkScanner) takeDigits(kind apkToken) {
	s.kind = kind
	s.value, s.rest = cutDigits(s.rest)
	if s.value == "" {
		s.kind = apkInvalid
	}
}

func (s *apkScanner) takeSuffix() {
	s.kind = apkInvalid
	name, n := s.rest[1:], 0
	for n < len(name) && 'a' <= name[n] && name[n] <= 'z' {
		n++
	}
	for i, suffix := range apkSuffixes {
		if i != apkNoSuffix && name[:n] == suffix {
			s.kind, s.suffix, s.value, s.rest = apkSuffix, i, suffix, name[n:]
		}
	}
}

func (s *apkScanner) takeCommitHash() {
	hash, n := s.rest[1:], 0
	for n < len(hash) && (isDigit(hash[n]) || 'a' <= hash[n]|0x20 && hash[n]|0x20 <= 'f') {
		n++
	}
	s.kind, s.value, s.rest = apkCommitHash, hash[:n], hash[n:]
	if n == 0 {
		s.kind = apkInvalid
	}
}

// compareValue compares two tokens of the same kind.
func (s *apkScanner) compareValue(t *apkScanner) int {
	switch s.kind {
	case apkDigits:
		// The digits behind a dot are a decimal fraction where they begin with 0.
		if s.value[0] == '0' || t.value[0] == '0' {
			return strings.Compare(s.value, t.value)
		}
		return compareNumbers(s.value, t.value)
	case apkInitialDigits, apkSuffixNumber, apkRevision:
		return compareNumbers(s.value, t.value)
	case apkSuffix:
		return cmp.Compare(s.suffix, t.suffix)
	default:
		return strings.Compare(s.value, t.value)
	}
}

func (s *apkScanner) isPreRelease() bool {
	return s.kind == apkSuffix && s.suffix < apkNoSuffix
}
