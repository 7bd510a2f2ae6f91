package report

import "iter"

// The objects of SPDX 2.3 in JSON (ISO/IEC 5962; the schema
// spdx-schema-2.3.json), with the fields that are written here and in the order
// in which SPDX's own library writes them. Numbers are sections of SPDX 2.3.

// spdxDocument is the document (6). What stands behind the packages is
// collected while they are written.
type spdxDocument struct {
	SPDXVersion       string                 `json:"spdxVersion"`
	DataLicense       string                 `json:"dataLicense"`
	SPDXID            string                 `json:"SPDXID"`
	Name              string                 `json:"name"`
	DocumentNamespace string                 `json:"documentNamespace"`
	CreationInfo      spdxCreationInfo       `json:"creationInfo"`
	Packages          iter.Seq[*spdxPackage] `json:"packages,omitempty"`
	ExtractedLicenses []spdxExtractedLicense `json:"hasExtractedLicensingInfos,omitempty"`
	Relationships     []spdxRelationship     `json:"relationships,omitempty"`
}

func (spdxDocument) piecewise() {}

// spdxCreationInfo says who made a document (6.8) and when (6.9).
type spdxCreationInfo struct {
	Creators []string `json:"creators"`
	Created  string   `json:"created"`
}

// spdxPackage is a unit of software (7).
type spdxPackage struct {
	Name                  string            `json:"name"`
	SPDXID                string            `json:"SPDXID"`
	VersionInfo           string            `json:"versionInfo,omitempty"`
	Supplier              string            `json:"supplier"`
	DownloadLocation      string            `json:"downloadLocation"`
	FilesAnalyzed         bool              `json:"filesAnalyzed"`
	Checksums             []spdxChecksum    `json:"checksums,omitempty"`
	SourceInfo            string            `json:"sourceInfo,omitempty"`
	LicenseConcluded      string            `json:"licenseConcluded"`
	LicenseDeclared       string            `json:"licenseDeclared"`
	CopyrightText         string            `json:"copyrightText"`
	Description           string            `json:"description,omitempty"`
	Comment               string            `json:"comment,omitempty"`
	ExternalRefs          []spdxExternalRef `json:"externalRefs,omitempty"`
	PrimaryPackagePurpose string            `json:"primaryPackagePurpose,omitempty"`
}

// spdxChecksum is the sum of a package's archive (7.10).
type spdxChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

// spdxExternalRef is a package's name elsewhere: its purl (7.21, annex F).
type spdxExternalRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

// spdxExtractedLicense is a licence that SPDX's list does not have (10).
type spdxExtractedLicense struct {
	ID            string `json:"licenseId"`
	ExtractedText string `json:"extractedText"`
	Name          string `json:"name"`
}

// spdxRelationship says how one element relates to another (11).
type spdxRelationship struct {
	Element string `json:"spdxElementId"`
	Related string `json:"relatedSpdxElement"`
	Type    string `json:"relationshipType"`
}
