// Package distro finds out which Linux distribution an image holds, which OSV
// ecosystem speaks about it, and until when it gets free security support.
package distro

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// Analyzer is the name of the analyzer of release files.
const Analyzer = "distro-release"

// Analyzers gives the analyzer that keeps release files as they are.
func Analyzers() []image.Analyzer {
	return []image.Analyzer{{
		Name: Analyzer, Version: 1, MaxSize: 1 << 20,
		// os-release is often a symbolic link, on Fedora to a file named
		// after the variant.
		Patterns: []image.Pattern{
			{Base: "os-release"},
			{Dir: "usr/lib/os.release.d"},
			{Dir: "etc", Suffix: "-release"},
			{Dir: "usr/lib", Suffix: "-release"},
			{Dir: "etc", Base: "debian_version"},
		},
		Analyze: func(_ context.Context, f image.File) ([]byte, error) {
			content, err := f.Bytes()
			return bytes.Clone(content), err
		},
	}}
}

// Detect reads the release files, best first: os-release(5), lsb-release, then
// each family's own. read gives a file's content and follows symbolic links.
// The reason says why there is no ecosystem; it is empty if there is one.
func Detect(read func(path string) ([]byte, bool)) (d asset.Distribution, reason string) {
	values, found := readAssignments(read)
	if !found {
		values = readFamilyFile(read)
	}
	if values["ID"] == "" {
		return asset.Distribution{}, "the image does not tell which distribution it is"
	}
	if content, ok := read("etc/debian_version"); ok && values["VERSION_ID"] == "" {
		completeDebian(values, strings.TrimSpace(string(content)))
	}
	d = asset.Distribution{
		ID: values["ID"], IDLike: strings.Fields(values["ID_LIKE"]), VersionID: values["VERSION_ID"],
		Codename: cmp.Or(values["VERSION_CODENAME"], values["UBUNTU_CODENAME"]), PrettyName: nameOf(values),
	}
	d.Ecosystem, reason = ecosystem(values)
	d.EndOfLife = endOfLife(values)
	return d, reason
}

// nameOf gives what a person calls the distribution, never "": PRETTY_NAME, or
// else what os-release(5) makes it of.
func nameOf(values map[string]string) string {
	if name := strings.TrimSpace(values["PRETTY_NAME"]); name != "" {
		return name
	}
	name := cmp.Or(strings.TrimSpace(values["NAME"]), values["ID"])
	return strings.TrimSpace(name + " " + cmp.Or(values["VERSION_ID"], values["VERSION_CODENAME"]))
}

// readAssignments reads os-release, or else lsb-release under os-release's names.
func readAssignments(read func(string) ([]byte, bool)) (map[string]string, bool) {
	for _, path := range []string{"etc/os-release", "usr/lib/os-release"} {
		if content, ok := read(path); ok {
			if values := parseAssignments(content); values["ID"] != "" {
				return values, true
			}
		}
	}
	content, ok := read("etc/lsb-release")
	values := parseAssignments(content)
	if !ok || values["DISTRIB_ID"] == "" {
		return nil, false
	}
	return map[string]string{
		"ID":         strings.ToLower(values["DISTRIB_ID"]),
		"VERSION_ID": values["DISTRIB_RELEASE"], "VERSION_CODENAME": values["DISTRIB_CODENAME"],
		"PRETTY_NAME": values["DISTRIB_DESCRIPTION"],
	}, true
}

// maxValue bounds a value in bytes; no name of a distribution is that long.
const maxValue = 1024

// parseAssignments reads NAME=value lines as a shell would, without expansion
// (os-release(5)).
func parseAssignments(content []byte) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(string(content)) {
		name, value, found := strings.Cut(strings.TrimSpace(line), "=")
		if !found || strings.HasPrefix(name, "#") || len(value) > maxValue || len(values) > 100 {
			continue
		}
		values[strings.TrimSpace(name)] = strings.ToValidUTF8(unquote(strings.TrimSpace(value)), "\uFFFD")
	}
	return values
}

// unquote takes a value as a shell would; a quote that is alone, at which a shell
// gives up, is left out.
func unquote(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] {
		return strings.Trim(value, `'"`)
	}
	switch value[0] {
	case '\'':
		return value[1 : len(value)-1]
	case '"':
		return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`").Replace(value[1 : len(value)-1])
	}
	return value
}

// readFamilyFile reads the files of systems that are older than os-release.
func readFamilyFile(read func(string) ([]byte, bool)) map[string]string {
	if content, ok := read("etc/alpine-release"); ok {
		version := strings.TrimSpace(string(content))
		return map[string]string{"ID": "alpine", "VERSION_ID": version, "NAME": "Alpine Linux"}
	}
	for _, path := range []string{"etc/redhat-release", "etc/centos-release", "etc/system-release", "etc/oracle-release"} {
		if content, ok := read(path); ok {
			if values := parseRedHat(strings.TrimSpace(string(content))); values != nil {
				return values
			}
		}
	}
	if _, ok := read("etc/debian_version"); ok {
		return map[string]string{"ID": "debian", "NAME": "Debian GNU/Linux"}
	}
	return map[string]string{}
}

// redHatFamily are the names that redhat-release lines begin with.
var redHatFamily = []struct{ prefix, id string }{
	{"Red Hat Enterprise Linux", "rhel"},
	{"CentOS", "centos"},
	{"AlmaLinux", "almalinux"},
	{"Rocky Linux", "rocky"},
	{"Fedora", "fedora"},
	{"Oracle Linux", "ol"},
	{"Amazon Linux", "amzn"},
}

// parseRedHat reads lines such as "CentOS release 6.10 (Final)".
func parseRedHat(line string) map[string]string {
	for _, family := range redHatFamily {
		if !strings.HasPrefix(line, family.prefix) || len(line) > maxValue {
			continue
		}
		values := map[string]string{"ID": family.id, "PRETTY_NAME": line, "NAME": family.prefix}
		if strings.HasPrefix(line, "CentOS Stream") {
			values["NAME"] = "CentOS Stream"
		}
		words := strings.Fields(line)
		if at := slices.Index(words, "release"); at >= 0 && at+1 < len(words) {
			values["VERSION_ID"] = words[at+1]
		}
		return values
	}
	return nil
}

// completeDebian fills the release from debian_version, "12.5" or
// "forky/sid", where os-release has none. Derivatives keep their parent's
// debian_version, so it counts for Debian alone.
func completeDebian(values map[string]string, version string) {
	if values["ID"] != "debian" || len(version) > maxValue {
		return
	}
	codename, _, testing := strings.Cut(version, "/")
	if testing || byCodename(debianReleases, codename) != "" || codename == "sid" {
		values["VERSION_CODENAME"] = cmp.Or(values["VERSION_CODENAME"], codename)
		return
	}
	if version != "" && version[0] >= '0' && version[0] <= '9' {
		values["VERSION_ID"] = major(version)
	}
}

// notMatched says that no advisories are known for a distribution.
func notMatched(values map[string]string) string {
	return fmt.Sprintf("the OSV data have no advisories for %s", nameOf(values))
}
