package version

import (
	"fmt"
	"strings"
)

// purlEcosystems gives, for a purl's type, an ecosystem with its version order.
var purlEcosystems = map[string]string{
	"apk": "Alpine", "cargo": "crates.io", "composer": "Packagist", "deb": "Debian", "gem": "RubyGems", "golang": "Go",
	"maven": "Maven", "npm": "npm", "nuget": "NuGet", "pypi": "PyPI", "rpm": "Red Hat",
}

// ComparePURL compares two versions of the package that a purl names: negative
// if a is older than b. An error is a type without a known order, or a version
// that is none.
func ComparePURL(purl, a, b string) (int, error) {
	kind, _, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	scheme, known := SchemeFor(purlEcosystems[kind])
	if !known {
		return 0, fmt.Errorf("versions of the purl type %q have no known order", kind)
	}
	return scheme.Compare(a, b)
}
