// Package pypi finds installed Python distributions by the metadata that pip,
// setuptools and distutils leave beside the code.
package pypi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/package-url/packageurl-go"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// MetadataAnalyzer is the name of the one analyzer, for Decode.
const MetadataAnalyzer = "python-metadata"

// Ecosystem is the name of the Python Package Index in OSV records.
const Ecosystem = "PyPI"

// reasonUnnamed is why a distribution that setuptools found no name or version
// for is not matched.
const reasonUnnamed = "its metadata give no real name or version"

// Analyzers gives the reader of Python's core metadata in its three places:
// wheels' *.dist-info/METADATA, setuptools' *.egg-info/PKG-INFO (EGG-INFO in an
// unpacked egg) and distutils' *.egg-info as a single file.
func Analyzers() []image.Analyzer {
	return []image.Analyzer{{
		Name: MetadataAnalyzer, Version: 1, Analyze: analyze,
		Patterns: []image.Pattern{
			{ParentSuffix: ".dist-info", Base: "METADATA"},
			{ParentSuffix: ".egg-info", Base: "PKG-INFO"},
			{ParentSuffix: "EGG-INFO", Base: "PKG-INFO"},
			{Suffix: ".egg-info"},
		},
	}}
}

// distribution is what is kept of one distribution's metadata.
type distribution struct {
	Name     string   `json:"n"`
	Version  string   `json:"v"`
	Licenses []string `json:"l,omitempty"`
	Author   string   `json:"a,omitempty"`
}

func analyze(_ context.Context, f image.File) ([]byte, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	d := parseMetadata(content)
	if d.Name == "" || d.Version == "" {
		name, version := fromFileName(f.Path)
		if d.Name == "" {
			d.Name = name
		}
		if d.Version == "" {
			d.Version = version
		}
	}
	if !validName(d.Name) || !validVersion(d.Version) {
		return nil, errors.New("it gives no usable name and version, its distribution is not listed")
	}
	return json.Marshal(d)
}

// Decode turns what the analyzer kept of the file at path into its package.
func Decode(analyzer, path string, layer int, data []byte) ([]asset.Package, error) {
	if analyzer != MetadataAnalyzer {
		return nil, fmt.Errorf("no Python analyzer is called %q", analyzer)
	}
	var d distribution
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("kept result of %s is damaged, clear the layer cache: %w", path, wording.JSON(err))
	}
	p := asset.Package{
		Name:      d.Name,
		Version:   d.Version,
		Type:      packageurl.TypePyPi,
		Ecosystem: Ecosystem,
		PURL:      packageurl.NewPackageURL(packageurl.TypePyPi, "", NormalName(d.Name), d.Version, nil, "").ToString(),
		Locations: []asset.Location{{Path: path, Layer: layer}},
		Licenses:  d.Licenses,
		Supplier:  d.Author,
	}
	if strings.EqualFold(d.Name, unknown) || strings.EqualFold(d.Version, unknown) {
		p.Ecosystem, p.NotMatched = "", reasonUnnamed
	}
	return []asset.Package{p}, nil
}

// fromFileName reads "name-version" off an .egg-info or .dist-info name, such
// as "wsgiref-0.1.2-py2.7.egg-info": see "File name components" in
// https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html.
func fromFileName(file string) (name, version string) {
	base := path.Base(file)
	if base == "METADATA" || base == "PKG-INFO" {
		base = path.Base(path.Dir(file))
	}
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".egg-info"), ".dist-info")
	name, version, _ = strings.Cut(base, "-")
	version, _, _ = strings.Cut(version, "-")
	return strings.ReplaceAll(name, "_", "-"), version
}
