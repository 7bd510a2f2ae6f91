package version

import (
	"cmp"
	"strings"
)

// compareRPM orders [epoch:]version[-release] as rpm's rpmverCmp does: any text
// has a place, a missing epoch is 0, and a missing release precedes every
// release. (A dependency without release matches them all, which would not be
// an order; for an advisory "fixed in 1.0" both readings agree.)
func compareRPM(a, b string) int {
	x, y := parseRPM(a), parseRPM(b)
	if c := compareRPMPart(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := compareRPMPart(x.version, y.version); c != 0 {
		return c
	}
	if x.hasRelease && y.hasRelease {
		return compareRPMPart(x.release, y.release)
	}
	switch {
	case x.hasRelease:
		return 1
	case y.hasRelease:
		return -1
	}
	return 0
}

type rpmVersion struct {
	epoch, version, release string
	hasRelease              bool
}

func parseRPM(s string) rpmVersion {
	v := rpmVersion{epoch: "0", version: s}
	if epoch, rest := cutDigits(s); strings.HasPrefix(rest, ":") {
		v.version = rest[1:]
		if epoch != "" {
			v.epoch = epoch
		}
	}
	if i := strings.LastIndexByte(v.version, '-'); i >= 0 {
		v.version, v.release, v.hasRelease = v.version[:i], v.version[i+1:], true
	}
	return v
}

// rpmNext is what follows in a version, in its order: 1.0~rc1 precedes 1.0,
// which precedes 1.0^git1, which precedes 1.0.1.
type rpmNext uint8

const (
	rpmTilde rpmNext = iota
	rpmEnd
	rpmCaret
	rpmRun // of digits or of letters
)

// compareRPMPart is rpmvercmp, see rpm-version(7): runs of digits and of
// letters in turn, while other characters only separate them.
func compareRPMPart(a, b string) int {
	for {
		a, b = trimRPMSeparators(a), trimRPMSeparators(b)
		next := rpmNextOf(a)
		if c := cmp.Compare(next, rpmNextOf(b)); c != 0 {
			return c
		}
		switch next {
		case rpmEnd:
			return 0
		case rpmTilde, rpmCaret:
			a, b = a[1:], b[1:]
		case rpmRun:
			var c int
			if c, a, b = compareRPMRun(a, b); c != 0 {
				return c
			}
		}
	}
}

func rpmNextOf(s string) rpmNext {
	switch first(s) {
	case 0:
		return rpmEnd
	case '~':
		return rpmTilde
	case '^':
		return rpmCaret
	}
	return rpmRun
}

// compareRPMRun compares the leading runs of a and b and returns what follows
// them. Digits are newer than letters.
func compareRPMRun(a, b string) (c int, restA, restB string) {
	cut, compare, otherKind := cutLetters, strings.Compare, -1
	if isDigit(a[0]) {
		cut, compare, otherKind = cutDigits, compareNumbers, 1
	}
	x, restA := cut(a)
	y, restB := cut(b)
	if y == "" {
		return otherKind, restA, restB
	}
	return compare(x, y), restA, restB
}

func trimRPMSeparators(s string) string {
	for s != "" && !isDigit(s[0]) && !isLetter(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}
