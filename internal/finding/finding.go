// Package finding defines the one type that every producer of findings emits
// (rules, matchers, detectors), with severity, evidence and fingerprint.
package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Kind says what sort of problem a finding is.
type Kind string

// The kinds of finding.
const (
	Vulnerability    Kind = "vulnerability"
	Misconfiguration Kind = "misconfiguration"
)

// Status says whether a finding counts.
type Status string

// A finding is open until an exception accepts it.
const (
	Open     Status = "open"
	Accepted Status = "accepted"
)

// Finding is one problem on one asset.
type Finding struct {
	// ID is the fingerprint: stable across runs and rebuilds.
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Rule is the rule's ID, or for a vulnerability the CVE (or else the
	// advisory's own ID).
	Rule string `json:"rule"`
	// Aliases are other names of the same problem: advisory IDs.
	Aliases  []string `json:"aliases,omitempty"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	// SeveritySource says who rated it: "Debian", "CVSS 3.1 from GHSA-…", "rule".
	SeveritySource string      `json:"severitySource,omitempty"`
	Status         Status      `json:"status"`
	Asset          string      `json:"asset"`
	Package        *Package    `json:"package,omitempty"`
	Location       *Location   `json:"location,omitempty"`
	Evidence       []Evidence  `json:"evidence,omitempty"`
	Why            string      `json:"why,omitempty"`
	Fix            Fix         `json:"fix,omitzero"`
	References     []Reference `json:"references,omitempty"`
	Risk           Risk        `json:"risk"`
	Exception      *Exception  `json:"exception,omitempty"`
	// Alike counts further packages of the asset that are built from the same
	// source and have the same vulnerability, and are not listed, as they are
	// too many. It stands in the first finding of those that are listed.
	Alike int `json:"alike,omitempty"`
}

// Package is the package a finding is about.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl,omitempty"`
	// Source is the source package the advisory names, where it differs.
	Source string `json:"source,omitempty"`
	// Fixed is the first version without the problem, "" if there is none.
	Fixed string `json:"fixed,omitempty"`
	// Upgrade is the lowest version that ends all fixable vulnerabilities of
	// the package and of those built from the same source, in the spelling of
	// its package manager; "" if no single version does.
	Upgrade string `json:"upgrade,omitempty"`
	// FixState is "fixed", "not-fixed", "wont-fix" or "unknown".
	FixState string `json:"fixState,omitempty"`
}

// Location is where in the asset the problem stands.
type Location struct {
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Layer  *Layer `json:"layer,omitempty"`
}

// Layer is the layer that brought the problem in.
type Layer struct {
	DiffID    string `json:"diffID"`
	Index     int    `json:"index"`
	CreatedBy string `json:"createdBy,omitempty"`
	// Base is "base" for an inherited layer, "own" for one of the image's
	// own, "" if not known.
	Base string `json:"base,omitempty"`
}

// Evidence is one observation that led to the finding. Secrets in Value are
// masked by whoever emits it.
type Evidence struct {
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
	Value string `json:"value,omitempty"`
	Want  string `json:"want,omitempty"`
}

// Fix says what to do.
type Fix struct {
	Text    string `json:"text,omitempty"`
	Command string `json:"command,omitempty"`
	Patch   string `json:"patch,omitempty"`
}

// Reference points to a benchmark's number, a peer's rule or a page.
type Reference struct {
	// Name is the source, "cis-docker-1.8", or "url".
	Name string `json:"name"`
	ID   string `json:"id"`
}

// Risk holds what findings are ordered by.
type Risk struct {
	// Rank is the place in the ordered list, 1 first.
	Rank      int  `json:"rank"`
	Exploited bool `json:"exploited"`
	// EPSS is FIRST's probability of exploitation within 30 days, 0 to 1;
	// negative if not known.
	EPSS    float64 `json:"epss"`
	Exposed bool    `json:"exposed"`
	Running bool    `json:"running"`
	Fixable bool    `json:"fixable"`
}

// Exception is the reason why a finding does not count.
type Exception struct {
	Reason string    `json:"reason"`
	By     string    `json:"by,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Fingerprint is the SHA-256, in hexadecimal, of what makes a finding the same
// one after a rebuild: kind, rule, the asset's stable name and the subject (a
// purl without version, a path or a field). Where several packages of an asset
// share that purl, as two versions of an npm package do, the subject goes on
// with what tells them apart: the architecture, the declaring file, the version.
func Fingerprint(kind Kind, rule, assetName, subject string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(kind), rule, assetName, subject}, "\x00")))
	return hex.EncodeToString(sum[:])
}
