// Package dpkg reads what dpkg and apt leave in an image: the installed
// packages, their file lists, diversions and licences, and the evidence that
// tells a distribution's packages from those of third parties.
package dpkg

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// Names of the analyzers, by which their results are found.
const (
	StatusAnalyzer     = "dpkg-status"
	FilesAnalyzer      = "dpkg-files"
	DiversionsAnalyzer = "dpkg-diversions"
	CopyrightAnalyzer  = "dpkg-copyright"
	SourcesAnalyzer    = "apt-sources"
	ListsAnalyzer      = "apt-lists"
	ReleaseAnalyzer    = "apt-release"
)

const (
	adminDir  = "var/lib/dpkg"
	statusDir = "var/lib/dpkg/status.d"
	infoDir   = "var/lib/dpkg/info"
)

// Analyzers gives the analyzers of dpkg's and apt's files.
func Analyzers() []image.Analyzer {
	return []image.Analyzer{
		{
			Name: StatusAnalyzer, Version: 1, MaxSize: 128 << 20, Analyze: analyzeStatus,
			Patterns: []image.Pattern{{Dir: adminDir, Base: "status"}, {Dir: statusDir}},
		},
		{
			Name: FilesAnalyzer, Version: 1, Analyze: keepFile,
			Patterns: []image.Pattern{{Dir: infoDir, Suffix: ".list"}, {Dir: statusDir, Suffix: ".md5sums"}},
		},
		{
			Name: DiversionsAnalyzer, Version: 1, Analyze: keepFile,
			Patterns: []image.Pattern{{Dir: adminDir, Base: "diversions"}},
		},
		{
			Name: CopyrightAnalyzer, Version: 1, MaxSize: 4 << 20, Analyze: analyzeCopyright,
			Patterns: []image.Pattern{{Base: "copyright"}},
		},
		{
			Name: SourcesAnalyzer, Version: 1, MaxSize: 1 << 20, Analyze: keepFile,
			Patterns: []image.Pattern{
				{Dir: "etc/apt", Base: "sources.list"},
				{Dir: "etc/apt/sources.list.d", Suffix: ".list"},
				{Dir: "etc/apt/sources.list.d", Suffix: ".sources"},
			},
		},
		{
			Name: ListsAnalyzer, Version: 1, MaxSize: 512 << 20, Analyze: analyzeList,
			Patterns: []image.Pattern{{Dir: listsDir, Suffix: "_Packages"}},
		},
		{
			Name: ReleaseAnalyzer, Version: 1, Analyze: analyzeRelease,
			Patterns: []image.Pattern{{Dir: listsDir, Suffix: "_InRelease"}, {Dir: listsDir, Suffix: "_Release"}},
		},
	}
}

// StatusFiles gives where dpkg's list of installed packages is: one file, and in
// images without dpkg (distroless) a folder with a file for each package.
func StatusFiles() []string { return []string{adminDir + "/status", statusDir} }

// Package is one installed package with the control fields that tell who
// built it.
type Package struct {
	asset.Package
	// Vendor and License are fields that Debian's policy does not know and
	// third-party builders such as fpm write.
	Vendor, License string
	// Origin and Bugs are the control fields of these names.
	Origin, Bugs string
}

// status is what is kept of a status file.
type status struct {
	Packages []record
	Problem  string `json:",omitempty"`
}

type record struct {
	Name, Version, Arch, Maintainer string
	Source, SourceVersion           string
	Vendor, License, Origin, Bugs   string `json:",omitempty"`
}

// Decode reads the result of the status analyzer. The error says what could
// not be read of the file; the packages that could are given all the same.
func Decode(path string, layer int, data []byte) ([]Package, error) {
	var kept status
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, fmt.Errorf("read the kept result of %s: %w", path, wording.JSON(err))
	}
	packages := make([]Package, 0, len(kept.Packages))
	for _, r := range kept.Packages {
		packages = append(packages, Package{
			Package: asset.Package{
				Name: r.Name, Version: r.Version, Type: "deb", Arch: r.Arch,
				Source:    asset.SourcePackage{Name: r.Source, Version: r.SourceVersion},
				Supplier:  r.Maintainer,
				Locations: []asset.Location{{Path: path, Layer: layer}},
			},
			Vendor: r.Vendor, License: r.License, Origin: r.Origin, Bugs: r.Bugs,
		})
	}
	if kept.Problem != "" {
		return packages, errors.New(kept.Problem)
	}
	return packages, nil
}

func analyzeStatus(_ context.Context, f image.File) ([]byte, error) {
	single := path.Dir(f.Path) == statusDir
	if single && strings.HasSuffix(f.Path, ".md5sums") {
		return nil, nil
	}
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return json.Marshal(parseStatus(content, single))
}

// parseStatus reads a status file, or with single one file of status.d: there
// each file is a package's control file, without a Status field, and need not
// end in a newline.
func parseStatus(content []byte, single bool) status {
	var kept status
	if !single && len(content) > 0 && content[len(content)-1] != '\n' {
		kept.Problem = "the package list ends in the middle of a line, so packages may be missing; rebuild the image"
		content = content[:bytes.LastIndexByte(content, '\n')+1]
	}
	for fields := range stanzas(content) {
		if r, ok := newRecord(fields, single); ok {
			kept.Packages = append(kept.Packages, r)
		} else if fields["package"] == "" || (fields["version"] == "" && isInstalled(fields["status"])) {
			kept.Problem = cmp.Or(kept.Problem, fmt.Sprintf("an entry of the package list has no name or version (package %q); it was left out", fields["package"]))
		}
	}
	return kept
}

func newRecord(fields map[string]string, single bool) (record, bool) {
	if fields["package"] == "" || fields["version"] == "" || (!single && !isInstalled(fields["status"])) {
		return record{}, false
	}
	source, version := splitSource(fields["source"])
	return record{
		Name: fields["package"], Version: fields["version"], Arch: fields["architecture"],
		Maintainer:    fields["maintainer"],
		Source:        cmp.Or(source, fields["package"]),
		SourceVersion: cmp.Or(version, fields["version"]),
		Vendor:        fields["vendor"], License: fields["license"],
		Origin: fields["origin"], Bugs: fields["bugs"],
	}, true
}

// isInstalled reads a Status field, "want flag state" (dpkg(1), "Information
// about packages"): files of the package are there in all states but two.
func isInstalled(status string) bool {
	words := strings.Fields(status)
	if len(words) != 3 {
		return false
	}
	switch words[2] {
	case "installed", "half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending":
		return true
	}
	return false
}

// splitSource reads a Source field: "name" or "name (version)" (deb-control(5)).
func splitSource(field string) (name, version string) {
	name, rest, _ := strings.Cut(field, "(")
	version, _, _ = strings.Cut(rest, ")")
	return strings.TrimSpace(name), strings.TrimSpace(version)
}

// keepFile keeps a small text file as it is.
func keepFile(_ context.Context, f image.File) ([]byte, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return bytes.Clone(content), nil
}
