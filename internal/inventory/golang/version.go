package golang

import (
	"regexp"
	"strings"
	"sync"
)

// goRelease is a release's name, "go1.22.1" or "go1.21rc2". What follows is an
// experiment ("X:boringcrypto") or a vendor's mark.
var goRelease = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^go(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?(?:[ +-].*)?$`)
})

// standardLibrary numbers what comes with Go by semantic versioning, as OSV's
// records do: "1.22.1", "1.21.0-rc.2".
func standardLibrary(name, goVersion string) module {
	parts := goRelease().FindStringSubmatch(goVersion)
	if parts == nil {
		return module{Path: name, Version: goVersion, NotMatched: reasonDevelGo}
	}
	patch := parts[3]
	if patch == "" {
		patch = "0"
	}
	version := parts[1] + "." + parts[2] + "." + patch
	if parts[4] != "" {
		version += "-" + parts[4] + "." + parts[5]
	}
	return module{Path: name, Version: version}
}

// assignment is the linker's -X flag: a variable with its package's path, and a
// value that is a semantic version.
var assignment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-X[= ]+['"]?([^\s='"]+)\.([A-Za-z]\w*)=['"]?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)(?:['"\s]|$)`)
})

// versionVariables are the names, in lower case, that builders give the
// variable of the program's own version.
var versionVariables = map[string]bool{
	"version": true, "gitversion": true, "buildversion": true, "releaseversion": true, "appversion": true,
	"programversion": true, "semver": true, "tag": true, "gittag": true,
}

// kubernetesVersion is where Kubernetes' programs keep their version, in a
// module of their own repository.
const kubernetesVersion = "k8s.io/component-base/version"

// linkedVersion gives the version that was passed to the linker for a variable
// of package main or of a package of the main module, "" if there is none or
// several differ.
func linkedVersion(ldflags, mainModule string) string {
	found := ""
	for _, match := range assignment().FindAllStringSubmatch(ldflags, -1) {
		where, variable, version := match[1], strings.ToLower(match[2]), match[3]
		own := where == "main" || where == mainModule || strings.HasPrefix(where, mainModule+"/") ||
			where == kubernetesVersion && mainModule == "k8s.io/kubernetes"
		if !own || !versionVariables[variable] {
			continue
		}
		if found != "" && found != version {
			return ""
		}
		found = version
	}
	if found == "" {
		return ""
	}
	return "v" + found
}
