package dpkg

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"seawall/internal/image"
)

const (
	listsDir = "var/lib/apt/lists"
	// maxOffers bounds what is kept of one package index, in bytes; it is
	// evidence, so the rest may be lost.
	maxOffers = 8 << 20
)

// distributionHosts are the hosts that the distributions themselves serve
// packages from; a subdomain counts too.
var distributionHosts = []string{
	"debian.org", "ubuntu.com", "raspbian.org", "raspberrypi.org", "raspberrypi.com", "devuan.org",
	"linuxmint.com", "kali.org", "pop-os.org", "system76.com", "neon.kde.org", "freexian.com",
}

// distributionOrigins are the Origin fields of the distributions' own indexes.
var distributionOrigins = []string{
	"Debian", "Debian Backports", "Ubuntu", "UbuntuESM", "Raspbian", "Raspberry Pi Foundation", "Devuan", "linuxmint", "Kali", "pop-os-release",
}

// Source is one place that apt fetches packages from (sources.list(5)).
type Source struct {
	URI, Suite string
}

// Sources reads a kept sources file, of either format. Disabled ones are left out.
func Sources(filePath string, data []byte) []Source {
	if strings.HasSuffix(filePath, ".sources") {
		return stanzaSources(data)
	}
	var sources []Source
	for line := range bytes.Lines(data) {
		text := string(line)
		if open, end := strings.IndexByte(text, '['), strings.IndexByte(text, ']'); open >= 0 && end > open {
			text = text[:open] + " " + text[end+1:]
		}
		words := strings.Fields(text)
		if len(words) >= 3 && words[0] == "deb" {
			sources = append(sources, Source{URI: words[1], Suite: words[2]})
		}
	}
	return sources
}

func stanzaSources(data []byte) []Source {
	var sources []Source
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n\n") {
		fields := map[string]string{}
		for line := range strings.Lines(paragraph) {
			if name, value, found := strings.Cut(line, ":"); found && line[0] != '#' {
				fields[strings.ToLower(name)] = strings.TrimSpace(value)
			}
		}
		if strings.EqualFold(fields["enabled"], "no") || !slices.Contains(strings.Fields(fields["types"]), "deb") {
			continue
		}
		for _, uri := range strings.Fields(fields["uris"]) {
			for _, suite := range strings.Fields(fields["suites"]) {
				sources = append(sources, Source{URI: uri, Suite: suite})
			}
		}
	}
	return sources
}

// host gives the host of the source's address, "" for local ones.
func (s Source) host() string {
	address, err := url.Parse(s.URI)
	if err != nil {
		return ""
	}
	return strings.ToLower(address.Hostname())
}

// thirdPartyHosts gives the hosts of the sources that are no mirrors of a
// distribution, sorted. A mirror serves the archive right below its root
// ("/debian"), or has the suites of updates that only a distribution has.
func thirdPartyHosts(sources []Source) []string {
	mirrors := map[string]bool{}
	for _, s := range sources {
		if strings.HasSuffix(s.Suite, "-updates") || strings.HasSuffix(s.Suite, "-security") || strings.HasSuffix(s.Suite, "/updates") {
			mirrors[s.host()] = true
		}
	}
	archives := []string{"/debian", "/debian-security", "/ubuntu", "/ubuntu-ports", "/raspbian", "/devuan", "/merged"}
	var hosts []string
	for _, s := range sources {
		address, err := url.Parse(s.URI)
		if err != nil || address.Hostname() == "" || mirrors[s.host()] || isDistributionHost(s.host()) ||
			slices.Contains(archives, path.Clean(address.Path)) {
			continue
		}
		hosts = append(hosts, s.host())
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

func isDistributionHost(host string) bool {
	return slices.ContainsFunc(distributionHosts, func(known string) bool { return inDomain(host, known) })
}

func inDomain(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// analyzeList keeps "name TAB version" of every package that an index of
// another host than the distribution's offers. The file's name begins with the
// host (apt-get(8), FILES).
func analyzeList(ctx context.Context, f image.File) ([]byte, error) {
	if isDistributionHost(listHost(f.Path)) {
		return nil, nil
	}
	var kept bytes.Buffer
	var name string
	lines := bufio.NewScanner(io.NewSectionReader(f.Content, 0, f.Size))
	for lines.Scan() && kept.Len() < maxOffers && ctx.Err() == nil {
		if value, found := strings.CutPrefix(lines.Text(), "Package: "); found {
			name = value
		} else if value, found := strings.CutPrefix(lines.Text(), "Version: "); found {
			kept.WriteString(name + "\t" + value + "\n")
		}
	}
	return kept.Bytes(), ctx.Err()
}

// analyzeRelease keeps the Origin of an index.
func analyzeRelease(_ context.Context, f image.File) ([]byte, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(content) {
		if origin, found := bytes.CutPrefix(line, []byte("Origin:")); found {
			return bytes.Clone(bytes.TrimSpace(origin)), nil
		}
	}
	return nil, nil
}

func listHost(listPath string) string {
	host, _, _ := strings.Cut(path.Base(listPath), "_")
	return host
}
