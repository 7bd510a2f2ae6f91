// Package report holds the result of a run, the Document, and writes it in
// every format that Seawall speaks. A Document carries all that any format
// needs; a format adds nothing but its own spelling.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// SchemaName is the value of Document.Schema. A field that changes its meaning
// or goes away gets a new number; a field that is added does not.
const SchemaName = "seawall.report/v1"

// Document is the whole result of one run. Written as JSON it is the report
// that Schema describes. Slices are in the order in which they are to be
// shown: findings as finding.Sort leaves them.
type Document struct {
	Schema string `json:"schema"`
	Tool   Tool   `json:"tool"`
	// Created is when the run began, in UTC; see Timestamp.
	Created time.Time `json:"created"`
	// Database is nil where no advisory database could be opened.
	Database *Database `json:"database,omitempty"`
	// Looked lists the kinds of finding that were looked for: that there is none
	// of another kind says nothing.
	Looked   []finding.Kind    `json:"looked"`
	Targets  []Target          `json:"targets"`
	Assets   []Asset           `json:"assets"`
	Findings []finding.Finding `json:"findings"`
	// Checks counts the results of each rule, by the rule's ID.
	Checks map[string]Check `json:"checks"`
	// Origins says by asset ID where its files come from.
	Origins map[string]Origins `json:"origins,omitempty"`
	// NotLookedUp lists what the run could not answer, and what to run for it.
	NotLookedUp []Gap `json:"notLookedUp,omitempty"`
	// Upgrades says which version to go to; see PlanUpgrades.
	Upgrades []Upgrade `json:"upgrades,omitempty"`
	// Benchmark is the result by the controls of a benchmark, nil if none was
	// asked for.
	Benchmark *Benchmark `json:"benchmark,omitempty"`
	// Warnings are for the user about the run itself: an expired exception, an
	// old database.
	Warnings []string `json:"warnings,omitempty"`
	Summary  Summary  `json:"summary"`
}

// looked is true if findings of the kind were looked for.
func (d *Document) looked(kind finding.Kind) bool { return slices.Contains(d.Looked, kind) }

// Tool names the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Database says which advisories the packages were matched against.
type Database struct {
	Built    time.Time `json:"built"`
	Segments []Segment `json:"segments"`
	// KEV is the date of CISA's catalogue of known exploited vulnerabilities,
	// EPSS that of FIRST's scores; zero where the database has none.
	KEV  time.Time `json:"kev,omitzero"`
	EPSS time.Time `json:"epss,omitzero"`
}

// newest is when the newest advisory was last modified, zero if that is not known.
func (d *Database) newest() time.Time {
	var newest time.Time
	if d == nil {
		return newest
	}
	for _, s := range d.Segments {
		if s.Newest.After(newest) {
			newest = s.Newest
		}
	}
	return newest
}

// Segment is the part of a database that covers one ecosystem.
type Segment struct {
	Ecosystem  string `json:"ecosystem"`
	Advisories int    `json:"advisories"`
	// Newest is when the newest of them was last modified.
	Newest time.Time `json:"newest,omitzero"`
}

// Target is one thing that the user asked for.
type Target struct {
	// Input is what the user wrote.
	Input string `json:"input"`
	// Assets are the IDs of what was found there.
	Assets []string `json:"assets"`
	// Error says why there are none, "" if there are.
	Error string `json:"error,omitempty"`
}

// SourceFile is the Source of assets that a file describes. The locations of
// their findings are real paths, which no other asset shares.
const SourceFile = "file"

// AssetStatus says how much of an asset was examined.
type AssetStatus string

// An asset is complete, partial if some of it could not be read (its Errors
// say what), or failed if none of it could.
const (
	Complete AssetStatus = "complete"
	Partial  AssetStatus = "partial"
	Failed   AssetStatus = "failed"
)

