package inventory

import (
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"

	"seawall/internal/asset"
)

// systemPURL builds the purl of a distribution's package (purl specification,
// types deb, apk and rpm). upstream is the source package where it differs;
// the epoch is a qualifier for rpm alone, for deb it is part of the version.
func systemPURL(d asset.Distribution, p asset.Package, version, upstream string, epoch int) string {
	qualifiers := map[string]string{}
	set := func(key, value string) {
		if value != "" {
			qualifiers[key] = value
		}
	}
	set("arch", p.Arch)
	set("distro", distroQualifier(d))
	set("upstream", upstream)
	if epoch > 0 {
		set("epoch", strconv.Itoa(epoch))
	}
	return packageurl.NewPackageURL(p.Type, namespace(d), p.Name, version, packageurl.QualifiersFromMap(qualifiers), "").ToString()
}

// upstream names the source package as Syft does: "name", with "@version"
// where it is not the package's own; "" where nothing differs.
func upstream(p asset.Package) string {
	switch {
	case p.Source.Version != p.Version && p.Source.Version != "":
		return p.Source.Name + "@" + p.Source.Version
	case p.Source.Name != p.Name:
		return p.Source.Name
	}
	return ""
}

func distroQualifier(d asset.Distribution) string {
	if d.VersionID == "" {
		return d.ID
	}
	return d.ID + "-" + d.VersionID
}

// namespace is the vendor's name as purls spell it.
func namespace(d asset.Distribution) string {
	id := strings.ToLower(d.ID)
	switch {
	case id == "rhel":
		return "redhat"
	case strings.HasPrefix(id, "opensuse"):
		return "opensuse"
	case strings.HasPrefix(id, "sle"), strings.HasPrefix(id, "sl-"):
		return "suse"
	}
	return id
}
