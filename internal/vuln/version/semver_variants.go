package version

import (
	"cmp"
	"strconv"
	"strings"
)

// compareNuGetLabel orders release labels as NuGet.Versioning.VersionComparer
// does: those that fit an int32 as numbers, before text; text without case.
func compareNuGetLabel(a, b string) int {
	numberA, okA := parseInt32(a)
	numberB, okB := parseInt32(b)
	switch {
	case okA && okB:
		return cmp.Compare(numberA, numberB)
	case okA:
		return -1
	case okB:
		return 1
	}
	return compareFold(a, b)
}

func parseInt32(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	if !isNumber(digits) || len(trimZeros(digits)) > len("2147483648") {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return n, err == nil
}

// compareBitnamiSuffix takes a suffix that begins with a number as the revision
// of Bitnami's package: 1.2.3-1 follows 1.2.3, which is revision 0. Any other
// suffix is a pre-release, since Bitnami's advisories name 2.6.0-rc1. (Their
// bitnami/go-version, which only sees packages, takes all for revisions and
// puts 1.2.3 before 1.2.3-0.)
func compareBitnamiSuffix(x, y identifiers) int {
	x, revisionX := bitnamiRevision(x)
	y, revisionY := bitnamiRevision(y)
	switch {
	case revisionX && !revisionY:
		return 1
	case revisionY && !revisionX:
		return -1
	}
	return compareIdentifiers(x, y, compareIdentifier)
}

func bitnamiRevision(suffix identifiers) (identifiers, bool) {
	if suffix.text == "" {
		return identifiers{text: "0"}, true
	}
	number, _, _ := strings.Cut(suffix.text, ".")
	return suffix, isNumber(number)
}
