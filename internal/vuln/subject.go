package vuln

import (
	"cmp"
	"slices"
	"strings"

	"seawall/internal/asset"
)

// distinctions tell apart packages of one purl without version, the most
// lasting first.
var distinctions = [...]func(*asset.Package) string{
	func(p *asset.Package) string { return p.Arch },
	declaringFile,
	func(p *asset.Package) string { return p.Version },
	func(p *asset.Package) string { return p.PURL },
}

// withoutRepeats leaves out the matches of packages that are listed twice.
func withoutRepeats(matches []Match) []Match {
	type identity struct {
		id, subject  string
		distinctions [len(distinctions)]string
	}
	known := map[identity]bool{}
	return slices.DeleteFunc(matches, func(m Match) bool {
		same := identity{id: m.ID, subject: subject(m.Package)}
		for i, distinction := range distinctions {
			same.distinctions[i] = distinction(m.Package)
		}
		repeated := known[same]
		known[same] = true
		return repeated
	})
}

// subjects gives the subject of each match's fingerprint: the package's purl up
// to its version. Where several packages of the asset have the same
// vulnerability and purl, as many distinctions are added as tell them apart.
func subjects(matches []Match) []string {
	subjects := make([]string, len(matches))
	for i := range matches {
		subjects[i] = subject(matches[i].Package)
	}
	for _, distinction := range distinctions {
		distinguish(matches, subjects, distinction)
	}
	return subjects
}

// distinguish adds to the subjects that are not unique.
func distinguish(matches []Match, subjects []string, distinction func(*asset.Package) string) {
	type fingerprinted struct{ id, subject string }
	packages := map[fingerprinted]int{}
	for i := range matches {
		packages[fingerprinted{matches[i].ID, subjects[i]}]++
	}
	for i := range matches {
		if packages[fingerprinted{matches[i].ID, subjects[i]}] > 1 {
			subjects[i] += "\x00" + distinction(matches[i].Package)
		}
	}
}

// subject is the package's purl up to its version: what follows (architecture,
// the distribution's point release) changes with a rebuild.
func subject(p *asset.Package) string {
	purl, _, _ := strings.Cut(p.PURL, "?")
	purl, _, _ = strings.Cut(purl, "#")
	if at := strings.LastIndexByte(purl, '@'); at > strings.LastIndexByte(purl, '/') {
		purl = purl[:at]
	}
	return cmp.Or(purl, p.Ecosystem+"/"+p.Name)
}

// declaringFile is the path of the file that declares the package.
func declaringFile(p *asset.Package) string {
	if len(p.Locations) == 0 {
		return ""
	}
	return p.Locations[0].Path
}
