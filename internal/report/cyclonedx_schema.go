package report

import "iter"

// The objects of CycloneDX 1.6 in JSON (ECMA-424, first edition; the schema
// bom-1.6.schema.json), with the fields that are written here and in the order
// in which CycloneDX's own library writes them.

// cdxBOM is the document: the schema's root.
type cdxBOM struct {
	Schema          string                      `json:"$schema"`
	BOMFormat       string                      `json:"bomFormat"`
	SpecVersion     string                      `json:"specVersion"`
	SerialNumber    string                      `json:"serialNumber"`
	Version         int                         `json:"version"`
	Metadata        cdxMetadata                 `json:"metadata"`
	Components      iter.Seq[*cdxComponent]     `json:"components"`
	Dependencies    []cdxDependency             `json:"dependencies"`
	Compositions    []cdxComposition            `json:"compositions,omitempty"`
	Vulnerabilities iter.Seq[*cdxVulnerability] `json:"vulnerabilities,omitempty"`
}

func (cdxBOM) piecewise() {}

// cdxMetadata says when and with what a document was made, and what about
// (definition "metadata").
type cdxMetadata struct {
	Timestamp string        `json:"timestamp"`
	Tools     cdxTools      `json:"tools"`
	Component *cdxComponent `json:"component,omitempty"`
}

type cdxTools struct {
	Components []cdxComponent `json:"components"`
}

// cdxComponent is a piece of software (definition "component").
type cdxComponent struct {
	BOMRef      string             `json:"bom-ref,omitempty"`
	Type        string             `json:"type"`
	Supplier    *cdxOrganization   `json:"supplier,omitempty"`
	Name        string             `json:"name"`
	Version     string             `json:"version,omitempty"`
	Description string             `json:"description,omitempty"`
	Scope       string             `json:"scope,omitempty"`
	Hashes      []cdxHash          `json:"hashes,omitempty"`
	Licenses    []cdxLicenseChoice `json:"licenses,omitempty"`
	PURL        string             `json:"purl,omitempty"`
	Properties  []cdxProperty      `json:"properties,omitempty"`
	Evidence    *cdxEvidence       `json:"evidence,omitempty"`
}

// The values of cdxComponent.Type and Scope that are used.
const (
	cdxApplication = "application"
	cdxContainer   = "container"
	cdxLibrary     = "library"
	cdxSystem      = "operating-system"

	cdxExcluded = "excluded"
)

// cdxOrganization is a definition "organizationalEntity".
type cdxOrganization struct {
	Name string `json:"name"`
}

// cdxHash is a definition "hash": an algorithm's name, "SHA-256", and the sum in
// hexadecimal.
type cdxHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// cdxLicenseChoice has either of both (definition "licenseChoice").
type cdxLicenseChoice struct {
	License    *cdxLicense `json:"license,omitempty"`
	Expression string      `json:"expression,omitempty"`
}

// cdxLicense has either an identifier of SPDX's list or a name (definition
// "license").
type cdxLicense struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// cdxProperty is a name and value that the format has no field for (definition
// "property").
type cdxProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// cdxEvidence says where a component was found (definition "componentEvidence").
type cdxEvidence struct {
	Occurrences []cdxOccurrence `json:"occurrences"`
}

type cdxOccurrence struct {
	Location          string `json:"location,omitempty"`
	AdditionalContext string `json:"additionalContext,omitempty"`
}

// cdxDependency says what a component contains (definition "dependency").
type cdxDependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// cdxComposition says how complete the lists are (definition "compositions").
type cdxComposition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// cdxVulnerability is a vulnerability and what it affects (definition
// "vulnerability").
type cdxVulnerability struct {
	BOMRef         string         `json:"bom-ref"`
	ID             string         `json:"id"`
	Source         *cdxSource     `json:"source"`
	References     []cdxReference `json:"references,omitempty"`
	Ratings        []cdxRating    `json:"ratings"`
	Description    string         `json:"description,omitempty"`
	Detail         string         `json:"detail,omitempty"`
	Recommendation string         `json:"recommendation,omitempty"`
	Advisories     []cdxAdvisory  `json:"advisories,omitempty"`
	Analysis       *cdxAnalysis   `json:"analysis,omitempty"`
	Affects        []cdxAffects   `json:"affects"`
	Properties     []cdxProperty  `json:"properties,omitempty"`
}

// cdxSource is who published something (definition "vulnerabilitySource").
type cdxSource struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

// cdxReference is another name of a vulnerability.
type cdxReference struct {
	ID     string     `json:"id"`
	Source *cdxSource `json:"source"`
}

// cdxRating is a severity and who gave it (definition "rating").
type cdxRating struct {
	Source   *cdxSource `json:"source,omitempty"`
	Severity string     `json:"severity"`
	Method   string     `json:"method"`
}

// cdxAdvisory is a page about a vulnerability (definition "advisory").
type cdxAdvisory struct {
	URL string `json:"url"`
}

// cdxAnalysis says what was decided about a vulnerability.
type cdxAnalysis struct {
	Response []string `json:"response"`
	Detail   string   `json:"detail"`
}

// cdxAffects is a component, by its bom-ref, with its affected versions.
type cdxAffects struct {
	Ref      string       `json:"ref"`
	Versions []cdxVersion `json:"versions,omitempty"`
}

type cdxVersion struct {
	Version string `json:"version"`
	Status  string `json:"status"`
}
