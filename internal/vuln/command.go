package vuln

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// commands writes the lines that upgrade packages in the build of an image.
type commands struct {
	// managers are the lines of the package managers that the image holds, up
	// to the package's name, by purl type.
	managers map[string]string
	// rootFS is true for an unpacked file system, where the application's own
	// sources, and so the place for npm, pip or go, are not known.
	rootFS bool
}

// packageManagers are the packages that hold a distribution's package manager;
// where an image has several for one type, the first counts.
var packageManagers = []struct{ purlType, name, upgrade string }{
	{"deb", "apt", "apt-get update && apt-get install -y --only-upgrade"},
	{"apk", "apk-tools", "apk upgrade --no-cache"},
	{"rpm", "dnf", "dnf upgrade -y"},
	{"rpm", "dnf5", "dnf upgrade -y"},
	{"rpm", "microdnf", "microdnf upgrade -y"},
	{"rpm", "tdnf", "tdnf update -y"},
	{"rpm", "yum", "yum update -y"},
	{"rpm", "zypper", "zypper --non-interactive update"},
}

func newCommands(assetID string, packages []asset.Package) *commands {
	installed := map[[2]string]bool{}
	for i := range packages {
		if packages[i].Source.Name != "" { // only a distribution's packages have one
			installed[[2]string{packages[i].Type, packages[i].Name}] = true
		}
	}
	c := &commands{managers: map[string]string{}, rootFS: strings.HasPrefix(assetID, string(asset.KindRootFS)+":")}
	for _, m := range packageManagers {
		if installed[[2]string{m.purlType, m.name}] && c.managers[m.purlType] == "" {
			c.managers[m.purlType] = m.upgrade
		}
	}
	return c
}

// manager gives the line for a distribution's package, "" if the image has no
// package manager that knows of it: apt does not read the files of status.d,
// which the builders of minimal images write.
func (c *commands) manager(p *asset.Package) string {
	if strings.HasPrefix(declaringFile(p), "var/lib/dpkg/status.d/") {
		return ""
	}
	return c.managers[p.Type]
}

// safeWord is what may stand in a command that a person will copy: names and
// versions come from images.
var safeWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9@][A-Za-z0-9@/._+:~-]*$`)
})

// upgrade gives the line that upgrades a match's package, "" where none is
// surely right.
func (c *commands) upgrade(m *Match) string {
	p := m.Package
	if !safeWord().MatchString(p.Name) || !safeWord().MatchString(m.Fixed) {
		return ""
	}
	if manager := c.manager(p); manager != "" {
		return manager + " " + p.Name
	}
	switch {
	case c.rootFS:
		return ""
	case p.Type == "pypi":
		return fmt.Sprintf("pip install '%s>=%s'", p.Name, m.Fixed)
	case isGoModule(p):
		return fmt.Sprintf("go get %s@%s", p.Name, spelled(p, m.Fixed))
	case p.Type == "npm" && isTopLevel(p):
		return fmt.Sprintf("npm install %s@%s", p.Name, m.Fixed)
	}
	return ""
}

const nodeModules = "node_modules/"

// isTopLevel tells whether an npm package stands in an application's own
// node_modules: not below another package, and not in the global folder, which
// holds npm itself.
func isTopLevel(p *asset.Package) bool {
	path := declaringFile(p)
	return strings.Count(path, nodeModules) == 1 && strings.HasSuffix(path, nodeModules+p.Name+"/package.json") &&
		!strings.Contains(path, "lib/"+nodeModules)
}

// enclosingPackage gives the npm package in whose folder another one stands, ""
// if it stands in none.
func enclosingPackage(p *asset.Package) string {
	folder, declared := strings.CutSuffix(declaringFile(p), "/package.json")
	folder, own := strings.CutSuffix(folder, nodeModules+p.Name)
	at := strings.LastIndex(folder, nodeModules)
	if p.Type != "npm" || !declared || !own || at < 0 {
		return ""
	}
	holder, below, _ := strings.Cut(folder[at+len(nodeModules):], "/")
	if scoped, _, _ := strings.Cut(below, "/"); strings.HasPrefix(holder, "@") {
		holder += "/" + scoped
	}
	if strings.HasPrefix(holder, ".") {
		return "" // pnpm keeps packages in a folder ".pnpm"
	}
	return holder
}
