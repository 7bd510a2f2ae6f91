package asset

// Package is one installed or bundled piece of software.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Type is the purl type: deb, apk, rpm, npm, pypi, golang, maven.
	Type string `json:"type"`
	// Ecosystem is the OSV ecosystem with its release, "Debian:12" or "npm".
	// Empty means: not to be matched against any advisory; NotMatched says why.
	Ecosystem string `json:"ecosystem,omitempty"`
	// NotMatched is the reason for an empty Ecosystem.
	NotMatched string `json:"notMatched,omitempty"`
	Arch       string `json:"arch,omitempty"`
	PURL       string `json:"purl,omitempty"`
	// Source is the source package a distribution built this one from. It is
	// always filled for deb, apk and rpm.
	Source SourcePackage `json:"source,omitzero"`
	// Locations are the files that declare the package, the most telling first.
	Locations []Location `json:"locations,omitempty"`
	Licenses  []string   `json:"licenses,omitempty"`
	// Supplier is the maintainer or vendor as the package itself claims it.
	Supplier string `json:"supplier,omitempty"`
	// Provider says who shipped the package: ProviderDistribution,
	// ProviderThirdParty, or "" where it is not a distribution's format.
	Provider string `json:"provider,omitempty"`
	// Repository names the third-party repository, where the image tells.
	Repository string `json:"repository,omitempty"`
	// OwnedBy is the purl of the distribution package whose files these are.
	// An owned package is listed but not matched: its owner is.
	OwnedBy string `json:"ownedBy,omitempty"`
	// Checksum is the module sum or integrity that the image records, for
	// example "h1:…" for Go or "sha512-…" for npm.
	Checksum string `json:"checksum,omitempty"`
	// Dev marks a development-only entry of a lockfile.
	Dev bool `json:"dev,omitempty"`
}

// SourcePackage is the source that distribution packages are built from.
type SourcePackage struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Values of Package.Provider.
const (
	ProviderDistribution = "distribution"
	ProviderThirdParty   = "third-party"
)

// Location is a file in an image.
type Location struct {
	// Path has no leading slash; "a.jar!/b.jar" names an archive's member.
	Path string `json:"path"`
	// Layer is the index of the layer that holds the file, the base first.
	Layer int `json:"layer"`
}

// Distribution is the operating system that an image holds.
type Distribution struct {
	// ID, VersionID, Codename and PrettyName stand in os-release(5). Where that
	// gives no PrettyName it is made of the others: it is "" only without ID.
	ID         string   `json:"id,omitempty"`
	IDLike     []string `json:"idLike,omitempty"`
	VersionID  string   `json:"versionID,omitempty"`
	Codename   string   `json:"codename,omitempty"`
	PrettyName string   `json:"prettyName,omitempty"`
	// Ecosystem is the OSV ecosystem whose advisories are about it,
	// "Debian:12"; empty where there is none.
	Ecosystem string `json:"ecosystem,omitempty"`
	// EndOfLife is the day on which the last free security support ends,
	// YYYY-MM-DD; empty where it is not known.
	EndOfLife string `json:"endOfLife,omitempty"`
}
