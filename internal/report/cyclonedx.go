package report

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"seawall/internal/asset"
)

// WriteCycloneDX writes a bill of materials as CycloneDX 1.6 JSON
// (ECMA-424): the image, its operating system and packages, and the
// vulnerabilities among the findings, if there are any. What an exception
// accepts has an analysis; misconfigurations have no place in the format.
func WriteCycloneDX(w io.Writer, d *Document, _ Options) error {
	return encodeJSON(w, newBOM(escaped(d)).document())
}

// bom gives each component a reference of its own.
type bom struct {
	d *Document
	// used counts how often a reference was asked for.
	used map[string]int
	// contents are by the asset's place in the document the references of what
	// it contains: first its operating system, if known, then its packages.
	contents [][]string
	// refs finds the component of a finding's package.
	refs map[packageKey]string
}

type packageKey struct{ asset, name, version, purl string }

func newBOM(d *Document) *bom {
	b := &bom{d: d, used: map[string]int{}, refs: map[packageKey]string{}, contents: make([][]string, len(d.Assets))}
	for i := range d.Assets {
		b.used[d.Assets[i].ID]++
	}
	for i := range d.Assets {
		b.contents[i] = b.assetContents(&d.Assets[i])
	}
	return b
}

func (b *bom) assetContents(a *Asset) []string {
	var contents []string
	if d := a.Distribution; d != nil {
		contents = append(contents, b.ref("os:"+d.ID+"@"+d.VersionID))
	}
	for i := range a.Packages {
		p := &a.Packages[i]
		ref := b.ref(cmp.Or(p.PURL, "package:"+p.Name+"@"+p.Version))
		contents = append(contents, ref)
		key := packageKey{a.ID, p.Name, p.Version, p.PURL}
		if b.refs[key] == "" {
			b.refs[key] = ref
		}
	}
	return contents
}

// ref makes a reference unique: the same package may be in two assets.
func (b *bom) ref(wanted string) string {
	b.used[wanted]++
	if n := b.used[wanted]; n > 1 {
		return b.ref(wanted + "#" + strconv.Itoa(n))
	}
	return wanted
}

func (b *bom) document() *cdxBOM {
	document := &cdxBOM{
		Schema:       "http://cyclonedx.org/schema/bom-1.6.schema.json",
		BOMFormat:    "CycloneDX",
		SpecVersion:  "1.6",
		SerialNumber: "urn:uuid:" + documentUUID(b.d),
		Version:      1,
		Metadata: cdxMetadata{
			Timestamp: b.d.Created.UTC().Format(time.RFC3339),
			Tools:     cdxTools{Components: []cdxComponent{{Type: cdxApplication, Name: b.d.Tool.Name, Version: b.d.Tool.Version}}},
		},
		Components:      b.components,
		Dependencies:    b.dependencies(),
		Compositions:    b.compositions(),
		Vulnerabilities: b.vulnerabilities(),
	}
	if len(b.d.Assets) == 1 {
		document.Metadata.Component = assetComponent(&b.d.Assets[0])
	}
	return document
}

// components gives what the assets contain. A single asset is the document's
// subject; several are components beside each other.
func (b *bom) components(yield func(*cdxComponent) bool) {
	for i := range b.d.Assets {
		if !b.contained(&b.d.Assets[i], b.contents[i], yield) {
			return
		}
	}
	for i := range b.d.Assets {
		if len(b.d.Assets) > 1 && !yield(assetComponent(&b.d.Assets[i])) {
			return
		}
	}
}

// contained gives the components of one asset; refs are their references. It
// is false if no more are wanted.
func (b *bom) contained(a *Asset, refs []string, yield func(*cdxComponent) bool) bool {
	if a.Distribution != nil {
		if !yield(systemComponent(refs[0], a.Distribution)) {
			return false
		}
		refs = refs[1:]
	}
	for i, ref := range refs {
		if !yield(packageComponent(ref, a, &a.Packages[i])) {
			return false
		}
	}
	return true
}

