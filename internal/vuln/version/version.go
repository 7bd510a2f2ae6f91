// Package version orders the version strings of every packaging ecosystem that
// OSV advisories name, each as its own package manager does.
//
// Nothing is converted to a common form: 1.0-1 follows 1.0 for dpkg, precedes
// it for npm and is a post-release for PyPI. Compare reads both strings in
// place and allocates nothing for the versions that packages have.
//
// Where a package manager compares malformed versions too, so does Compare, in
// the same way; where it refuses them, Compare returns an *InvalidError. Within
// one scheme the order is total over all versions that it accepts. Only Maven's
// is not, for odd forms: to Maven itself, 1.0.rc. < 1 < 1.foo < 1.0.rc.
package version

import "fmt"

// Scheme is one way to order versions. The zero Scheme orders nothing.
type Scheme uint8

// The schemes, and the specification or program each one follows.
const (
	// Dpkg is deb-version(7): epoch:upstream-revision, "~" before the end.
	Dpkg Scheme = iota + 1
	// RPM is rpm-version(7): epoch:version-release by rpmvercmp, with "~", "^".
	RPM
	// APK is the order of apk-tools 3 (Alpine, Wolfi, Chainguard).
	APK
	// SemVer is Semantic Versioning 2.0.0, read as loosely as npm does.
	SemVer
	// SemVerBuild is SemVer in which build metadata breaks ties, as Dart's
	// pub_semver and Julia's VersionNumber define it.
	SemVerBuild
	// Go is SemVer for modules and for releases of Go such as go1.21rc2.
	Go
	// Bitnami is SemVer in which a numeric suffix is a package revision.
	Bitnami
	// NuGet is NuGet.Versioning: four numbers, labels without case.
	NuGet
	// PEP440 is the Python packaging specification "Version specifiers".
	PEP440
	// Maven is org.apache.maven.artifact.versioning.ComparableVersion.
	Maven
	// RubyGems is Gem::Version.
	RubyGems
	// Composer is composer/semver: normalize, then PHP's version_compare.
	Composer
	// CRAN is R's compareVersion.
	CRAN
	// Hackage is Haskell's Data.Version.
	Hackage
)

var schemeNames = [...]string{
	"unknown", "dpkg", "rpm", "apk", "SemVer", "SemVer with build", "Go", "Bitnami",
	"NuGet", "PEP 440", "Maven", "RubyGems", "Composer", "CRAN", "Hackage",
}

// String returns the scheme's name for messages.
func (s Scheme) String() string {
	if int(s) >= len(schemeNames) {
		return schemeNames[0]
	}
	return schemeNames[s]
}

// InvalidError reports a version that its scheme gives no place in the order.
type InvalidError struct {
	Scheme  Scheme
	Version string
	Reason  string // for example "it is empty"
}

func (e *InvalidError) Error() string {
	// Versions come from hostile images: a message shows their beginning only.
	return fmt.Sprintf("cannot order the %s version %.100q: %s; check the package or advisory that it comes from",
		e.Scheme, e.Version, e.Reason)
}

// Compare returns a negative number when a precedes b, zero when the scheme
// holds them for the same version, and a positive number when a follows b. The
// error is an *InvalidError. An empty version is an error in every scheme: what
// is not known must not look old or new.
func (s Scheme) Compare(a, b string) (int, error) {
	if a == "" || b == "" {
		return 0, &InvalidError{s, "", "it is empty"}
	}
	switch s {
	case Dpkg:
		return compareDpkg(a, b)
	case RPM:
		return compareRPM(a, b), nil
	case APK:
		return compareAPK(a, b)
	case SemVer, SemVerBuild, Go, Bitnami, NuGet:
		return compareSemVer(s, a, b)
	case PEP440:
		return comparePEP440(a, b), nil
	case Maven:
		return compareMaven(a, b), nil
	case RubyGems:
		return compareRubyGems(a, b)
	case Composer:
		return compareComposer(a, b)
	case CRAN, Hackage:
		return compareNumberLists(s, a, b)
	}
	return 0, &InvalidError{s, a, "the scheme is not known"}
}

// Valid reports whether the scheme can order v.
func (s Scheme) Valid(v string) bool {
	_, err := s.Compare(v, v)
	return err == nil
}
