package version

import "strings"

// ecosystems are the names of the OSV schema whose advisories carry versions
// with an order. Not here, so that callers report them: Android and OSS-Fuzz,
// whose versions have none; ConanCenter, FreeBSD and opam, whose packages are
// not read; vendors of images that mix formats under one name.
var ecosystems = map[string]Scheme{
	"Debian": Dpkg,
	"Ubuntu": Dpkg,
	"Echo":   Dpkg,

	"AlmaLinux":   RPM,
	"Azure Linux": RPM,
	"Mageia":      RPM,
	"openEuler":   RPM,
	"openSUSE":    RPM,
	"Photon OS":   RPM,
	"Red Hat":     RPM,
	"Rocky Linux": RPM,
	"SUSE":        RPM,

	"Alpaquita":                    APK,
	"Alpine":                       APK,
	"BellSoft":                     APK,
	"BellSoft Hardened Containers": APK,
	"Chainguard":                   APK,
	"MinimOS":                      APK,
	"Wolfi":                        APK,

	"crates.io":      SemVer,
	"GHC":            SemVer,
	"GitHub Actions": SemVer,
	"Hex":            SemVer,
	"Kubernetes":     SemVer,
	"Linux":          SemVer,
	"npm":            SemVer,
	"SwiftURL":       SemVer,
	"VSCode":         SemVer,
	"Julia":          SemVerBuild,
	"Pub":            SemVerBuild,
	"Go":             Go,
	"Bitnami":        Bitnami,
	"NuGet":          NuGet,

	"PyPI":         PEP440,
	"Maven":        Maven,
	"RubyGems":     RubyGems,
	"Packagist":    Composer,
	"CRAN":         CRAN,
	"Bioconductor": CRAN,
	"Hackage":      Hackage,
}

// SchemeFor returns the scheme of an OSV ecosystem, given with or without the
// release that OSV puts behind a colon ("Debian", "Debian:12",
// "Ubuntu:22.04:LTS", "Maven:https://maven.google.com"). It returns false for
// an ecosystem that it does not know, whose packages then cannot be matched.
func SchemeFor(ecosystem string) (Scheme, bool) {
	name, suffix, _ := strings.Cut(ecosystem, ":")
	if name == "Root" || name == "Echo" {
		if s, ok := rebuildScheme(suffix); ok || name == "Root" {
			return s, ok
		}
	}
	s, ok := ecosystems[name]
	return s, ok
}

// rebuildScheme returns the scheme for vendors that rebuild the packages of
// other ecosystems and name the original behind the colon: "Root:Alpine:3.18",
// "Echo:pypi". They number their npm builds in the build metadata.
func rebuildScheme(original string) (Scheme, bool) {
	name, _, _ := strings.Cut(original, ":")
	if strings.EqualFold(name, "npm") {
		return SemVerBuild, true
	}
	for ecosystem, scheme := range ecosystems {
		if strings.EqualFold(name, ecosystem) {
			return scheme, true
		}
	}
	return 0, false
}
