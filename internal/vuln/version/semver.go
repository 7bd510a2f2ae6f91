package version

import "strings"

// semVer has the parts of numbers-suffix+build.
type semVer struct {
	numbers string // "1.2.3"; one or more runs of digits between dots
	suffix  identifiers
	build   identifiers
}

// compareSemVer orders the schemes that share the syntax of semver.org. They
// differ in how they take what follows the numbers.
func compareSemVer(s Scheme, a, b string) (int, error) {
	x, err := parseSemVer(s, a)
	if err != nil {
		return 0, err
	}
	y, err := parseSemVer(s, b)
	if err != nil {
		return 0, err
	}
	if c := compareDottedNumbers(x.numbers, y.numbers); c != 0 {
		return c, nil
	}
	switch s {
	case Bitnami:
		return compareBitnamiSuffix(x.suffix, y.suffix), nil
	case NuGet:
		return comparePreRelease(x.suffix, y.suffix, compareNuGetLabel), nil
	}
	c := comparePreRelease(x.suffix, y.suffix, compareIdentifier)
	if c == 0 && s == SemVerBuild {
		c = compareIdentifiers(x.build, y.build, compareIdentifier)
	}
	return c, nil
}

// parseSemVer reads what semver.org 2.0.0 (items 2 to 10) allows and, as npm's
// loose mode and real data need, more: spaces and "v" or "=" in front, "go"
// before a Go release, fewer or more than three numbers, leading zeros, a
// suffix without hyphen, any character in the suffix and build.
func parseSemVer(s Scheme, v string) (semVer, error) {
	rest := strings.TrimLeft(strings.TrimSpace(v), "v= ")
	if s == Go {
		rest = strings.TrimPrefix(rest, "go")
	}
	n := numbersLength(rest)
	if n == 0 {
		return semVer{}, &InvalidError{s, v, "it does not begin with a number"}
	}
	p := semVer{numbers: rest[:n]}
	rest, p.build.text, _ = strings.Cut(rest[n:], "+")
	switch {
	case rest == "-" || strings.HasPrefix(rest, "-."): // to npm the hyphen is an identifier
		p.suffix.text = rest
	case strings.HasPrefix(rest, "-"):
		p.suffix.text = rest[1:]
	case rest == "" || isLetter(rest[0]):
		p.suffix = identifiers{rest, s == Go}
	default:
		return semVer{}, &InvalidError{s, v, "its numbers do not end in a hyphen, a plus or a letter"}
	}
	return p, nil
}

// numbersLength returns the length of the dotted numbers that s begins with.
func numbersLength(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if isDigit(s[i]) {
			n = i + 1
		} else if s[i] != '.' || n != i || i == 0 {
			break
		}
	}
	return n
}

// compareDottedNumbers compares number by number; missing ones are zero.
func compareDottedNumbers(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = cutDigits(strings.TrimPrefix(a, "."))
		y, b = cutDigits(strings.TrimPrefix(b, "."))
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// identifiers are the dot-separated parts of a pre-release or build.
type identifiers struct {
	text string
	// goRelease is set for "rc2" in go1.21rc2, which stands for rc.2: the Go
	// vulnerability database writes that release as 1.21.0-rc.2.
	goRelease bool
}

func (i *identifiers) next() string {
	if i.goRelease {
		if letters, rest := cutLetters(i.text); letters != "" {
			i.text = rest
			return letters
		}
	}
	part, rest, _ := strings.Cut(i.text, ".")
	i.text = rest
	return part
}

// comparePreRelease orders what follows equal numbers: a release, which has
// nothing there, comes behind its pre-releases (semver.org item 11.3).
func comparePreRelease(x, y identifiers, compare func(a, b string) int) int {
	switch {
	case x.text == "" && y.text == "":
		return 0
	case x.text == "":
		return 1
	case y.text == "":
		return -1
	}
	return compareIdentifiers(x, y, compare)
}

// compareIdentifiers compares part by part; the shorter list comes first
// (semver.org item 11.4).
func compareIdentifiers(x, y identifiers, compare func(a, b string) int) int {
	for x.text != "" && y.text != "" {
		if c := compare(x.next(), y.next()); c != 0 {
			return c
		}
	}
	return strings.Compare(x.text, y.text) // at least one is empty
}

// compareIdentifier orders numbers by value and before other text.
func compareIdentifier(a, b string) int {
	numberA, numberB := isNumber(a), isNumber(b)
	switch {
	case numberA && numberB:
		return compareNumbers(a, b)
	case numberA:
		return -1
	case numberB:
		return 1
	}
	return strings.Compare(a, b)
}
