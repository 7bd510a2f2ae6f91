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

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"

	"seawall/internal/asset"
)

const (
	noAssertion = "NOASSERTION"
	// operatingSystem is spelled with a dash in tag-value documents and with an
	// underscore in JSON.
	operatingSystem = "OPERATING_SYSTEM"
)

// WriteSPDX writes a bill of materials as SPDX 2.3 JSON (ISO/IEC 5962). The
// document describes the images; each contains its operating system and
// packages. Findings have no place in the format.
func WriteSPDX(w io.Writer, d *Document, _ Options) error {
	return encodeJSON(w, newSPDX(escaped(d)))
}

// spdxDocument collects packages with their relationships and licences.
type spdxDocument struct {
	spdx.Document
	// texts are the licences that SPDX does not know, by LicenseRef.
	texts map[string]string
	used  map[common.ElementID]bool
}

func newSPDX(d *Document) *spdx.Document {
	s := &spdxDocument{texts: map[string]string{}, used: map[common.ElementID]bool{}}
	s.SPDXVersion = spdx.Version
	s.DataLicense = spdx.DataLicense
	s.SPDXIdentifier = "DOCUMENT"
	s.DocumentName = documentName(d)
	// The name space of SPDX 2.3, 6.5, for creators without a site of their own.
	s.DocumentNamespace = "https://spdx.org/spdxdocs/seawall-" + documentUUID(d)
	s.CreationInfo = &spdx.CreationInfo{
		Creators: []common.Creator{
			{CreatorType: "Tool", Creator: d.Tool.Name + "-" + d.Tool.Version},
			{CreatorType: "Organization", Creator: "Seawall"},
		},
		Created: d.Created.UTC().Format(time.RFC3339),
	}
	for i := range d.Assets {
		s.addAsset(&d.Assets[i])
	}
	for _, ref := range slices.Sorted(maps.Keys(s.texts)) {
		s.OtherLicenses = append(s.OtherLicenses, &spdx.OtherLicense{
			LicenseIdentifier: ref, ExtractedText: s.texts[ref], LicenseName: noAssertion,
		})
	}
	return &s.Document
}

func documentName(d *Document) string {
	names := make([]string, 0, len(d.Assets))
	for _, a := range d.Assets {
		names = append(names, a.Name)
	}
	return cmp.Or(strings.Join(names, ", "), "nothing")
}

func (s *spdxDocument) addAsset(a *Asset) {
	container := newSPDXPackage(s.elementID("Image", a.ID, a.Name), cmp.Or(a.Name, a.ID))
	container.PrimaryPackagePurpose = "CONTAINER"
	if a.Kind != asset.KindImage {
		container.PrimaryPackagePurpose = operatingSystem
	}
	if i := a.Image; i != nil {
		container.PackageVersion = cmp.Or(i.Digest, i.ID)
		if sum, ok := sha256Digest(i.Digest); ok {
			container.PackageChecksums = []common.Checksum{{Algorithm: common.SHA256, Value: sum}}
		}
		addPURL(container, imagePURL(i))
	}
	if a.Status != Complete {
		container.PackageComment = "Not all of it could be read; it may hold more than is listed here."
	}
	s.Packages = append(s.Packages, container)
	s.relate("DOCUMENT", common.TypeRelationshipDescribe, container.PackageSPDXIdentifier)
	if a.Distribution != nil {
		s.contain(container, s.system(a))
	}
	for i := range a.Packages {
		s.contain(container, s.software(a, &a.Packages[i]))
	}
}

func (s *spdxDocument) contain(container, content *spdx.Package) {
	s.Packages = append(s.Packages, content)
	s.relate(container.PackageSPDXIdentifier, common.TypeRelationshipContains, content.PackageSPDXIdentifier)
}

func (s *spdxDocument) relate(from common.ElementID, relationship string, to common.ElementID) {
	s.Relationships = append(s.Relationships, &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: from}, RefB: common.DocElementID{ElementRefID: to}, Relationship: relationship,
	})
}

// elementID gives an identifier (SPDX 2.3, 7.2: letters, digits, points and
// dashes) that is unique in the document and the same in every run.
func (s *spdxDocument) elementID(kind, key, name string) common.ElementID {
	for {
		sum := sha256.Sum256([]byte(key))
		id := common.ElementID(kind + "-" + identifier(name, 60) + hex.EncodeToString(sum[:6]))
		if !s.used[id] {
			s.used[id] = true
			return id
		}
		key += "\x00"
	}
}

func newSPDXPackage(id common.ElementID, name string) *spdx.Package {
	return &spdx.Package{
		PackageSPDXIdentifier:   id,
		PackageName:             name,
		PackageDownloadLocation: noAssertion,
		PackageLicenseConcluded: noAssertion,
		PackageLicenseDeclared:  noAssertion,
		PackageCopyrightText:    noAssertion,
		PackageSupplier:         &common.Supplier{Supplier: noAssertion},
	}
}

func (s *spdxDocument) system(a *Asset) *spdx.Package {
	d := a.Distribution
	p := newSPDXPackage(s.elementID("System", a.ID+"\x00"+d.ID+d.VersionID, d.ID), cmp.Or(d.ID, "unknown"))
	p.PackageVersion = d.VersionID
	p.PackageDescription = d.PrettyName
	p.PrimaryPackagePurpose = operatingSystem
	return p
}

func (s *spdxDocument) software(a *Asset, p *Package) *spdx.Package {
	key := strings.Join([]string{a.ID, p.Type, p.Name, p.Version, p.Arch, p.PURL}, "\x00")
	out := newSPDXPackage(s.elementID("Package", key, p.Type+"-"+p.Name), p.Name)
	out.PackageVersion = p.Version
	out.PackageLicenseDeclared = cmp.Or(declaredLicense(p.Licenses, s.texts), noAssertion)
	if p.Supplier != "" {
		// Whether it is a person or a team the package does not say.
		out.PackageSupplier = &common.Supplier{SupplierType: "Organization", Supplier: supplierName(p.Supplier)}
	}
	if algorithm, value, ok := contentDigest(p.Checksum); ok {
		out.PackageChecksums = []common.Checksum{{Algorithm: common.ChecksumAlgorithm(strings.ToUpper(algorithm)), Value: value}}
	}
	out.PackageSourceInfo = sourceInfo(a, p)
	addPURL(out, p.PURL)
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

func addPURL(p *spdx.Package, purl string) {
	if purl != "" {
		p.PackageExternalReferences = append(p.PackageExternalReferences, &spdx.PackageExternalReference{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: purl,
		})
	}
}
