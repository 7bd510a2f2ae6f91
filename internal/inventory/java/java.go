// Package java finds Maven artifacts in Java archives: the archive itself, what
// was shaded into it, and archives nested in it.
package java

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/package-url/packageurl-go"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// ArchiveAnalyzer is the name of the one analyzer, for Decode.
const ArchiveAnalyzer = "java-archive"

// Ecosystem is Maven's name in OSV records.
const Ecosystem = "Maven"

// reasonNoGroup stands beside an archive that names itself but not its group:
// a guessed one would match another project's advisories.
const reasonNoGroup = "the archive does not tell its Maven group ID"

// maxSize is the size of the largest archive that is read: 1 GiB. Of an archive
// only the directory, a few small members and nested archives are read.
const maxSize = 1 << 30

// archiveSuffixes end the names of Java archives: libraries, web and enterprise
// applications, JBoss' persistence archives, Jenkins plugins.
var archiveSuffixes = []string{".jar", ".war", ".ear", ".par", ".hpi", ".jpi"}

// Analyzers gives the reader of Java archives. Their content is not asked how
// it begins: a launcher script may stand in front of an executable one.
func Analyzers() []image.Analyzer {
	patterns := make([]image.Pattern, len(archiveSuffixes))
	for i, suffix := range archiveSuffixes {
		patterns[i] = image.Pattern{Suffix: suffix}
	}
	return []image.Analyzer{{
		Name: ArchiveAnalyzer, Version: 1, MaxSize: maxSize, Patterns: patterns, Analyze: analyze,
	}}
}

// artifact is what is kept of one Maven artifact.
type artifact struct {
	// Member is where in the file it was found, "!/BOOT-INF/lib/a.jar"; empty
	// for the file itself.
	Member string `json:"m,omitempty"`
	// Group is empty if the archive does not tell it.
	Group    string   `json:"g,omitempty"`
	Name     string   `json:"n"`
	Version  string   `json:"v"`
	Licenses []string `json:"l,omitempty"`
	Supplier string   `json:"s,omitempty"`
}

// analyze gives what was found even if parts could not be read; the error says
// which.
func analyze(ctx context.Context, f image.File) ([]byte, error) {
	if isDocumentation(f.Path) {
		return nil, nil
	}
	s := scan{ctx: ctx, path: f.Path, bytesLeft: maxScanned, memoryLeft: maxUnpacked, archivesLeft: maxArchives}
	s.archive(f.Content, f.Size, "", 0)
	if len(s.found) == 0 {
		return nil, s.problem()
	}
	data, err := json.Marshal(s.found)
	if err != nil {
		return nil, err
	}
	return data, s.problem()
}

// isDocumentation recognizes archives of sources and documentation, which hold
// no code.
func isDocumentation(path string) bool {
	return strings.HasSuffix(path, "-sources.jar") || strings.HasSuffix(path, "-javadoc.jar")
}

// Decode turns what the analyzer kept of the archive at path into packages.
func Decode(analyzer, path string, layer int, data []byte) ([]asset.Package, error) {
	if analyzer != ArchiveAnalyzer {
		return nil, fmt.Errorf("no Java analyzer is called %q", analyzer)
	}
	var artifacts []artifact
	if err := json.Unmarshal(data, &artifacts); err != nil {
		return nil, fmt.Errorf("kept result of %s is damaged, clear the layer cache: %w", path, wording.JSON(err))
	}
	packages := make([]asset.Package, len(artifacts))
	for i, a := range artifacts {
		packages[i] = a.toPackage(asset.Location{Path: path + a.Member, Layer: layer})
	}
	return packages, nil
}

// toPackage names a package "group:artifact", as OSV's Maven records do.
// Without a group there is no Maven purl, so it gets a generic one.
func (a artifact) toPackage(location asset.Location) asset.Package {
	p := asset.Package{
		Name:      a.Group + ":" + a.Name,
		Version:   a.Version,
		Type:      packageurl.TypeMaven,
		Ecosystem: Ecosystem,
		PURL:      packageurl.NewPackageURL(packageurl.TypeMaven, a.Group, a.Name, a.Version, nil, "").ToString(),
		Locations: []asset.Location{location},
		Licenses:  a.Licenses,
		Supplier:  a.Supplier,
	}
	if a.Group == "" {
		p.Name, p.Ecosystem, p.NotMatched = a.Name, "", reasonNoGroup
		p.PURL = packageurl.NewPackageURL(packageurl.TypeGeneric, "", a.Name, a.Version, nil, "").ToString()
	}
	return p
}
