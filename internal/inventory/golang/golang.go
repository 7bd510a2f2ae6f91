// Package golang finds Go modules and the standard library in compiled
// programs, by the build information that the Go linker writes into them.
package golang

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/package-url/packageurl-go"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// BinaryAnalyzer is the name of the one analyzer, for Decode.
const BinaryAnalyzer = "go-binary"

// Ecosystem is Go's name in OSV records.
const Ecosystem = "Go"

// maxSize is the size of the largest program that is read: 1 GiB. Of a program
// only its headers and the build information are touched.
const maxSize = 1 << 30

// Analyzers gives the reader of executables and of shared libraries, which Go
// builds too (plugins, -buildmode=c-shared).
func Analyzers() []image.Analyzer {
	return []image.Analyzer{{
		Name: BinaryAnalyzer, Version: 2, MaxSize: maxSize, Analyze: analyze,
		Patterns: []image.Pattern{
			{Executable: true, Magic: magicELF},
			{Suffix: ".so", Magic: magicELF},
			{Suffix: ".exe", Magic: "MZ"},
			{Executable: true, Magic: "\xcf\xfa\xed\xfe"}, // Mach-O, 64 bits
			{Executable: true, Magic: "\xca\xfe\xba\xbe"}, // Mach-O for several processors
		},
	}}
}

// module is what is kept of one module of a program.
type module struct {
	Path       string `json:"p"`
	Version    string `json:"v,omitempty"`
	Sum        string `json:"s,omitempty"`
	NotMatched string `json:"u,omitempty"`
}

func analyze(_ context.Context, f image.File) ([]byte, error) {
	info, err := readBuildInfo(f.Content, f.Size)
	if info == nil {
		return nil, err
	}
	return json.Marshal(modulesOf(info))
}

// Decode turns what the analyzer kept of the program at path into packages.
func Decode(analyzer, path string, layer int, data []byte) ([]asset.Package, error) {
	if analyzer != BinaryAnalyzer {
		return nil, fmt.Errorf("no Go analyzer is called %q", analyzer)
	}
	var modules []module
	if err := json.Unmarshal(data, &modules); err != nil {
		return nil, fmt.Errorf("kept result of %s is damaged, clear the layer cache: %w", path, wording.JSON(err))
	}
	packages := make([]asset.Package, len(modules))
	for i, m := range modules {
		packages[i] = m.toPackage(asset.Location{Path: path, Layer: layer})
	}
	return packages, nil
}

func (m module) toPackage(location asset.Location) asset.Package {
	p := asset.Package{
		Name:       m.Path,
		Version:    m.Version,
		Type:       packageurl.TypeGolang,
		Ecosystem:  Ecosystem,
		NotMatched: m.NotMatched,
		PURL:       purl(m.Path, m.Version),
		Locations:  []asset.Location{location},
		Checksum:   m.Sum,
	}
	if m.NotMatched != "" {
		p.Ecosystem = ""
	}
	return p
}

// purl names a module as the purl specification's golang type asks: in lower
// case, its path up to the last element being the namespace. Go's words for an
// unknown version, "(devel)" and "devel …", are no version.
func purl(modulePath, version string) string {
	if strings.Contains(version, "devel") {
		version = ""
	}
	namespace, name := path.Split(strings.ToLower(modulePath))
	return packageurl.NewPackageURL(packageurl.TypeGolang, strings.TrimSuffix(namespace, "/"), name, version, nil, "").ToString()
}
