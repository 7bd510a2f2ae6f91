package dockerfile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// versioned reads a name with a version behind one of the signs.
func versioned(word string, signs ...string) *asset.RequestedPackage {
	at, length := len(word), 0
	for _, sign := range signs {
		if i := strings.Index(word, sign); i > 0 && i < at {
			at, length = i, len(sign)
		}
	}
	if at == len(word) {
		return &asset.RequestedPackage{Name: word}
	}
	return &asset.RequestedPackage{Name: word[:at], Version: word[at+length:], Pinned: word[at+length:] != ""}
}

// isFile tells a path or URL from a package's name.
func isFile(word string, suffixes ...string) bool {
	return isURL(word) || strings.HasPrefix(word, "/") || strings.HasPrefix(word, ".") || slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(word, s) })
}

var apt = &manager{
	operations: map[string]string{
		"update": asset.PackagesUpdate, "install": asset.PackagesInstall, "reinstall": asset.PackagesInstall,
		"build-dep": asset.PackagesInstall, "upgrade": asset.PackagesUpgrade, "safe-upgrade": asset.PackagesUpgrade,
		"dist-upgrade": asset.PackagesDistUpgrade, "full-upgrade": asset.PackagesDistUpgrade, "remove": asset.PackagesRemove,
		"purge": asset.PackagesRemove, "autoremove": asset.PackagesRemove, "clean": asset.PackagesClean,
		"autoclean": asset.PackagesClean, "distclean": asset.PackagesClean, "dist-clean": asset.PackagesClean,
	},
	valued: " -o --option -c --config-file -t --target-release --default-release -a --host-architecture -P --build-profiles ",
	request: func(word string) *asset.RequestedPackage {
		if isFile(word, ".deb") || strings.HasSuffix(word, "-") {
			return nil
		}
		return versioned(word, "=")
	},
	yes:      []string{"-y", "--yes", "--assume-yes", "--force-yes", "-o=APT::Get::Assume-Yes="},
	unsigned: []string{"--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories", "-o=Acquire::AllowInsecureRepositories=true", "-o=Acquire::AllowInsecureRepositories=1", "-o=APT::Get::AllowUnauthenticated=true", "-o=APT::Get::AllowUnauthenticated=1"},
	insecure: []string{"-o=Acquire::https::Verify-Peer=false", "-o=Acquire::https::Verify-Host=false"},
	caches:   []string{"/var/lib/apt/lists"},
	keeps:    true,
}

// isQuiet tells -qq, which answers yes too (apt-get(8)).
func (i *invocation) isQuiet() bool {
	return slices.ContainsFunc(i.options, func(option string) bool {
		return option == "-q=2" || isCluster(option, 'q') && strings.Count(option, "q") > 1
	})
}

// lean tells if apt leaves out what is only recommended.
func (c *commands) lean(call invocation) bool {
	return c.reader.aptLean || call.has([]string{
		"--no-install-recommends", "--without-recommends", "-R", "-o=APT::Install-Recommends=false", "-o=APT::Install-Recommends=0",
		"-o=APT::Install-Recommends=no", "--no-recommends",
	})
}

// aptSettings notes what a RUN writes into apt's configuration.
func (c *commands) aptSettings() {
	r := c.reader
	text := r.facts.Instructions[c.instruction].Argument
	if !strings.Contains(text, "APT::") {
		return
	}
	for _, command := range c.list {
		if command.Program != "echo" && command.Program != "printf" && command.Program != "cat" && command.Program != "tee" {
			continue
		}
		r.aptQuiet = r.aptQuiet || strings.Contains(text, "APT::Get::Assume-Yes")
		r.aptLean = r.aptLean || strings.Contains(text, "APT::Install-Recommends")
	}
}

var apk = &manager{
	operations: map[string]string{
		"add": asset.PackagesInstall, "update": asset.PackagesUpdate, "upgrade": asset.PackagesUpgrade, "del": asset.PackagesRemove,
		"cache clean": asset.PackagesClean, "cache purge": asset.PackagesClean,
	},
	valued: " -X --repository -t --virtual -p --root --repositories-file --keys-dir --cache-dir --wait --arch --cache-max-age --progress-fd --timeout ",
	request: func(word string) *asset.RequestedPackage {
		if isFile(word, ".apk") || strings.HasPrefix(word, "!") {
			return nil
		}
		return versioned(word, "=", "~", "<", ">")
	},
	unsigned: []string{"--allow-untrusted"},
	insecure: []string{"--no-check-certificate"},
	caches:   []string{"/var/cache/apk", "/etc/apk/cache", "/lib/apk"},
	keeps:    true,
	uncached: []string{"--no-cache"},
}

var rpmVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.+?)-((?:[0-9]+:)?[0-9][^-]*[.*~^+][^-]*(?:-[0-9][^-]*)?|(?:[0-9]+:)?[0-9][^-]*-[0-9][^-]*)$`)
})

// rpmPackage reads name-version and name-version-release.
func rpmPackage(word string) *asset.RequestedPackage {
	if isFile(word, ".rpm") || strings.HasPrefix(word, "@") {
		return nil
	}
	if match := rpmVersion().FindStringSubmatch(word); match != nil {
		return &asset.RequestedPackage{Name: match[1], Version: match[2], Pinned: true}
	}
	return versioned(word, "=", "<", ">")
}

var dnf = &manager{
	operations: map[string]string{
		"install": asset.PackagesInstall, "localinstall": asset.PackagesInstall, "reinstall": asset.PackagesInstall,
		"groupinstall": asset.PackagesInstall, "group install": asset.PackagesInstall, "module install": asset.PackagesInstall,
		"builddep": asset.PackagesInstall, "update": asset.PackagesUpgrade, "upgrade": asset.PackagesUpgrade,
		"upgrade-minimal": asset.PackagesUpgrade, "update-minimal": asset.PackagesUpgrade, "distro-sync": asset.PackagesDistUpgrade,
		"makecache": asset.PackagesUpdate, "remove": asset.PackagesRemove, "erase": asset.PackagesRemove,
		"autoremove": asset.PackagesRemove, "clean": asset.PackagesClean, "config-manager": asset.PackagesConfigure,
	},
	valued:   " -c --config -d -e --enablerepo --disablerepo --repo --repoid --setopt --releasever --installroot -x --exclude --forcearch --enable --disable --comment ",
	request:  rpmPackage,
	yes:      []string{"-y", "--assumeyes", "--setopt=assumeyes=1", "--setopt=assumeyes=true"},
	unsigned: []string{"--nogpgcheck", "--no-gpgchecks", "--setopt=gpgcheck=0", "--setopt=gpgcheck=false", "--setopt=*.gpgcheck=0"},
	insecure: []string{"--setopt=sslverify=0", "--setopt=sslverify=false", "--setopt=sslverify=no", "--setopt=*.sslverify="},
	caches:   []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf"},
	keeps:    true,
}

var zypper = &manager{
	operations: map[string]string{
		"install": asset.PackagesInstall, "in": asset.PackagesInstall, "update": asset.PackagesUpgrade, "up": asset.PackagesUpgrade,
		"patch": asset.PackagesUpgrade, "dist-upgrade": asset.PackagesDistUpgrade, "dup": asset.PackagesDistUpgrade,
		"refresh": asset.PackagesUpdate, "ref": asset.PackagesUpdate, "clean": asset.PackagesClean, "cc": asset.PackagesClean,
		"remove": asset.PackagesRemove, "rm": asset.PackagesRemove, "addrepo": asset.PackagesConfigure, "ar": asset.PackagesConfigure,
	},
	valued:   " -t --type --from -r --repo -c --config -R --root -D --reposd-dir -C --cache-dir ",
	request:  rpmPackage,
	yes:      []string{"-n", "--non-interactive", "-y", "--no-confirm"},
	unsigned: []string{"--no-gpg-checks", "--no-gpgcheck", "-G", "--allow-unsigned-rpm", "--gpgcheck-allow-unsigned"},
	caches:   []string{"/var/cache/zypp"},
	keeps:    true,
}

var rpm = &manager{
	request: func(string) *asset.RequestedPackage { return nil },
	unsigned: []string{
		"--nosignature", "--nodigest", "--noverify",
	},
}

// rpmOperation reads rpm's options, which stand for its verbs.
func (i *invocation) rpmOperation() (string, bool) {
	switch {
	case i.has([]string{"-q", "-V", "--query", "--import", "--eval", "-K", "--checksig"}):
		return "", false
	case i.has([]string{"-i", "-U", "-F", "--install", "--upgrade", "--freshen"}):
		return asset.PackagesInstall, true
	case i.has([]string{"-e", "--erase"}):
		return asset.PackagesRemove, true
	}
	return "", false
}

// isLocked tells if a file decides on the versions.
func (i *invocation) isLocked() bool {
	switch i.name {
	case "pip":
		return i.has([]string{"-r", "--requirement", "-r=", "--requirement=", "-c", "--constraint"})
	case "npm":
		return i.verb == "ci" || i.verb == "clean-install"
	case "yarn", "pnpm":
		return i.has([]string{"--frozen-lockfile", "--immutable", "--immutable-cache"})
	case "cargo":
		return i.has([]string{"--locked", "--frozen"})
	}
	return false
}

// pinsAll tells an option that gives the version for all packages.
func (i *invocation) pinsAll() bool {
	switch i.name {
	case "gem":
		return i.has([]string{"-v", "--version", "--version="})
	case "cargo":
		return i.has([]string{"--version", "--version=", "--vers", "--rev", "--rev=", "--tag", "--tag=", "--path", "--path="})
	case "pip":
		return i.has([]string{"-c", "--constraint", "--constraint=", "--require-hashes"})
	}
	return false
}
