package distro

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// release is a numbered release with the codename that its suites have.
type release struct{ codename, version string }

// The releases of Debian and Ubuntu, the newest last.
var (
	debianReleases = []release{
		{"wheezy", "7"},
		{"jessie", "8"},
		{"stretch", "9"},
		{"buster", "10"},
		{"bullseye", "11"},
		{"bookworm", "12"},
		{"trixie", "13"},
		{"forky", "14"},
		{"duke", "15"},
	}
	ubuntuReleases = []release{
		{"precise", "12.04"},
		{"trusty", "14.04"},
		{"utopic", "14.10"},
		{"vivid", "15.04"},
		{"wily", "15.10"},
		{"xenial", "16.04"},
		{"yakkety", "16.10"},
		{"zesty", "17.04"},
		{"artful", "17.10"},
		{"bionic", "18.04"},
		{"cosmic", "18.10"},
		{"disco", "19.04"},
		{"eoan", "19.10"},
		{"focal", "20.04"},
		{"groovy", "20.10"},
		{"hirsute", "21.04"},
		{"impish", "21.10"},
		{"jammy", "22.04"},
		{"kinetic", "22.10"},
		{"lunar", "23.04"},
		{"mantic", "23.10"},
		{"noble", "24.04"},
		{"oracular", "24.10"},
		{"plucky", "25.04"},
		{"questing", "25.10"},
		{"resolute", "26.04"},
		{"stonking", "26.10"},
	}
	// devuanReleases name the Debian release whose packages Devuan takes.
	devuanReleases = []release{{"2", "9"}, {"3", "10"}, {"4", "11"}, {"5", "12"}, {"6", "13"}}
)

// IsCodename tells a codename of a release of Debian or Ubuntu.
func IsCodename(name string) bool {
	return byCodename(debianReleases, name) != "" || byCodename(ubuntuReleases, name) != ""
}

func byCodename(releases []release, codename string) string {
	for _, r := range releases {
		if r.codename == codename {
			return r.version
		}
	}
	return ""
}

// ubuntuBased take Ubuntu's archive as it is and add a repository of their
// own; debianBased do so with Debian's. Raspbian rebuilds Debian's sources for
// another processor under unchanged versions. Other derivatives (Kali, Parrot,
// Deepin, PureOS …) take testing packages or renumber them, so that Debian's
// fixed versions say nothing about them.
var (
	ubuntuBased = []string{"linuxmint", "pop", "elementary", "zorin", "neon", "tuxedo"}
	debianBased = []string{"linuxmint", "raspbian", "devuan"}
)

// ecosystem maps release values to OSV's name, as the OSV schema's table
// "Defined ecosystems" spells it, or says why there is none.
func ecosystem(values map[string]string) (name, reason string) {
	id, version := strings.ToLower(values["ID"]), values["VERSION_ID"]
	switch id {
	case "debian":
		return debian(values)
	case "ubuntu":
		return ubuntu(numbered(ubuntuReleases, values, "VERSION_CODENAME"), values)
	case "alpine":
		return alpine(values)
	case "rhel", "centos":
		return redHat(values)
	case "opensuse-leap", "opensuse-tumbleweed", "opensuse-leap-micro", "opensuse", "sles", "sled", "sle-micro", "sl-micro", "sle_hpc", "sles_sap", "suse-microos":
		return suse(values)
	case "wolfi":
		return "Wolfi", ""
	case "chainguard":
		return "Chainguard", ""
	case "minimos":
		return "MinimOS", ""
	case "echo":
		return "Echo", ""
	case "openeuler":
		return openEuler(values)
	case "photon":
		return scoped("Photon OS", version, values)
	case "almalinux":
		return scoped("AlmaLinux", major(version), values)
	case "rocky":
		return scoped("Rocky Linux", major(version), values)
	case "azurelinux", "mariner":
		return scoped("Azure Linux", major(version), values)
	case "mageia":
		return scoped("Mageia", major(version), values)
	case "alpaquita":
		return scoped("Alpaquita", version, values)
	}
	return derived(id, values)
}

// scoped joins an ecosystem with its release.
func scoped(name, version string, values map[string]string) (ecosystem, reason string) {
	if version == "" {
		return "", "the release of " + values["ID"] + " is not known: no file tells its number (VERSION_ID in os-release)"
	}
	return name + ":" + version, ""
}

