// Package ecosystem knows how the ecosystems of the OSV schema name releases
// and packages, so that an advisory and an installed package meet under the
// same key (https://ossf.github.io/osv-schema/#defined-ecosystems).
package ecosystem

import (
	"regexp"
	"strings"
	"sync"
)

// naming says which package of a distribution its advisories name.
type naming uint8

const (
	bySource naming = iota + 1
	byBinary
	byBoth
)

// distributions are the families whose packages come from a distribution. The
// schema says "source" for AlmaLinux, but its records name binary packages,
// each with its own version, as Red Hat's do. Those of Wolfi and its kin name
// subpackages too; Azure Linux, Photon OS and Rocky Linux have both kinds.
var distributions = map[string]naming{
	"AlmaLinux": byBinary, "Red Hat": byBinary,
	"Azure Linux": byBoth, "Chainguard": byBoth, "MinimOS": byBoth, "Photon OS": byBoth, "Rocky Linux": byBoth, "Wolfi": byBoth,
	"Alpaquita": bySource, "Alpine": bySource, "Debian": bySource, "Echo": bySource, "Mageia": bySource,
	"openEuler": bySource, "openSUSE": bySource, "SUSE": bySource, "Ubuntu": bySource,
}

// Family gives the part before the release: "Debian" for "Debian:12".
func Family(ecosystem string) string {
	family, _, _ := strings.Cut(ecosystem, ":")
	return family
}

// IsDistribution tells whether a family is a distribution's.
func IsDistribution(family string) bool { return distributions[family] != 0 }

// NamesBinary and NamesSource tell whether the advisories of a distribution
// name binary packages, source packages or both.
func NamesBinary(family string) bool {
	return distributions[family] == byBinary || distributions[family] == byBoth
}

// NamesSource is the counterpart of NamesBinary.
func NamesSource(family string) bool {
	return distributions[family] == bySource || distributions[family] == byBoth
}

var (
	redHatRelease = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:enterprise_linux:)?(\d+)(?:\.\d+)?(?:::.*)?$`)
	})
	suseRelease = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:(?:SUSE )?Linux Enterprise (?:Server|Server for SAP Applications|Desktop|High Performance Computing|High Availability Extension|Module for .*) )?(\d+)(?:(?: SP|\.)(\d+))?$`)
	})
)

// Release gives the one spelling under which records and packages of a release
// are kept. "" is for a record of a product that no plain installation has.
//
//   - Ubuntu: "Ubuntu:22.04:LTS" is "Ubuntu:22.04"; Pro releases stay apart,
//     their fixes cannot be had without a subscription.
//   - Red Hat: the repositories of one major release are one release; extended
//     support streams, layered products and others are left out.
//   - SUSE: the modules and products of one service pack are one release, as
//     one system installs from all of them; long-term support is left out.
//   - Maven and Packagist: the repository's address is dropped.
func Release(ecosystem string) string {
	family, release, found := strings.Cut(ecosystem, ":")
	if !found {
		return family
	}
	switch family {
	case "Ubuntu":
		return strings.TrimSuffix(ecosystem, ":LTS")
	case "Red Hat":
		return withMajor(family, redHatRelease().FindStringSubmatch(release))
	case "SUSE":
		return suse(release)
	case "AlmaLinux", "Rocky Linux", "Azure Linux", "Debian":
		major, _, _ := strings.Cut(release, ".")
		return family + ":" + major
	case "Maven", "Packagist", "VSCode":
		return family
	}
	return ecosystem
}

func withMajor(family string, match []string) string {
	if match == nil {
		return ""
	}
	return family + ":" + match[1]
}

func suse(release string) string {
	match := suseRelease().FindStringSubmatch(release)
	switch {
	case match == nil && strings.Contains(release, "LTSS"):
		return ""
	case match == nil:
		return "SUSE:" + release
	case match[2] == "":
		return "SUSE:" + match[1]
	}
	return "SUSE:" + match[1] + "." + match[2]
}

var pythonSeparators = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[-_.]+`)
})

// PackageName gives the one spelling of a package's name: for PyPI the
// normalised form (PEP 503), for registries that ignore case the lower case,
// elsewhere the name itself.
func PackageName(family, name string) string {
	switch family {
	case "PyPI":
		return strings.ToLower(pythonSeparators().ReplaceAllString(name, "-"))
	case "NuGet", "Packagist":
		return strings.ToLower(name)
	}
	return name
}
