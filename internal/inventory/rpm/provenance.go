package rpm

import "strings"

// vendors are how the Vendor tags of a distribution's own packages begin, in
// lower case, by the distribution's ID.
var vendors = map[string][]string{
	"almalinux":           {"almalinux"},
	"amzn":                {"amazon"},
	"azurelinux":          {"microsoft"},
	"centos":              {"centos", "red hat"},
	"fedora":              {"fedora"},
	"mageia":              {"mageia"},
	"mariner":             {"microsoft"},
	"ol":                  {"oracle"},
	"openeuler":           {"openeuler", "http://openeuler.org", "https://openeuler.org"},
	"opensuse-leap":       {"opensuse", "suse"},
	"opensuse-tumbleweed": {"opensuse", "suse"},
	"photon":              {"vmware", "broadcom"},
	"rhel":                {"red hat"},
	"rocky":               {"rocky"},
	"sle_hpc":             {"suse"},
	"sled":                {"suse"},
	"sles":                {"suse"},
}

// ThirdParty tells from the Vendor tag, or where there is none the Packager
// tag, that somebody else than the distribution with this ID built the
// package, and gives the evidence. Without a tag, or for a distribution whose
// tags are not known, the package counts as the distribution's. EPEL's
// packages are third-party outside Fedora: their vendor is Fedora.
func ThirdParty(distributionID string, p Package) (evidence string, yes bool) {
	own := vendors[strings.ToLower(distributionID)]
	if own == nil {
		return "", false
	}
	tag, value := "vendor", p.Vendor
	if value == "" {
		tag, value = "packager", p.Packager
	}
	if value == "" {
		return "", false
	}
	for _, prefix := range own {
		if strings.HasPrefix(strings.ToLower(value), prefix) {
			return "", false
		}
	}
	return "its " + tag + " is " + value, true
}