func assetComponent(a *Asset) *cdxComponent {
	c := &cdxComponent{BOMRef: a.ID, Type: cdxContainer, Name: a.Name}
	if a.Kind != asset.KindImage {
		c.Type = cdxSystem
	}
	var p properties
	if i := a.Image; i != nil {
		c.Name = cmp.Or(i.Repository, a.Name)
		c.Version = cmp.Or(i.Digest, i.ID)
		c.PURL = imagePURL(i)
		if sum, ok := sha256Digest(i.Digest); ok {
			c.Hashes = []cdxHash{{cyclonedxAlgorithms["sha256"], sum}}
		}
		p.add("image:id", i.ID)
		p.add("image:tag", i.Tag)
		p.add("image:platform", i.Platform)
	}
	for _, l := range a.Layers {
		p.add("image:layer:"+strconv.Itoa(l.Index), l.DiffID)
	}
	c.Properties = p
	return c
}

func systemComponent(ref string, d *asset.Distribution) *cdxComponent {
	var p properties
	p.add("system:codename", d.Codename)
	p.add("system:endOfLife", d.EndOfLife)
	return &cdxComponent{
		BOMRef:      ref,
		Type:        cdxSystem,
		Name:        cmp.Or(d.ID, "unknown"),
		Version:     d.VersionID,
		Description: d.PrettyName,
		Properties:  p,
	}
}

func packageComponent(ref string, a *Asset, p *Package) *cdxComponent {
	c := &cdxComponent{
		BOMRef:     ref,
		Type:       cdxLibrary,
		Name:       p.Name,
		Version:    p.Version,
		PURL:       p.PURL,
		Licenses:   cyclonedxLicenses(p.Licenses),
		Evidence:   occurrences(a, p.Locations),
		Properties: packageProperties(a, p),
	}
	if p.Supplier != "" {
		c.Supplier = &cdxOrganization{p.Supplier}
	}
	if algorithm, value, ok := contentDigest(p.Checksum); ok {
		c.Hashes = []cdxHash{{cyclonedxAlgorithms[algorithm], value}}
	}
	if p.Dev {
		c.Scope = cdxExcluded
	}
	return c
}

var cyclonedxAlgorithms = map[string]string{"sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}

func packageProperties(a *Asset, p *Package) properties {
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
	return list
}

// cyclonedxLicenses keeps to the schema: known identifiers and names one by
// one, or a single expression and nothing else.
func cyclonedxLicenses(licenses []string) []cdxLicenseChoice {
	licenses = slices.DeleteFunc(slices.Clone(licenses), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(licenses) == 1 {
		if expression, ok := spdxExpression(licenses[0]); ok && !isCommonLicense(expression) {
			return []cdxLicenseChoice{{Expression: expression}}
		}
	}
	choices := make([]cdxLicenseChoice, 0, len(licenses))
	for _, license := range licenses {
		choice := &cdxLicense{Name: license}
		if id, ok := spdxExpression(license); ok && isCommonLicense(id) {
			choice = &cdxLicense{ID: id}
		}
		choices = append(choices, cdxLicenseChoice{License: choice})
	}
	return choices
}

func occurrences(a *Asset, locations []asset.Location) *cdxEvidence {
	if len(locations) == 0 {
		return nil
	}
	list := make([]cdxOccurrence, 0, len(locations))
	for _, l := range locations {
		list = append(list, cdxOccurrence{l.Path, diffID(a, l.Layer)})
	}
	return &cdxEvidence{list}
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
func (b *bom) dependencies() []cdxDependency {
	list := make([]cdxDependency, 0, len(b.d.Assets))
	for i, a := range b.d.Assets {
		list = append(list, cdxDependency{a.ID, b.contents[i]})
	}
	return list
}

// compositions admits what is missing: what could not be read may hold more.
func (b *bom) compositions() []cdxComposition {
	var incomplete []string
	for _, a := range b.d.Assets {
		if a.Status != Complete {
			incomplete = append(incomplete, a.ID)
		}
	}
	if len(incomplete) == 0 {
		return nil
	}
	return []cdxComposition{{"incomplete", incomplete}}
}

// properties collects name and value pairs that have a value, with names in
// Seawall's own name space.
type properties []cdxProperty

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, cdxProperty{"seawall:" + name, value})
	}
}
