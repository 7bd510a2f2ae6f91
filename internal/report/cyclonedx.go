package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"seawall/internal/asset"
)

// WriteCycloneDX writes a bill of materials as CycloneDX 1.6 JSON
// (ECMA-424): the image, its operating system and packages, and the
// vulnerabilities among the findings, if there are any. What an exception
// accepts has an analysis; misconfigurations have no place in the format.
func WriteCycloneDX(w io.Writer, d *Document, _ Options) error {
	b := newBOM(escaped(d))
	var encoded bytes.Buffer
	encoder := cdx.NewBOMEncoder(&encoded, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	if err := encoder.EncodeVersion(b.document(), cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("encode the report as CycloneDX: %w", err)
	}
	if _, err := w.Write(escapeJSON(encoded.Bytes())); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// bom collects components and gives each a reference of its own.
type bom struct {
	d          *Document
	components []cdx.Component
	// used counts how often a reference was asked for.
	used map[string]int
	// refs finds the component of a finding's package.
	refs map[packageKey]string
	// contents are the references of what each asset contains.
	contents map[string][]string
}

type packageKey struct{ asset, name, version, purl string }

func newBOM(d *Document) *bom {
	b := &bom{d: d, used: map[string]int{}, refs: map[packageKey]string{}, contents: map[string][]string{}}
	for i := range d.Assets {
		b.used[d.Assets[i].ID]++
	}
	for i := range d.Assets {
		b.addAsset(&d.Assets[i])
	}
	return b
}

func (b *bom) document() *cdx.BOM {
	document := cdx.NewBOM()
	document.SerialNumber = "urn:uuid:" + documentUUID(b.d)
	document.Metadata = &cdx.Metadata{
		Timestamp: b.d.Created.UTC().Format(time.RFC3339),
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{
			{Type: cdx.ComponentTypeApplication, Name: b.d.Tool.Name, Version: b.d.Tool.Version},
		}},
	}
	components := b.components
	// The subject is one thing; several are components beside each other.
	if len(b.d.Assets) == 1 {
		subject := assetComponent(&b.d.Assets[0])
		document.Metadata.Component = &subject
	} else {
		for i := range b.d.Assets {
			components = append(components, assetComponent(&b.d.Assets[i]))
		}
	}
	document.Components = &components
	document.Dependencies = b.dependencies()
	document.Compositions = b.compositions()
	document.Vulnerabilities = b.vulnerabilities()
	return document
}

// ref makes a reference unique: the same package may be in two assets.
func (b *bom) ref(wanted string) string {
	b.used[wanted]++
	if n := b.used[wanted]; n > 1 {
		return b.ref(wanted + "#" + strconv.Itoa(n))
	}
	return wanted
}

func (b *bom) addAsset(a *Asset) {
	if a.Distribution != nil {
		b.add(a, systemComponent(a.Distribution))
	}
	for i := range a.Packages {
		p := &a.Packages[i]
		ref := b.add(a, packageComponent(a, p))
		key := packageKey{a.ID, p.Name, p.Version, p.PURL}
		if b.refs[key] == "" {
			b.refs[key] = ref
		}
	}
}

func (b *bom) add(a *Asset, c cdx.Component) string {
	c.BOMRef = b.ref(c.BOMRef)
	b.components = append(b.components, c)
	b.contents[a.ID] = append(b.contents[a.ID], c.BOMRef)
	return c.BOMRef
}

func assetComponent(a *Asset) cdx.Component {
	c := cdx.Component{BOMRef: a.ID, Type: cdx.ComponentTypeContainer, Name: a.Name}
	if a.Kind != asset.KindImage {
		c.Type = cdx.ComponentTypeOS
	}
	var p properties
	if i := a.Image; i != nil {
		c.Name = cmp.Or(i.Repository, a.Name)
		c.Version = cmp.Or(i.Digest, i.ID)
		c.PackageURL = imagePURL(i)
		if sum, ok := sha256Digest(i.Digest); ok {
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: sum}}
		}
		p.add("image:id", i.ID)
		p.add("image:tag", i.Tag)
		p.add("image:platform", i.Platform)
	}
	for _, l := range a.Layers {
		p.add("image:layer:"+strconv.Itoa(l.Index), l.DiffID)
	}
	c.Properties = p.list()
	return c
}

func systemComponent(d *asset.Distribution) cdx.Component {
	var p properties
	p.add("system:codename", d.Codename)
	p.add("system:endOfLife", d.EndOfLife)
	return cdx.Component{
		BOMRef:      "os:" + d.ID + "@" + d.VersionID,
		Type:        cdx.ComponentTypeOS,
		Name:        cmp.Or(d.ID, "unknown"),
		Version:     d.VersionID,
		Description: d.PrettyName,
		Properties:  p.list(),
	}
}

