// Package inventory lists what software an image holds. Analyzers read the
// files of package managers while the layers stream by; Collect works out from
// their results, after the merge, what they mean together: the distribution,
// who built a package, which language packages belong to a distribution's
// package, and which advisories speak about each.
package inventory

import (
	"iter"
	"slices"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/apk"
	"seawall/internal/inventory/distro"
	"seawall/internal/inventory/dpkg"
	"seawall/internal/inventory/rpm"
)

// Tree is an image's file system as a container sees it.
type Tree interface {
	// Results gives what an analyzer kept of the visible files.
	Results(analyzer string) iter.Seq[image.Result]
	// Lookup finds what a path leads to, through symbolic links inside the
	// image. The entry's path is the real one.
	Lookup(path string) (asset.FileEntry, bool)
	// EntriesWith gives what is visible and wanted, in path order. keep is told
	// type, mode and whether there are capabilities.
	EntriesWith(keep func(kind asset.FileType, mode uint32, capable bool) bool) iter.Seq[asset.FileEntry]
}

// Inventory is what an image holds.
type Inventory struct {
	Distribution asset.Distribution
	// Packages are sorted by type, name, version and purl.
	Packages []asset.Package
	// Owners name the distribution package of each file that Collect was asked
	// about, by the file's path. A file without an owner is left out.
	Owners map[string]string
	// OwnersUnknown says why a file that is not in Owners may have an owner all
	// the same, "" if it has none.
	OwnersUnknown string
	Problems      []image.Problem
}

// Analyzers gives the analyzers of all package managers and of the
// distribution's files.
func Analyzers() []image.Analyzer {
	analyzers := slices.Concat(distro.Analyzers(), dpkg.Analyzers(), apk.Analyzers(), rpm.Analyzers())
	for _, l := range languages {
		analyzers = append(analyzers, l.analyzers()...)
	}
	return analyzers
}

// Collect makes the inventory of a merged image whose layers were read with
// Analyzers. It also finds the owners of the given files, named by real paths.
func Collect(tree Tree, files ...string) Inventory {
	c := &collector{tree: tree}
	c.detectDistribution()
	bundled := c.languagePackages()
	beforeDatabases := len(c.problems)
	owners := newOwnership(tree, bundled, files)
	c.debs(owners)
	c.apks(owners)
	c.rpms(owners)
	if len(c.problems) == beforeDatabases {
		c.checkDatabase() // a damaged one is reported already
	}
	owners.assign(bundled, c.system)
	return Inventory{
		Distribution: c.distribution,
		Packages:     mergeDuplicates(slices.Concat(c.system, bundled)),
		Owners:       owners.names(files, c.system),

		OwnersUnknown: ownersUnknown(owners, len(c.problems) > beforeDatabases),
		Problems:      c.problems,
	}
}

// ownersUnknown says why the lists of the packages' files are not whole.
func ownersUnknown(owners *ownership, damaged bool) string {
	switch {
	case owners.files == 0:
		return "no package database in the image lists its packages' files"
	case damaged:
		return "a package database could not be read in full"
	}
	return ""
}

// collector gathers packages from the results of one image.
type collector struct {
	tree         Tree
	distribution asset.Distribution
	// noEcosystem says why the distribution has none, "" if it has.
	noEcosystem string
	// system are the packages of the distribution's package managers;
	// ownership refers to them by index.
	system   []asset.Package
	problems []image.Problem
}

// detectDistribution reads the release files, which may be symbolic links.
func (c *collector) detectDistribution() {
	contents := map[string][]byte{}
	for r := range c.tree.Results(distro.Analyzer) {
		contents[r.Path] = r.Data
	}
	c.distribution, c.noEcosystem = distro.Detect(func(path string) ([]byte, bool) {
		entry, found := c.tree.Lookup(path)
		content, kept := contents[entry.Path]
		return content, found && kept
	})
}

// note records that a file could not be read in full.
func (c *collector) note(r image.Result, err error) {
	if err != nil {
		c.problems = append(c.problems, image.Problem{Layer: r.Layer, Path: r.Path, Message: err.Error()})
	}
}
