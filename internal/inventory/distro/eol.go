package distro

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// eol.tsv holds "ID TAB release TAB date" lines.
//
//go:embed eol.tsv
var eolText string

var eolTable = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for line := range strings.Lines(eolText) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 {
			table[fields[0]+" "+fields[1]] = fields[2]
		}
	}
	return table
})

// supportedAsOne support all minor releases of a major one until the same day.
var supportedAsOne = []string{"debian", "rhel", "almalinux", "rocky", "centos", "centos-stream", "ol"}

// endOfLife gives the last day of free security support, YYYY-MM-DD, "" if not
// known: Debian's LTS counts, for it is free for all, Ubuntu's Pro (ESM) and
// other paid or registered extensions do not; for Red Hat and SUSE it is the
// end of maintenance that every subscription has.
func endOfLife(values map[string]string) string {
	id, version := strings.ToLower(values["ID"]), values["VERSION_ID"]
	if id == "debian" && version == "" {
		version = byCodename(debianReleases, values["VERSION_CODENAME"])
	}
	if strings.Contains(version, "_alpha") {
		return "" // Alpine edge calls itself the next release
	}
	if id == "centos" && strings.Contains(values["NAME"], "Stream") {
		id = "centos-stream"
	}
	table := eolTable()
	if date := table[id+" "+version]; date != "" {
		return date
	}
	if parts := strings.SplitN(version, ".", 3); len(parts) == 3 {
		if date := table[id+" "+parts[0]+"."+parts[1]]; date != "" {
			return date
		}
	}
	if slices.Contains(supportedAsOne, id) {
		return table[id+" "+major(version)]
	}
	return ""
}
