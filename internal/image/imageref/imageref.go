// Package imageref reads image references as people write them: "debian:12",
// "ghcr.io/owner/name@sha256:…".
package imageref

import (
	"fmt"

	"github.com/distribution/reference"

	"seawall/internal/asset"
)

// Reference is an image reference with the defaults filled in.
type Reference struct {
	// Text is the reference as written.
	Text string
	// Domain is the registry, "docker.io" where none was written; Path the
	// repository in it, "library/debian" for "debian".
	Domain, Path string
	// Tag is "latest" where neither tag nor digest was written.
	Tag string
	// Digest is "" if none was written. Where both are, the digest counts.
	Digest string
}

// Parse reads a reference with Docker's rules: a first part without a dot, a
// colon or "localhost" is not a registry, and lower case is required.
func Parse(text string) (Reference, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return Reference{}, fmt.Errorf("%q is not an image reference, write NAME[:TAG] or NAME@DIGEST: %w", text, err)
	}
	named = reference.TagNameOnly(named)
	ref := Reference{Text: text, Domain: reference.Domain(named), Path: reference.Path(named)}
	if tagged, ok := named.(reference.Tagged); ok {
		ref.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		ref.Digest = digested.Digest().String()
	}
	return ref, nil
}

// Repository is the full name without tag and digest, the same for every way
// to write it: "docker.io/library/debian".
func (r Reference) Repository() string { return r.Domain + "/" + r.Path }

// String is the full reference: "docker.io/library/debian:12".
func (r Reference) String() string {
	s := r.Repository()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// Describe writes the names into an image's facts.
func (r Reference) Describe(facts *asset.Image) {
	facts.Reference = r.Text
	facts.Repository = r.Repository()
	facts.Tag = r.Tag
}
