package dockerfile

import (
	"slices"
	"strings"

	"seawall/internal/asset"
)

var pip = &manager{
	operations: map[string]string{
		"install": asset.PackagesInstall, "uninstall": asset.PackagesRemove, "download": asset.PackagesUpdate,
		"cache purge": asset.PackagesClean, "config set": asset.PackagesConfigure,
	},
	valued: " -r --requirement -c --constraint -t --target -i --index-url --extra-index-url -f --find-links --trusted-host --proxy --cert " +
		"--client-cert --python --prefix --root --src -e --editable --platform --python-version --implementation --abi --only-binary --no-binary " +
		"--progress-bar --timeout --retries --cache-dir --log --use-feature --config-settings --upgrade-strategy --report --exists-action --global-option -C ",
	request: pythonPackage,
	insecure: []string{
		"--trusted-host", "--trusted-host=",
	},
	caches:   []string{"/root/.cache/pip", ".cache/pip", "/root/.cache"},
	keeps:    true,
	uncached: []string{"--no-cache-dir", "PIP_NO_CACHE_DIR"},
}

// pythonPackage reads a requirement (PEP 508).
func pythonPackage(word string) *asset.RequestedPackage {
	switch {
	case strings.HasPrefix(word, "git+") || strings.Contains(word, "@ git+"):
		_, ref, found := strings.Cut(word[strings.Index(word, "git+"):], "@")
		if i := strings.LastIndexByte(ref, '@'); i >= 0 {
			ref = ref[i+1:]
		}
		ref, _, _ = strings.Cut(ref, "#")
		return &asset.RequestedPackage{Name: word, Version: ref, Pinned: found && pin(ref) != ""}
	case isFile(word, ".whl", ".tar.gz", ".zip") || strings.Contains(word, "/") || strings.Contains(word, "://"):
		return nil
	}
	name, _, _ := strings.Cut(word, ";")
	p := versioned(strings.TrimSpace(name), "==", "===", "~=", "@", "<", ">", "!=")
	p.Pinned = p.Pinned && (strings.Contains(name, "==") || strings.Contains(name, "~=") || strings.Contains(name, "@") || strings.Contains(name, "<"))
	return p
}

const nodeValued = " --prefix -C --dir --registry --cache --loglevel --omit --include --only -w --workspace --userconfig --tag --store-dir --cwd --modules-folder --cache-folder --filter -F --network-timeout --mutex "

var npm = &manager{
	operations: map[string]string{
		"install": asset.PackagesInstall, "i": asset.PackagesInstall, "add": asset.PackagesInstall, "ci": asset.PackagesInstall,
		"clean-install": asset.PackagesInstall, "update": asset.PackagesUpgrade, "uninstall": asset.PackagesRemove,
		"cache clean": asset.PackagesClean, "config set": asset.PackagesConfigure, "set": asset.PackagesConfigure,
	},
	valued:   nodeValued,
	request:  nodePackage,
	insecure: []string{"--strict-ssl=false", "--no-strict-ssl"},
}

// nodePackage reads name@version; a tag such as latest is no version.
func nodePackage(word string) *asset.RequestedPackage {
	if isFile(word, ".tgz", ".tar.gz") || strings.HasPrefix(word, "file:") {
		return nil
	}
	if strings.HasPrefix(word, "git+") || strings.HasPrefix(word, "git:") || strings.HasPrefix(word, "github:") || strings.HasPrefix(word, "git@") {
		_, ref, found := strings.Cut(word, "#")
		return &asset.RequestedPackage{Name: word, Version: ref, Pinned: found && pin(ref) != ""}
	}
	at := strings.LastIndexByte(word, '@')
	if at <= 0 {
		return &asset.RequestedPackage{Name: word}
	}
	version := word[at+1:]
	return &asset.RequestedPackage{Name: word[:at], Version: version, Pinned: strings.ContainsAny(version, "0123456789$") && !strings.HasPrefix(version, ">") && !strings.HasPrefix(version, "next")}
}

// switchesTLSOff tells npm config set strict-ssl false, and the like.
func (i *invocation) switchesTLSOff() bool {
	if operation, _ := i.operation(); operation != asset.PackagesConfigure {
		return false
	}
	text := strings.ToLower(strings.Join(i.operands, " "))
	for _, setting := range []string{"strict-ssl false", "strict-ssl=false", "enablestrictssl false", "global.trusted-host", "sslverify=0", "sslverify=false"} {
		if strings.Contains(text, setting) {
			return true
		}
	}
	return false
}

var yarn = &manager{
	operations: map[string]string{
		"": asset.PackagesInstall, "install": asset.PackagesInstall, "add": asset.PackagesInstall, "global add": asset.PackagesInstall,
		"upgrade": asset.PackagesUpgrade, "cache clean": asset.PackagesClean, "config set": asset.PackagesConfigure,
	},
	valued:   nodeValued,
	request:  nodePackage,
	insecure: []string{"--strict-ssl=false"},
	caches:   []string{"/usr/local/share/.cache", ".yarn", "/root/.cache/yarn", ".cache/yarn"},
	keeps:    true,
	uncached: []string{"YARN_CACHE_FOLDER", "--cache-folder"},
}

var pnpm = &manager{
	operations: map[string]string{
		"install": asset.PackagesInstall, "i": asset.PackagesInstall, "add": asset.PackagesInstall, "update": asset.PackagesUpgrade,
		"config set": asset.PackagesConfigure,
	},
	valued:   nodeValued,
	request:  nodePackage,
	insecure: []string{"--strict-ssl=false", "--no-strict-ssl"},
}

var gem = &manager{
	operations: map[string]string{"install": asset.PackagesInstall, "i": asset.PackagesInstall, "update": asset.PackagesUpgrade, "uninstall": asset.PackagesRemove},
	valued:     " -v --version -s --source -i --install-dir -n --bindir -P --trust-policy --platform ",
	request: func(word string) *asset.RequestedPackage {
		if isFile(word, ".gem") {
			return nil
		}
		return versioned(word, ":")
	},
}

var golang = &manager{
	operations: map[string]string{"install": asset.PackagesInstall, "get": asset.PackagesInstall, "clean": asset.PackagesClean},
	valued:     " -C -o -p -tags -ldflags -gcflags -asmflags -mod -modfile -overlay -buildvcs -asan -exec -trimpath= ",
	request: func(word string) *asset.RequestedPackage {
		host, _, remote := strings.Cut(word, "/")
		if !remote || !strings.Contains(host, ".") || isFile(word) {
			return nil
		}
		p := versioned(word, "@")
		p.Pinned = p.Pinned && !slices.Contains([]string{"latest", "upgrade", "patch", "master", "main", "HEAD", "dev", "develop", "trunk"}, p.Version)
		return p
	},
}

var cargo = &manager{
	operations: map[string]string{"install": asset.PackagesInstall, "uninstall": asset.PackagesRemove},
	valued:     " --version --vers --git --branch --tag --rev --path --root --registry --index -F --features --profile --target --target-dir -j --jobs --bin --example ",
	request: func(word string) *asset.RequestedPackage {
		return versioned(word, "@")
	},
}
