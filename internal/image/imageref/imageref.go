// Package imageref reads image references as people write them: "debian:12",
// "ghcr.io/owner/name@sha256:…".
package imageref

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

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

// The defaults of the docker command. Its first registry had another name,
// which old configurations still have.
const (
	dockerHub    = "docker.io"
	oldDockerHub = "index.docker.io"
	official     = "library/"
	defaultTag   = "latest"
)

// Parse reads a reference by the grammar and with the defaults of the docker
// command (the package documentation of github.com/distribution/reference,
// version 0.6). It differs in one thing: "my_host.example/app", whose first part
// looks like a registry but cannot be one, is refused and not taken for a
// repository of no registry. An error says which part is wrong.
func Parse(text string) (Reference, error) {
	ref, err := parse(text)
	if err != nil {
		return Reference{}, fmt.Errorf("%q is not an image reference, write NAME[:TAG] or NAME@DIGEST: %w", text, err)
	}
	return ref, nil
}

func parse(text string) (Reference, error) {
	if text == "" {
		return Reference{}, errors.New("it is empty")
	}
	if len(text) == idLength && madeOf(text, isLowerHex) {
		return Reference{}, errors.New("64 hexadecimal digits are the ID of an image and cannot be its name")
	}
	domain, rest := splitDomain(text)
	name, digest, hasDigest := strings.Cut(rest, "@")
	path, tag, hasTag := strings.Cut(name, ":")
	if domain == dockerHub && !strings.Contains(path, "/") {
		path = official + path
	}
	if err := cmp.Or(checkDomain(domain), checkPath(path)); err != nil {
		return Reference{}, err
	}
	if hasTag {
		if err := checkTag(tag); err != nil {
			return Reference{}, err
		}
	}
	if hasDigest {
		if err := checkDigest(digest); err != nil {
			return Reference{}, err
		}
	}
	if !hasTag && !hasDigest {
		tag = defaultTag
	}
	return Reference{Text: text, Domain: domain, Path: path, Tag: tag, Digest: digest}, nil
}

// splitDomain parts the registry from the rest. A first part is a registry if
// it could not be the beginning of a repository on Docker Hub: it has a dot, a
// colon or a capital letter, or it is "localhost".
func splitDomain(text string) (domain, rest string) {
	first, rest, found := strings.Cut(text, "/")
	switch {
	case !found:
		return dockerHub, text
	case first == oldDockerHub:
		return dockerHub, rest
	case first == "localhost", strings.ContainsAny(first, ".:"), strings.ToLower(first) != first:
		return first, rest
	}
	return dockerHub, text
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