func packageComponent(a *Asset, p *Package) cdx.Component {
	c := cdx.Component{
		BOMRef:     cmp.Or(p.PURL, "package:"+p.Name+"@"+p.Version),
		Type:       cdx.ComponentTypeLibrary,
		Name:       p.Name,
		Version:    p.Version,
		PackageURL: p.PURL,
		Licenses:   cyclonedxLicenses(p.Licenses),
		Evidence:   occurrences(a, p.Locations),
		Properties: packageProperties(a, p),
	}
	if p.Supplier != "" {
		c.Supplier = &cdx.OrganizationalEntity{Name: p.Supplier}
	}
	if algorithm, value, ok := contentDigest(p.Checksum); ok {
		c.Hashes = &[]cdx.Hash{{Algorithm: cyclonedxAlgorithms[algorithm], Value: value}}
	}
	if p.Dev {
		c.Scope = cdx.ScopeExcluded
	}
	return c
}

var cyclonedxAlgorithms = map[string]cdx.HashAlgorithm{
	"sha1": cdx.HashAlgoSHA1, "sha256": cdx.HashAlgoSHA256, "sha384": cdx.HashAlgoSHA384, "sha512": cdx.HashAlgoSHA512,
}

func packageProperties(a *Asset, p *Package) *[]cdx.Property {
	var list properties
	list.add("package:type", p.Type)
	list.add("package:ecosystem", p.Ecosystem)
	list.add("package:notMatched", p.NotMatched)
	list.add("package:arch", p.Arch)
	list.add("package:source:name", p.Source.Name)
	list.add("package:source:version", p.Source.Version)
	list.add("package:provider", p.Provider)
	list.add("package:repository", p.Repository)
	list.add("package:ownedBy", p.OwnedBy)
	list.add("package:checksum", p.Checksum)
	if p.Layer >= 0 {
		list.add("package:layer:index", strconv.Itoa(p.Layer))
	}
	list.add("package:layer:diffID", diffID(a, p.Layer))
	return list.list()
}

// cyclonedxLicenses keeps to the schema: known identifiers and names one by
// one, or a single expression and nothing else.
func cyclonedxLicenses(licenses []string) *cdx.Licenses {
	licenses = slices.DeleteFunc(slices.Clone(licenses), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(licenses) == 0 {
		return nil
	}
	if expression, ok := spdxExpression(licenses[0]); ok && len(licenses) == 1 && !commonLicenses[expression] {
		return &cdx.Licenses{{Expression: expression}}
	}
	choices := make(cdx.Licenses, 0, len(licenses))
	for _, license := range licenses {
		choice := &cdx.License{Name: license}
		if id, ok := spdxExpression(license); ok && commonLicenses[id] {
			choice = &cdx.License{ID: id}
		}
		choices = append(choices, cdx.LicenseChoice{License: choice})
	}
	return &choices
}

func occurrences(a *Asset, locations []asset.Location) *cdx.Evidence {
	if len(locations) == 0 {
		return nil
	}
	list := make([]cdx.EvidenceOccurrence, 0, len(locations))
	for _, l := range locations {
		list = append(list, cdx.EvidenceOccurrence{Location: l.Path, AdditionalContext: diffID(a, l.Layer)})
	}
	return &cdx.Evidence{Occurrences: &list}
}

// diffID gives the diff ID of an asset's layer, "" if it has no such layer.
func diffID(a *Asset, layer int) string {
	if layer < 0 || layer >= len(a.Layers) {
		return ""
	}
	return a.Layers[layer].DiffID
}

// dependencies says what each asset contains. Which package needs which other
// is not known.
func (b *bom) dependencies() *[]cdx.Dependency {
	list := make([]cdx.Dependency, 0, len(b.d.Assets))
	for _, a := range b.d.Assets {
		contents := b.contents[a.ID]
		list = append(list, cdx.Dependency{Ref: a.ID, Dependencies: &contents})
	}
	return &list
}

// compositions admits what is missing: what could not be read may hold more.
func (b *bom) compositions() *[]cdx.Composition {
	var incomplete []cdx.BOMReference
	for _, a := range b.d.Assets {
		if a.Status != Complete {
			incomplete = append(incomplete, cdx.BOMReference(a.ID))
		}
	}
	if len(incomplete) == 0 {
		return nil
	}
	return &[]cdx.Composition{{Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &incomplete}}
}

// properties collects name and value pairs that have a value, with names in
// Seawall's own name space.
type properties []cdx.Property

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, cdx.Property{Name: "seawall:" + name, Value: value})
	}
}

func (p *properties) list() *[]cdx.Property {
	if len(*p) == 0 {
		return nil
	}
	list := []cdx.Property(*p)
	return &list
}
