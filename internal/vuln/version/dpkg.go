package version

import (
	"cmp"
	"math"
	"strings"
)

// compareDpkg orders Debian versions, deb-version(7). Like dpkg it compares
// versions with characters that the policy forbids, and refuses spaces, an
// epoch that is no 32-bit number, and an empty part.
func compareDpkg(a, b string) (int, error) {
	x, err := parseDpkg(a)
	if err != nil {
		return 0, err
	}
	y, err := parseDpkg(b)
	if err != nil {
		return 0, err
	}
	if c := compareNumbers(x.epoch, y.epoch); c != 0 {
		return c, nil
	}
	if c := compareDpkgPart(x.upstream, y.upstream); c != 0 {
		return c, nil
	}
	return compareDpkgPart(x.revision, y.revision), nil
}

const maxDpkgEpoch = "2147483647"

// dpkgVersion has the parts of epoch:upstream-revision. A missing epoch is
// zero; a missing revision equals "0".
type dpkgVersion struct {
	epoch, upstream, revision string
}

func parseDpkg(s string) (dpkgVersion, error) {
	v := dpkgVersion{upstream: strings.TrimSpace(s)}
	if strings.ContainsAny(v.upstream, " \t\n\v\f\r") {
		return v, &InvalidError{Dpkg, s, "it has a space inside"}
	}
	if i := strings.IndexByte(v.upstream, ':'); i >= 0 {
		v.epoch, v.upstream = v.upstream[:i], v.upstream[i+1:]
		if !isNumber(v.epoch) || compareNumbers(v.epoch, maxDpkgEpoch) > 0 {
			return v, &InvalidError{Dpkg, s, "its epoch is no number up to 2147483647"}
		}
	}
	if i := strings.LastIndexByte(v.upstream, '-'); i >= 0 {
		v.upstream, v.revision = v.upstream[:i], v.upstream[i+1:]
		if v.revision == "" {
			return v, &InvalidError{Dpkg, s, "its revision is empty"}
		}
	}
	if v.upstream == "" {
		return v, &InvalidError{Dpkg, s, "it has no upstream version"}
	}
	return v, nil
}

// compareDpkgPart compares an upstream version or a revision: in turn a run of
// other characters and a run of digits.
func compareDpkgPart(a, b string) int {
	for a != "" || b != "" {
		for (a != "" && !isDigit(a[0])) || (b != "" && !isDigit(b[0])) {
			if c := cmp.Compare(dpkgWeight(a), dpkgWeight(b)); c != 0 {
				return c
			}
			a, b = a[1:], b[1:]
		}
		var x, y string
		x, a = cutDigits(a)
		y, b = cutDigits(b)
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// dpkgWeight ranks the first character of s: "~" before the end of the part,
// then letters, then everything else.
func dpkgWeight(s string) int {
	switch {
	case s == "" || isDigit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case isLetter(s[0]):
		return int(s[0])
	default:
		return int(s[0]) + math.MaxUint8 + 1
	}
}
