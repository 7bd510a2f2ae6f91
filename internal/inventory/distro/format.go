package distro

import (
	"slices"
	"strings"

	"seawall/internal/asset"
)

// formats are the package formats, as purl types, with the IDs of os-release(5)
// of the distributions that use them.
var formats = map[string][]string{
	"deb": {"debian", "ubuntu", "echo", "kali", "deepin", "pureos", "parrot"},
	"apk": {"alpine", "wolfi", "chainguard", "minimos", "alpaquita", "postmarketos"},
	"rpm": {
		"rhel", "centos", "fedora", "almalinux", "rocky", "ol", "amzn", "azurelinux", "mariner", "photon", "mageia", "openeuler",
		"opensuse", "opensuse-leap", "opensuse-tumbleweed", "opensuse-leap-micro", "suse", "suse-microos",
		"sles", "sled", "sle-micro", "sl-micro", "sle_hpc", "sles_sap",
	},
}

// PackageFormat gives the format of a distribution's packages as their purl
// type: deb, apk or rpm. It is "" for a distribution that is not known, nor like
// one that is.
func PackageFormat(d asset.Distribution) string {
	for _, id := range append([]string{d.ID}, d.IDLike...) {
		id = strings.ToLower(id)
		if slices.Contains(ubuntuBased, id) || slices.Contains(debianBased, id) {
			return "deb"
		}
		for format, ids := range formats {
			if slices.Contains(ids, id) {
				return format
			}
		}
	}
	return ""
}
