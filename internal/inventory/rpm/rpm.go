// Package rpm reads the databases of installed packages that rpm has written
// over the years: SQLite (rpmdb.sqlite), ndb (Packages.db), Berkeley DB
// (Packages), and the manifest of Azure Linux's images without a database.
// The readers are for these files alone: read-only, bounded, without a SQL
// engine.
package rpm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// Names of the analyzers, by which their results are found.
const (
	Analyzer         = "rpm-database"
	WALAnalyzer      = "rpm-wal"
	ManifestAnalyzer = "rpm-manifest"
)

const (
	manifestDir  = "var/lib/rpmmanifest"
	manifestBase = "container-manifest-2"
)

// databaseDirs are where distributions keep the database; usually all but one
// are symbolic links.
var databaseDirs = []string{"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"}

// databaseReaders are the readers by file name, the newest format first.
var databaseReaders = []struct {
	base string
	read func(file io.ReaderAt, size int64, visit func(blob []byte) error) error
}{
	{"rpmdb.sqlite", readSQLite},
	{"Packages.db", readNDB},
	{"Packages", readBerkeley},
}

// Databases gives where the database can be, the usual places first.
func Databases() []string {
	var files []string
	for _, dir := range databaseDirs {
		for _, reader := range databaseReaders {
			files = append(files, path.Join(dir, reader.base))
		}
	}
	return append(files, path.Join(manifestDir, manifestBase))
}

// Analyzers gives the analyzers of rpm's databases.
func Analyzers() []image.Analyzer {
	var databases, journals []image.Pattern
	for _, dir := range databaseDirs {
		for _, reader := range databaseReaders {
			databases = append(databases, image.Pattern{Dir: dir, Base: reader.base})
		}
		journals = append(journals, image.Pattern{Dir: dir, Base: "rpmdb.sqlite-wal"})
	}
	return []image.Analyzer{
		{Name: Analyzer, Version: 1, MaxSize: 512 << 20, Patterns: databases, Analyze: analyzeDatabase},
		{Name: WALAnalyzer, Version: 1, MaxSize: 512 << 20, Patterns: journals, Analyze: analyzeWAL},
		{Name: ManifestAnalyzer, Version: 1, Analyze: analyzeManifest, Patterns: []image.Pattern{{Dir: manifestDir, Base: manifestBase}}},
	}
}

// Package is one installed package with the tags that tell who built it.
type Package struct {
	asset.Package
	// Vendor and Packager are the tags of these names.
	Vendor, Packager string
	// Module is the module and stream that a modular package belongs to,
	// "nodejs:18:…", "" for others.
	Module string
	// SourceRPM is the source package's file name.
	SourceRPM string
	// Epoch is part of the version; a purl wants it apart.
	Epoch int
}

// database is what is kept of a database. In the analyzer's result it is one
// line of JSON, and the list of files follows.
type database struct {
	Packages []record
	Problem  string `json:",omitempty"`
}

func analyzeDatabase(ctx context.Context, f image.File) ([]byte, error) {
	var kept database
	var files filelist.Builder
	visit := func(blob []byte) error {
		h, err := newHeader(blob)
		if err != nil || ctx.Err() != nil {
			return cmp.Or(ctx.Err(), err)
		}
		return kept.add(h, &files)
	}
	for _, reader := range databaseReaders {
		if path.Base(f.Path) == reader.base {
			if err := reader.read(f.Content, f.Size, visit); err != nil {
				kept.Problem = fmt.Sprintf("the rpm database is damaged (%s), so packages may be missing; run rpm --rebuilddb in the image", err)
			}
		}
	}
	if files.Full() {
		kept.Problem = cmp.Or(kept.Problem, "the rpm database names too many files, so some language packages may be reported beside the rpm package that owns them")
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return filelist.Pack(kept, files.Bytes())
}

// add keeps one package. Entries named gpg-pubkey are no packages but the keys
// that rpm trusts.
func (d *database) add(h header, files *filelist.Builder) error {
	r := h.record()
	switch {
	case r.Name == "gpg-pubkey":
		return nil
	case r.Name == "" || r.Version == "":
		return errors.New("a package has no name or version")
	}
	h.addFiles(files, len(d.Packages))
	d.Packages = append(d.Packages, r)
	return nil
}

// analyzeWAL keeps a mark if there is a write-ahead log: SQLite holds in it
// what was not yet written into the database.
func analyzeWAL(_ context.Context, f image.File) ([]byte, error) {
	if f.Size == 0 {
		return nil, nil
	}
	return []byte("not empty"), nil
}

// Decode reads the result of the database or manifest analyzer. The error says
// what could not be read of the file; the packages that could are given all
// the same.
func Decode(path string, layer int, data []byte) ([]Package, error) {
	var kept database
	if err := filelist.Unpack(data, &kept); err != nil {
		return nil, err
	}
	epochs := sourceEpochs(kept.Packages)
	packages := make([]Package, 0, len(kept.Packages))
	for _, r := range kept.Packages {
		p := Package{
			Package: asset.Package{
				Name: r.Name, Version: r.evr(), Type: "rpm", Arch: r.Arch,
				Source: r.source(epochs), Supplier: cmp.Or(r.Vendor, r.Packager),
				Locations: []asset.Location{{Path: path, Layer: layer}},
			},
			Vendor: r.Vendor, Packager: r.Packager, Module: r.Module, SourceRPM: r.SourceRPM, Epoch: r.Epoch,
		}
		if r.License != "" {
			p.Licenses = []string{r.License}
		}
		packages = append(packages, p)
	}
	if kept.Problem != "" {
		return packages, errors.New(kept.Problem)
	}
	return packages, nil
}

// Newest picks, of the database files in one folder, the one of the newest
// format: a converted database may leave the old file behind.
func Newest(paths []string) string {
	for _, reader := range databaseReaders {
		for _, p := range paths {
			if path.Base(p) == reader.base {
				return p
			}
		}
	}
	return ""
}

// sourceEpochs gives the epoch of each source package. Its file name has none,
// but a binary package of the same version and release has its epoch.
func sourceEpochs(records []record) map[string]int {
	epochs := map[string]int{}
	for _, r := range records {
		if _, version, release := splitSourceRPM(r.SourceRPM); version == r.Version && release == r.Release {
			epochs[r.SourceRPM] = r.Epoch
		}
	}
	return epochs
}

// source gives the source package. Where no installed package tells its
// epoch, the package's own is the best guess.
func (r record) source(epochs map[string]int) asset.SourcePackage {
	name, version, release := splitSourceRPM(r.SourceRPM)
	if name == "" {
		return asset.SourcePackage{Name: r.Name, Version: r.evr()}
	}
	epoch, known := epochs[r.SourceRPM]
	if !known {
		epoch = r.Epoch
	}
	return asset.SourcePackage{Name: name, Version: record{Version: version, Release: release, Epoch: epoch}.evr()}
}

// splitSourceRPM splits "name-version-release.src.rpm"; neither version nor
// release has a hyphen.
func splitSourceRPM(file string) (name, version, release string) {
	stem := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(file, ".rpm"), ".src"), ".nosrc")
	at := strings.LastIndexByte(stem, '-')
	if at < 0 {
		return "", "", ""
	}
	stem, release = stem[:at], stem[at+1:]
	if at = strings.LastIndexByte(stem, '-'); at < 0 {
		return "", "", ""
	}
	return stem[:at], stem[at+1:], release
}
