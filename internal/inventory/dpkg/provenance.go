package dpkg

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/inventory/distro"
)

// builderMark matches what third-party builders write into versions and Debian
// and Ubuntu do not: "-1nodesource1", "-1.pgdg120+1", "+deb.sury.org", "~ppa1",
// "+maria~deb12", "-1~debian.12~bookworm".
var builderMark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)nodesource|pgdg|sury\.org|[~+]ppa|[.-]ppa\d|\dppa\d|\+maria~|xamarin|cran\.\d|~(?:debian|ubuntu)\.\d`)
})

// isMarked tells a third-party builder's version. Another mark of theirs is a
// codename at the end: "+jammy1", "-1.bookworm".
func isMarked(version string) bool {
	last := version[strings.LastIndexAny(version, ".~+-")+1:]
	return distro.IsCodename(strings.TrimRight(last, "0123456789")) || builderMark().MatchString(version)
}

// distributionDomains end the mail addresses that only people and teams of the
// distributions have. Their packages have maintainers with other addresses
// too, so the absence of one proves nothing.
var distributionDomains = []string{
	"debian.org", "debian.net", "ubuntu.com", "canonical.com", "kali.org", "raspberrypi.com", "raspbian.org", "devuan.org", "linuxmint.com", "system76.com",
}

// Evidence is what an image tells about where its packages came from.
type Evidence struct {
	// hosts are the third-party hosts that apt is set up to fetch from.
	hosts []string
	// offers are the "name TAB version" of third-party indexes with their host.
	offers map[string]string
	ids    []string
}

// FileSigns is what a package's file list tells about its builder.
type FileSigns struct {
	// Known says that a file list was found.
	Known bool
	// InOpt: it has files below /opt, which Debian's policy leaves to others
	// (FHS 3.13).
	InOpt bool
	// HasDoc: it has something in /usr/share/doc/<package>, as Debian Policy
	// 12.5 requires of every package.
	HasDoc bool
}

// Add notes what a file of the package's list, without a leading slash, says
// about its builder.
func (s *FileSigns) Add(name string, file []byte) {
	s.Known = true
	if len(file) > len("opt/") && string(file[:len("opt/")]) == "opt/" {
		s.InOpt = true
	}
	if rest, found := cutPrefix(file, docDir); found && len(rest) >= len(name) && string(rest[:len(name)]) == name {
		s.HasDoc = true
	}
}

func cutPrefix(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return nil, false
	}
	return b[len(prefix):], true
}

// NewEvidence gathers evidence for a distribution, whose ID and ID_LIKE are
// ids. Indexes and releases are the kept results of their analyzers by path.
func NewEvidence(ids []string, sources []Source, indexes, releases map[string][]byte) *Evidence {
	e := &Evidence{hosts: thirdPartyHosts(sources), offers: map[string]string{}, ids: ids}
	for listPath, offers := range indexes {
		if origin := indexOrigin(listPath, releases); origin == "" || slices.Contains(distributionOrigins, origin) {
			continue
		}
		for line := range strings.Lines(string(offers)) {
			e.offers[strings.TrimSuffix(line, "\n")] = listHost(listPath)
		}
	}
	return e
}

// indexOrigin finds the release file that describes an index: its name is the
// beginning of the index's.
func indexOrigin(listPath string, releases map[string][]byte) string {
	for releasePath, origin := range releases {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(releasePath), "_InRelease"), "_Release")
		if strings.HasPrefix(path.Base(listPath), stem+"_") {
			return string(origin)
		}
	}
	return ""
}

// Verdict says who built a package.
type Verdict struct {
	ThirdParty bool
	// Repository is the third-party host, "" if the image does not tell.
	Repository string
	// Reason is the evidence, part of a sentence.
	Reason string
}

// Judge decides whether a third party built the package. Without evidence it
// is the distribution's.
func (e *Evidence) Judge(p Package, files FileSigns) Verdict {
	if host := e.offers[p.Name+"\t"+p.Version]; host != "" {
		return Verdict{true, host, "the package index of " + host + " offers it"}
	}
	if reason := e.ownClaim(p); reason != "" {
		return Verdict{true, e.onlyHost(p), reason}
	}
	if files.InOpt {
		return Verdict{true, e.onlyHost(p), "it installs files below /opt"}
	}
	if host := e.maintainerHost(p); host != "" {
		return Verdict{true, host, "its maintainer's address is that of the package source " + host}
	}
	if domain := maintainerDomain(p); files.Known && !files.HasDoc && domain != "" && !inAnyDomain(domain, distributionDomains) {
		return Verdict{true, e.onlyHost(p), "it has no /usr/share/doc folder and a foreign maintainer"}
	}
	return Verdict{}
}

// ownClaim reads what the package's control fields say.
func (e *Evidence) ownClaim(p Package) string {
	switch {
	case isMarked(p.Version):
		return "version " + p.Version + " is marked by another builder"
	case p.Vendor != "" || p.License != "":
		return "it has control fields that the distribution does not write"
	case p.Origin != "" && !e.isOwnName(p.Origin):
		return "its Origin is " + p.Origin
	case strings.HasPrefix(p.Bugs, "debbugs://") && !inAnyDomain(strings.Trim(strings.TrimPrefix(p.Bugs, "debbugs://"), "/"), distributionDomains):
		return "its bugs are reported to " + p.Bugs
	}
	return ""
}

func (e *Evidence) isOwnName(origin string) bool {
	return slices.ContainsFunc(e.ids, func(id string) bool {
		return strings.Contains(strings.ToLower(origin), strings.ToLower(id))
	})
}

// onlyHost names the repository where just one is set up, or the maintainer's.
func (e *Evidence) onlyHost(p Package) string {
	if len(e.hosts) == 1 {
		return e.hosts[0]
	}
	return e.maintainerHost(p)
}

func (e *Evidence) maintainerHost(p Package) string {
	domain := maintainerDomain(p)
	if domain == "" || inAnyDomain(domain, distributionDomains) {
		return ""
	}
	for _, host := range e.hosts {
		if organisation(host) == organisation(domain) {
			return host
		}
	}
	return ""
}

// maintainerDomain gives the domain of "Name <user@domain>", or of a bare address.
func maintainerDomain(p Package) string {
	_, domain, _ := strings.Cut(p.Supplier[strings.LastIndexByte(p.Supplier, '<')+1:], "@")
	return strings.ToLower(strings.Trim(domain, "> "))
}

// organisation gives the last two labels of a domain. For a country's second
// level ("co.uk") that is too short, so it gives the whole domain there.
func organisation(domain string) string {
	labels := strings.Split(domain, ".")
	if len(labels) <= 2 || len(labels[len(labels)-2]) <= 3 {
		return domain
	}
	return strings.Join(labels[len(labels)-2:], ".")
}

func inAnyDomain(host string, domains []string) bool {
	return slices.ContainsFunc(domains, func(domain string) bool { return inDomain(host, domain) })
}
