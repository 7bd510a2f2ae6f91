package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"seawall/internal/asset"
)

const (
	noAssertion = "NOASSERTION"
	// operatingSystem is spelled with a dash in tag-value documents and with an
	// underscore in JSON.
	operatingSystem = "OPERATING_SYSTEM"
	// spdxDocumentID is the document's own identifier (SPDX 2.3, 6.3).
	spdxDocumentID = "SPDXRef-DOCUMENT"
)

// WriteSPDX writes a bill of materials as SPDX 2.3 JSON (ISO/IEC 5962). The
// document describes the images; each contains its operating system and
// packages. Findings have no place in the format.
func WriteSPDX(w io.Writer, d *Document, _ Options) error {
	return encodeJSON(w, newSPDX(escaped(d)))
}

// spdxWriter makes the packages while they are written, and collects what
// stands behind them in the document: relationships and licences.
type spdxWriter struct {
	spdxDocument
	d *Document
	// texts are the licences that SPDX does not know, by LicenseRef.
	texts map[string]string
	used  map[string]bool
}

func newSPDX(d *Document) *spdxDocument {
	s := &spdxWriter{d: d, texts: map[string]string{}, used: map[string]bool{}}
	s.spdxDocument = spdxDocument{
		SPDXVersion: "SPDX-2.3",
		DataLicense: "CC0-1.0",
		SPDXID:      spdxDocumentID,
		Name:        documentName(d),
		// The name space of SPDX 2.3, 6.5, for creators without a site of their own.
		DocumentNamespace: "https://spdx.org/spdxdocs/seawall-" + documentUUID(d),
		CreationInfo: spdxCreationInfo{
			Creators: []string{"Tool: " + d.Tool.Name + "-" + d.Tool.Version, "Organization: Seawall"},
			Created:  d.Created.UTC().Format(time.RFC3339),
		},
	}
	if len(d.Assets) > 0 {
		s.Packages = s.packages
	}
	return &s.spdxDocument
}

func documentName(d *Document) string {
	names := make([]string, 0, len(d.Assets))
	for _, a := range d.Assets {
		names = append(names, a.Name)
	}
	return cmp.Or(strings.Join(names, ", "), "nothing")
}

func (s *spdxWriter) packages(yield func(*spdxPackage) bool) {
	for i := range s.d.Assets {
		if !s.asset(&s.d.Assets[i], yield) {
			return
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(s.texts)) {
		s.ExtractedLicenses = append(s.ExtractedLicenses, spdxExtractedLicense{ref, s.texts[ref], noAssertion})
	}
}

// asset gives an asset and what it contains. It is false if no more is wanted.
func (s *spdxWriter) asset(a *Asset, yield func(*spdxPackage) bool) bool {
	container := s.container(a)
	s.relate(spdxDocumentID, "DESCRIBES", container.SPDXID)
	if !yield(container) {
		return false
	}
	contain := func(content *spdxPackage) bool {
		s.relate(container.SPDXID, "CONTAINS", content.SPDXID)
		return yield(content)
	}
	if a.Distribution != nil && !contain(s.system(a)) {
		return false
	}
	for i := range a.Packages {
		if !contain(s.software(a, &a.Packages[i])) {
			return false
		}
	}
	return true
}

func (s *spdxWriter) relate(element, relationship, related string) {
	s.Relationships = append(s.Relationships, spdxRelationship{element, related, relationship})
}

// elementID gives an identifier (SPDX 2.3, 7.2: letters, digits, points and
// dashes) that is unique in the document and the same in every run.
func (s *spdxWriter) elementID(kind, key, name string) string {
	for {
		sum := sha256.Sum256([]byte(key))
		id := "SPDXRef-" + kind + "-" + identifier(name, 60) + hex.EncodeToString(sum[:6])
		if !s.used[id] {
			s.used[id] = true
			return id
		}
		key += "\x00"
	}
}

func newSPDXPackage(id, name string) *spdxPackage {
	return &spdxPackage{
		SPDXID:           id,
		Name:             name,
		DownloadLocation: noAssertion,
		LicenseConcluded: noAssertion,
		LicenseDeclared:  noAssertion,
		CopyrightText:    noAssertion,
		Supplier:         noAssertion,
	}
}

func (s *spdxWriter) container(a *Asset) *spdxPackage {
	p := newSPDXPackage(s.elementID("Image", a.ID, a.Name), cmp.Or(a.Name, a.ID))
	p.PrimaryPackagePurpose = "CONTAINER"
	if a.Kind != asset.KindImage {
		p.PrimaryPackagePurpose = operatingSystem
	}
	if i := a.Image; i != nil {
		p.VersionInfo = cmp.Or(i.Digest, i.ID)
		if sum, ok := sha256Digest(i.Digest); ok {
			p.Checksums = []spdxChecksum{{"SHA256", sum}}
		}
		p.ExternalRefs = purlReference(imagePURL(i))
	}
	if a.Status != Complete {
		p.Comment = "Not all of it could be read; it may hold more than is listed here."
	}
	return p
}

func (s *spdxWriter) system(a *Asset) *spdxPackage {
	d := a.Distribution
	p := newSPDXPackage(s.elementID("System", a.ID+"\x00"+d.ID+d.VersionID, d.ID), cmp.Or(d.ID, "unknown"))
	p.VersionInfo = d.VersionID
	p.Description = d.PrettyName
	p.PrimaryPackagePurpose = operatingSystem
	return p
}

func (s *spdxWriter) software(a *Asset, p *Package) *spdxPackage {
	key := strings.Join([]string{a.ID, p.Type, p.Name, p.Version, p.Arch, p.PURL}, "\x00")
	out := newSPDXPackage(s.elementID("Package", key, p.Type+"-"+p.Name), p.Name)
	out.VersionInfo = p.Version
	out.LicenseDeclared = cmp.Or(declaredLicense(p.Licenses, s.texts), noAssertion)
	if p.Supplier != "" {
		// Whether it is a person or a team the package does not say.
		out.Supplier = "Organization: " + supplierName(p.Supplier)
	}
	if algorithm, value, ok := contentDigest(p.Checksum); ok {
		out.Checksums = []spdxChecksum{{strings.ToUpper(algorithm), value}}
	}
	out.SourceInfo = sourceInfo(a, p)
	out.ExternalRefs = purlReference(p.PURL)
	return out
}

// supplierName writes "Name <address>" as SPDX 2.3, 7.5, wants it: "Name (address)".
func supplierName(supplier string) string {
	name, address, found := strings.Cut(strings.TrimSuffix(supplier, ">"), " <")
	if !found {
		return supplier
	}
	return name + " (" + address + ")"
}

// sourceInfo says where in the image the package was found.
func sourceInfo(a *Asset, p *Package) string {
	var facts []string
	if p.Source.Name != "" {
		facts = append(facts, "built from source package "+strings.TrimSpace(p.Source.Name+" "+p.Source.Version))
	}
	for _, l := range p.Locations {
		fact := "declared by " + l.Path
		if layer := diffID(a, l.Layer); layer != "" {
			fact += " in layer " + layer
		}
		facts = append(facts, fact)
	}
	return strings.Join(facts, "; ")
}

func purlReference(purl string) []spdxExternalRef {
	if purl == "" {
		return nil
	}
	return []spdxExternalRef{{"PACKAGE-MANAGER", "purl", purl}}
}
