package inventory

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/apk"
	"seawall/internal/inventory/distro"
	"seawall/internal/inventory/dpkg"
	"seawall/internal/inventory/filelist"
	"seawall/internal/inventory/rpm"
)

// debs adds what dpkg has installed.
func (c *collector) debs(owners *ownership) {
	var packages []dpkg.Package
	for r := range c.tree.Results(dpkg.StatusAnalyzer) {
		decoded, err := dpkg.Decode(r.Path, r.Layer, r.Data)
		c.note(r, err)
		packages = append(packages, decoded...)
	}
	if len(packages) == 0 {
		return
	}
	signs := c.scanDebFiles(packages, owners)
	licenses := c.debLicenses()
	evidence := c.debEvidence()
	for i, p := range packages {
		if entry, found := c.tree.Lookup(dpkg.CopyrightPath(p.Name)); found {
			p.Licenses = licenses[entry.Path]
		}
		verdict := evidence.Judge(p, signs[i])
		p.Repository = verdict.Repository
		p.PURL = systemPURL(c.distribution, p.Package, p.Version, upstream(p.Package), 0)
		c.add(p.Package, verdict.Reason)
	}
}

// scanDebFiles goes through the file lists once, for ownership and for what
// they tell about each package's builder.
func (c *collector) scanDebFiles(packages []dpkg.Package, owners *ownership) []dpkg.FileSigns {
	numbers := map[string]int{}
	for i, p := range slices.Backward(packages) {
		numbers[p.Name] = i
		numbers[p.Name+":"+p.Arch] = i
		if file := path.Base(p.Locations[0].Path); file != "status" {
			numbers[file] = i // in status.d the list is named as the file
		}
	}
	diversions := map[string]dpkg.Diversion{}
	for r := range c.tree.Results(dpkg.DiversionsAnalyzer) {
		diversions = dpkg.Diversions(r.Data)
	}
	signs := make([]dpkg.FileSigns, len(packages))
	for r := range c.tree.Results(dpkg.FilesAnalyzer) {
		number, known := numbers[dpkg.ListOwner(r.Path)]
		if !known {
			continue
		}
		name := packages[number].Name
		dpkg.EachFile(r.Path, r.Data, func(file []byte) {
			if strings.HasSuffix(r.Path, ".list") { // a list of sums need not be whole
				signs[number].Add(name, file)
			}
			if d, diverted := diversions[string(file)]; diverted && d.By != name {
				owners.claim(len(c.system)+number, []byte(d.To))
				return
			}
			owners.claim(len(c.system)+number, file)
		})
	}
	return signs
}

func (c *collector) debLicenses() map[string][]string {
	licenses := map[string][]string{}
	for r := range c.tree.Results(dpkg.CopyrightAnalyzer) {
		licenses[r.Path] = dpkg.Licenses(r.Data)
	}
	return licenses
}

func (c *collector) debEvidence() *dpkg.Evidence {
	var sources []dpkg.Source
	for r := range c.tree.Results(dpkg.SourcesAnalyzer) {
		sources = append(sources, dpkg.Sources(r.Path, r.Data)...)
	}
	ids := append([]string{c.distribution.ID}, c.distribution.IDLike...)
	return dpkg.NewEvidence(ids, sources, c.byPath(dpkg.ListsAnalyzer), c.byPath(dpkg.ReleaseAnalyzer))
}

func (c *collector) byPath(analyzer string) map[string][]byte {
	contents := map[string][]byte{}
	for r := range c.tree.Results(analyzer) {
		contents[r.Path] = r.Data
	}
	return contents
}

// apks adds what apk has installed. Its database does not tell the repository,
// so all packages count as the distribution's.
func (c *collector) apks(owners *ownership) {
	for r := range c.tree.Results(apk.Analyzer) {
		packages, err := apk.Decode(r.Path, r.Layer, r.Data)
		c.note(r, err)
		first := len(c.system)
		filelist.EachPacked(r.Data, func(owner int, dir, base []byte) { owners.claimIn(first+owner, dir, base) })
		for _, p := range packages {
			p.PURL = systemPURL(c.distribution, p, p.Version, upstream(p), 0)
			c.add(p, "")
		}
	}
}

// rpms adds what rpm has installed: from one database per folder, for a
// conversion leaves the old one behind.
func (c *collector) rpms(owners *ownership) {
	folders := map[string][]string{}
	for r := range c.tree.Results(rpm.Analyzer) {
		folders[path.Dir(r.Path)] = append(folders[path.Dir(r.Path)], r.Path)
	}
	for r := range c.tree.Results(rpm.Analyzer) {
		if newest := rpm.Newest(folders[path.Dir(r.Path)]); r.Path != newest {
			c.note(r, fmt.Errorf("the rpm database is older than %s beside it and was not read; delete the one that rpm does not use", path.Base(newest)))
			continue
		}
		c.rpmDatabase(r, owners)
	}
	for r := range c.tree.Results(rpm.ManifestAnalyzer) {
		c.rpmDatabase(r, owners)
	}
	for r := range c.tree.Results(rpm.WALAnalyzer) {
		c.note(r, fmt.Errorf("the rpm database has a write-ahead log, so the newest changes may be missing; close rpm before the image is saved"))
	}
}

func (c *collector) rpmDatabase(r image.Result, owners *ownership) {
	packages, err := rpm.Decode(r.Path, r.Layer, r.Data)
	c.note(r, err)
	first := len(c.system)
	filelist.EachPacked(r.Data, func(owner int, dir, base []byte) { owners.claimIn(first+owner, dir, base) })
	for _, p := range packages {
		version := strings.TrimPrefix(p.Version, strconv.Itoa(p.Epoch)+":")
		p.PURL = systemPURL(c.distribution, p.Package, version, p.SourceRPM, p.Epoch)
		evidence, _ := rpm.ThirdParty(c.distribution.ID, p)
		c.add(p.Package, evidence)
		c.scopeModule(&c.system[len(c.system)-1], p.Module)
	}
}

// scopeModule corrects the ecosystem of a modular package: on Red Hat they are
// all in the AppStream product. CentOS numbered its module builds differently,
// so Red Hat's fixed versions say nothing about them.
func (c *collector) scopeModule(p *asset.Package, module string) {
	stream, isBase := strings.CutSuffix(p.Ecosystem, "::baseos")
	if module == "" || !isBase || !strings.HasPrefix(stream, "Red Hat:") {
		return
	}
	p.Ecosystem = stream + "::appstream"
	if c.distribution.ID != "rhel" {
		p.Ecosystem, p.NotMatched = "", "the module builds of "+c.distribution.PrettyName+" have other numbers than Red Hat's, so the advisories' versions cannot be compared"
	}
}

// add appends a package of the distribution's format; evidence says why it is
// a third party's, "" if it is not.
func (c *collector) add(p asset.Package, evidence string) {
	p.Provider = asset.ProviderDistribution
	switch {
	case evidence != "":
		p.Provider = asset.ProviderThirdParty
		p.NotMatched = "built by a third party (" + evidence + "), so the distribution's advisories are not about it"
	case c.distribution.Ecosystem == "":
		p.NotMatched = c.noEcosystem
	case distro.PackageFormat(c.distribution) != p.Type:
		p.NotMatched = fmt.Sprintf("a %s package in %s, whose advisories are about %s packages",
			p.Type, c.distribution.PrettyName, distro.PackageFormat(c.distribution))
	default:
		p.Ecosystem = c.distribution.Ecosystem
	}
	c.system = append(c.system, p)
}
