package vuln

import (
	"strings"
	"testing"

	"seawall/internal/asset"
)

// TestFix has, for one package in an image with others, what to do and the
// command for it.
func TestFix(t *testing.T) {
	db := imported(t, map[string][]string{
		"Debian":    {record("DSA-1-1", "Debian:12", "openssl", "3.0.13-1", "")},
		"AlmaLinux": {record("ALSA-1", "AlmaLinux:9", "bash", "0:5.1.8-9.el9", "")},
		"Wolfi":     {record("CGA-1", "Wolfi", "zlib", "1.3.1-r1", "")},
		"npm":       {record("GHSA-1", "npm", "word", "2.0.0", ""), record("GHSA-2", "npm", "@a/b", "2.0.0", "")},
		"Go":        {record("GO-1", "Go", "golang.org/x/net", "0.56.0", ""), record("GO-2", "Go", "toolchain", "1.22.3", "")},
		"PyPI":      {record("PYSEC-1", "PyPI", "urllib3", "2.0.0", "")},
	}, nil)
	at := func(purlType, ecosystem, name, version, path string) asset.Package {
		p := asset.Package{Name: name, Version: version, Type: purlType, Ecosystem: ecosystem, Locations: []asset.Location{{Path: path}}}
		if purlType == "deb" || purlType == "rpm" || purlType == "apk" {
			p.Source = asset.SourcePackage{Name: name, Version: version}
		}
		return p
	}
	const status, rpms, installed = "var/lib/dpkg/status", "var/lib/rpm/rpmdb.sqlite", "lib/apk/db/installed"
	openssl := at("deb", "Debian:12", "openssl", "3.0.11-1", status)
	bash := at("rpm", "AlmaLinux:9", "bash", "5.1.8-6.el9", rpms)
	zlib := at("apk", "Wolfi", "zlib", "1.3.1-r0", installed)
	word := func(path string) asset.Package { return at("npm", "npm", "word", "1.0.0", path) }
	const noManager = " with a newer base image: this one has no package manager for it"
	for _, c := range []struct {
		name          string
		asset         string
		pkg           asset.Package
		others        []asset.Package
		text, command string
	}{
		{"apt", "image:x", openssl, []asset.Package{at("deb", "Debian:12", "apt", "2", status)}, "upgrade openssl to 3.0.13-1", "apt-get update && apt-get install -y --only-upgrade openssl"},
		{"no apt", "image:x", openssl, nil, "upgrade openssl to 3.0.13-1" + noManager, ""},
		{"an npm package named apt", "image:x", openssl, []asset.Package{at("npm", "npm", "apt", "2", "node_modules/apt/package.json")}, "upgrade openssl to 3.0.13-1" + noManager, ""},
		{
			"status.d beside apt", "image:x", at("deb", "Debian:12", "openssl", "3.0.11-1", "var/lib/dpkg/status.d/openssl"),
			[]asset.Package{at("deb", "Debian:12", "apt", "2", status)},
			"upgrade openssl to 3.0.13-1" + noManager, "",
		},
		{"dnf before yum", "image:x", bash, []asset.Package{at("rpm", "AlmaLinux:9", "yum", "4", rpms), at("rpm", "AlmaLinux:9", "dnf", "4", rpms)}, "upgrade bash to 0:5.1.8-9.el9", "dnf upgrade -y bash"},
		{"microdnf", "image:x", bash, []asset.Package{at("rpm", "AlmaLinux:9", "microdnf", "3", rpms)}, "upgrade bash to 0:5.1.8-9.el9", "microdnf upgrade -y bash"},
		{"a machine", "rootfs:/", bash, []asset.Package{at("rpm", "AlmaLinux:9", "dnf", "4", rpms)}, "upgrade bash to 0:5.1.8-9.el9", "dnf upgrade -y bash"},
		{"apk", "image:x", zlib, []asset.Package{at("apk", "Wolfi", "apk-tools", "2", installed)}, "upgrade zlib to 1.3.1-r1", "apk upgrade --no-cache zlib"},
		{"no apk", "image:x", zlib, nil, "upgrade zlib to 1.3.1-r1" + noManager, ""},
		{"npm", "image:x", word("app/node_modules/word/package.json"), nil, "upgrade word to 2.0.0", "npm install word@2.0.0"},
		{"npm on a machine", "rootfs:/", word("srv/node_modules/word/package.json"), nil, "upgrade word to 2.0.0", ""},
		{
			"nested npm", "image:x", word("app/node_modules/@x/y/node_modules/word/package.json"), nil,
			`upgrade word to 2.0.0 by upgrading @x/y, which holds it (or by "overrides" in package.json)`, "",
		},
		{
			"nested with a scope", "image:x", at("npm", "npm", "@a/b", "1.0.0", "usr/lib/node_modules/npm/node_modules/@a/b/package.json"), nil,
			`upgrade @a/b to 2.0.0 by upgrading npm, which holds it (or by "overrides" in package.json)`, "",
		},
		{"pnpm", "image:x", word("app/node_modules/.pnpm/word@1.0.0/node_modules/word/package.json"), nil, "upgrade word to 2.0.0", ""},
		{"a lockfile", "image:x", word("app/package-lock.json"), nil, "upgrade word to 2.0.0", ""},
		{"a Go module", "image:x", at("golang", "Go", "golang.org/x/net", "v0.55.0", "app/server"), nil, "upgrade golang.org/x/net to v0.56.0 and rebuild", "go get golang.org/x/net@v0.56.0"},
		{"Go itself", "image:x", at("golang", "Go", "toolchain", "1.22.1", "usr/local/go/bin/go"), nil, "rebuild with Go 1.22.3 or later", ""},
		{"pip", "image:x", at("pypi", "PyPI", "urllib3", "1.26.0", "usr/lib/python3/site-packages/urllib3-1.26.0.dist-info/METADATA"), nil, "upgrade urllib3 to 2.0.0", "pip install 'urllib3>=2.0.0'"},
	} {
		findings, _ := db.Findings(c.asset, "x", append([]asset.Package{c.pkg}, c.others...))
		if len(findings) != 1 {
			t.Errorf("%s: %d findings", c.name, len(findings))
			continue
		}
		if fix := findings[0].Fix; fix.Text != c.text || fix.Command != c.command {
			t.Errorf("%s: got %q, %q; want %q, %q", c.name, fix.Text, fix.Command, c.text, c.command)
		}
		if p := findings[0].Package; c.pkg.Type == "golang" && strings.HasPrefix(p.Fixed, "v") {
			t.Errorf("%s: fixed in %q, which OSV spells without v", c.name, p.Fixed)
		}
	}
}

// TestCommandsHoldNothingHostile has names that a shell would act on.
func TestCommandsHoldNothingHostile(t *testing.T) {
	c := &commands{managers: map[string]string{"deb": "apt-get install"}}
	for _, name := range []string{"$(reboot)", "a b", "a;b", "-rf", "a`b`", "a\nb", "a'b"} {
		m := &Match{Package: &asset.Package{Name: name, Type: "deb", Ecosystem: "Debian:12"}, Fixed: "2"}
		if command := c.upgrade(m); command != "" {
			t.Errorf("the name %q gave the command %q", name, command)
		}
	}
}