// Asset is one examined asset with what is in it.
type Asset struct {
	ID   string     `json:"id"`
	Kind asset.Kind `json:"kind"`
	Name string     `json:"name"`
	// StableName survives a rebuild; it is what exceptions name.
	StableName string `json:"stableName,omitempty"`
	// Source says where the asset was found: "registry", "engine", "archive" …
	Source string `json:"source,omitempty"`
	// Format says what a file is: "Compose file". Only files have one.
	Format  string      `json:"format,omitempty"`
	Parents []string    `json:"parents"`
	Status  AssetStatus `json:"status"`
	Errors  []Problem   `json:"errors"`
	// Excluded is the number of findings that the user wanted left out because
	// the base image brings them.
	Excluded int `json:"excluded,omitempty"`
	// Image is set for an image only.
	Image        *Image              `json:"image,omitempty"`
	Distribution *asset.Distribution `json:"distribution,omitempty"`
	// Layers are in the image's order, the base first.
	Layers   []asset.Layer `json:"layers,omitempty"`
	Packages []Package     `json:"packages"`
}

// Image is an image's identity; see asset.Image for the fields.
type Image struct {
	Reference  string `json:"reference"`
	Repository string `json:"repository,omitempty"`
	Tag        string `json:"tag,omitempty"`
	Digest     string `json:"digest,omitempty"`
	ID         string `json:"id"`
	// Platform is "linux/arm64/v8", the variant only where there is one.
	Platform string    `json:"platform"`
	Created  time.Time `json:"created,omitzero"`
	// Size is the sum of the layers' unpacked regular files, in bytes.
	Size int64 `json:"size"`
}

// Problem is a part of an asset that could not be read. The rest was.
type Problem struct {
	// Layer is the layer's index, -1 if the problem is about the whole asset.
	Layer   int    `json:"layer"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// String writes the problem on one line: "layer 3, etc/x: what is wrong".
func (p Problem) String() string {
	var where []string
	if p.Layer >= 0 {
		where = append(where, fmt.Sprintf("layer %d", p.Layer))
	}
	if p.Path != "" {
		where = append(where, p.Path)
	}
	if len(where) == 0 {
		return p.Message
	}
	return strings.Join(where, ", ") + ": " + p.Message
}

// Package is a package with the layer that brought it.
type Package struct {
	asset.Package
	// Layer is the layer of the first location, -1 if no file declares it.
	Layer int `json:"layer"`
	// Origin is the class of its files' origin, "" if not determined.
	Origin string `json:"origin,omitempty"`
}

// Packages puts an inventory's packages into the form of the report.
func Packages(inventory []asset.Package) []Package {
	packages := make([]Package, 0, len(inventory))
	for _, p := range inventory {
		layer := -1
		if len(p.Locations) > 0 {
			layer = p.Locations[0].Layer
		}
		packages = append(packages, Package{Package: p, Layer: layer})
	}
	return packages
}

// ImageIdentity takes from an image's facts what the report shows of it.
func ImageIdentity(facts *asset.Image) *Image {
	platform := facts.OS + "/" + facts.Architecture
	if facts.Variant != "" {
		platform += "/" + facts.Variant
	}
	return &Image{
		Reference:  facts.Reference,
		Repository: facts.Repository,
		Tag:        facts.Tag,
		Digest:     facts.Digest,
		ID:         facts.ID,
		Platform:   platform,
		Created:    facts.Created,
		Size:       facts.Size,
	}
}

// Check counts the results of one rule.
type Check struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	NotApplicable int `json:"notApplicable"`
	// Unknown lists the assets on which the rule could not be decided.
	Unknown []Undecided `json:"unknown"`
	// Results lists each single result, where all were asked for.
	Results []CheckResult `json:"results,omitempty"`
}

// Undecided is a rule's result "could not check" on one asset.
type Undecided struct {
	Asset  string `json:"asset"`
	Reason string `json:"reason"`
}

// CheckResult is one rule's result on one asset: "pass", "fail",
// "notApplicable" or "unknown".
type CheckResult struct {
	Asset  string `json:"asset"`
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
}

// Origins says where the files of one asset come from.
type Origins struct {
	Classes []OriginClass `json:"classes"`
}

// OriginClass counts the files of one class of origin.
type OriginClass struct {
	Class string `json:"class"`
	Trust string `json:"trust"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// Gap is a question that the run left open.
type Gap struct {
	// Asset is the ID of the asset it is about, "" for all.
	Asset string `json:"asset,omitempty"`
	// What was not looked up: "vulnerabilities of 14 Alpine:v3.20 packages".
	What   string `json:"what"`
	Reason string `json:"reason"`
	// Command is what to run to close the gap, "" if nothing helps.
	Command string `json:"command,omitempty"`
	// Packages is how many packages the gap leaves without an answer.
	Packages int `json:"packages,omitempty"`
}