// derived maps distributions that take another's packages.
func derived(id string, values map[string]string) (name, reason string) {
	if slices.Contains(ubuntuBased, id) {
		if version := byCodename(ubuntuReleases, values["UBUNTU_CODENAME"]); version != "" {
			return ubuntu(version, values)
		}
	}
	if slices.Contains(debianBased, id) {
		version := byCodename(debianReleases, values["DEBIAN_CODENAME"])
		if id == "raspbian" {
			version = numbered(debianReleases, values, "VERSION_CODENAME")
		}
		if id == "devuan" {
			version = byCodename(devuanReleases, major(values["VERSION_ID"]))
		}
		if version != "" {
			return "Debian:" + version, ""
		}
	}
	if like := values["ID_LIKE"]; like != "" {
		return "", fmt.Sprintf("%s; it is like %s, but builds packages of its own", notMatched(values), like)
	}
	return "", notMatched(values)
}

// numbered gives VERSION_ID, or the version that a codename stands for.
func numbered(releases []release, values map[string]string, key string) string {
	if values["VERSION_ID"] != "" {
		return values["VERSION_ID"]
	}
	return byCodename(releases, values[key])
}

// debian: testing and unstable have no VERSION_ID, and both call themselves by
// testing's codename.
func debian(values map[string]string) (name, reason string) {
	if version := numbered(debianReleases, values, "VERSION_CODENAME"); version != "" {
		return "Debian:" + major(version), ""
	}
	if values["VERSION_CODENAME"] == "sid" {
		return "Debian:sid", ""
	}
	return "", "the release of Debian is not known: neither os-release nor debian_version tells its number or codename"
}

// ubuntu: the releases of April in even years are LTS, and OSV's name says so.
func ubuntu(version string, values map[string]string) (name, reason string) {
	year, month, _ := strings.Cut(version, ".")
	number, err := strconv.Atoi(year)
	if err != nil {
		return scoped("Ubuntu", "", values)
	}
	name = "Ubuntu:" + version
	if month == "04" && number%2 == 0 {
		name += ":LTS"
	}
	return name, ""
}

// alpine: advisories are per branch; edge has none.
func alpine(values map[string]string) (name, reason string) {
	version := values["VERSION_ID"]
	if strings.Contains(version, "_alpha") || strings.Contains(values["PRETTY_NAME"], "edge") {
		return "", "Alpine edge is a rolling branch, and the OSV data have advisories for numbered branches only"
	}
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return scoped("Alpine", "", values)
	}
	return "Alpine:v" + parts[0] + "." + parts[1], ""
}

// redHat names the product stream that holds the base system: OSV scopes Red
// Hat's advisories by CPE, and an installed package does not record its
// stream. CentOS Linux (not Stream) rebuilt the same sources under unchanged
// versions.
func redHat(values map[string]string) (name, reason string) {
	version := major(values["VERSION_ID"])
	if strings.EqualFold(values["ID"], "centos") && (strings.Contains(values["NAME"], "Stream") || version > "8" || len(version) > 1) {
		return "", notMatched(values) + ": CentOS Stream runs ahead of the releases that Red Hat's advisories are about"
	}
	switch version {
	case "":
		return scoped("Red Hat", "", values)
	case "5", "6", "7":
		return "Red Hat:enterprise_linux:" + version + "::server", ""
	case "8", "9":
		return "Red Hat:enterprise_linux:" + version + "::baseos", ""
	}
	return "Red Hat:enterprise_linux:" + values["VERSION_ID"], ""
}

// suse: OSV's releases are the marketing names in PRETTY_NAME without the
// brand: "openSUSE:Leap 15.6", "SUSE:Linux Enterprise Server 15 SP5".
func suse(values map[string]string) (name, reason string) {
	for _, brand := range []string{"openSUSE", "SUSE"} {
		if product, found := strings.CutPrefix(values["PRETTY_NAME"], brand+" "); found {
			return brand + ":" + product, ""
		}
	}
	return "", "the product's marketing name, by which SUSE's advisories go, is not in PRETTY_NAME"
}

// openEuler: VERSION "22.03 (LTS-SP1)" is "22.03-LTS-SP1" in OSV; only LTS
// releases have advisories.
func openEuler(values map[string]string) (name, reason string) {
	number, rest, _ := strings.Cut(values["VERSION"], " ")
	edition := strings.Trim(rest, "()")
	if !strings.HasPrefix(edition, "LTS") {
		return "", notMatched(values) + ": openEuler publishes them for LTS releases only"
	}
	return "openEuler:" + number + "-" + edition, ""
}

func major(version string) string {
	number, _, _ := strings.Cut(version, ".")
	return number
}
