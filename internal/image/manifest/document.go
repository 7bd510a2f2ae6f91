package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/wording"
)

// The media types of Docker's image manifest version 2, schemas 1 and 2.
const (
	dockerSchema1       = "application/vnd.docker.distribution.manifest.v1+json"
	dockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
	dockerManifest      = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList          = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerConfig        = "application/vnd.docker.container.image.v1+json"
)

// MediaTypes are the kinds of manifest that Resolve understands, for a
// registry's Accept header.
var MediaTypes = []string{v1.MediaTypeImageIndex, v1.MediaTypeImageManifest, dockerList, dockerManifest}

// document is a manifest or an index: which, its fields tell.
type document struct {
	SchemaVersion int             `json:"schemaVersion"`
	MediaType     string          `json:"mediaType"`
	Config        *v1.Descriptor  `json:"config"`
	Layers        descriptors     `json:"layers"`
	Manifests     descriptors     `json:"manifests"`
	FSLayers      json.RawMessage `json:"fsLayers"`
}

// descriptors are bounded while they are read: four MiB of "{}," would take
// hundreds in memory.
type descriptors []v1.Descriptor

func (d *descriptors) UnmarshalJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	start, err := decoder.Token()
	switch {
	case err != nil:
		return err
	case start == nil: // null is the same as nothing
		return nil
	case start != json.Delim('['):
		return errors.New("layers or manifests are no list")
	}
	*d = descriptors{}
	for decoder.More() {
		if len(*d) == MaxLayers {
			return fmt.Errorf("it lists more than %d layers or manifests", MaxLayers)
		}
		var next v1.Descriptor
		if err := decoder.Decode(&next); err != nil {
			return wording.JSONPart(err)
		}
		*d = append(*d, next)
	}
	return nil
}

func (d *document) isIndex() bool { return d.Manifests != nil }

// parse reads a manifest or an index. A document that could be taken for both
// is refused, because two programs would see two images (the image
// specification's advisory GHSA-77vh-xpmg-72qh).
func parse(raw []byte, mediaType string) (*document, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("the manifest is not valid: %w", wording.JSON(err))
	}
	if base, _, err := mime.ParseMediaType(mediaType); err == nil {
		mediaType = base
	}
	switch {
	case d.SchemaVersion == 1 || d.FSLayers != nil || mediaType == dockerSchema1 || mediaType == dockerSchema1Signed:
		return nil, errors.New("the image is in Docker's schema 1 format of before 2017, which no current engine reads: pull and push it with an engine older than Docker 26")
	case d.isIndex() && (d.Config != nil || d.Layers != nil):
		return nil, errors.New("the manifest is an index and an image in one, which is not allowed")
	case d.isIndex():
		return &d, expect(mediaType, v1.MediaTypeImageIndex, dockerList)
	case d.Config == nil:
		return nil, fmt.Errorf("the document of type %q is neither an image's manifest nor an index", mediaType)
	}
	return &d, expect(mediaType, v1.MediaTypeImageManifest, dockerManifest)
}

// expect refuses a declared media type that says something else than the
// content. Types that say nothing are common and let through.
func expect(mediaType string, allowed ...string) error {
	for _, other := range MediaTypes {
		if mediaType != other {
			continue
		}
		for _, a := range allowed {
			if mediaType == a {
				return nil
			}
		}
		return fmt.Errorf("the manifest is declared as %q, but its content is something else", mediaType)
	}
	return nil
}

// IsAttestation tells BuildKit's provenance and SBOM manifests, which stand in
// the index beside the images.
func IsAttestation(d v1.Descriptor) bool {
	if d.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
		return true
	}
	return d.Platform != nil && d.Platform.OS == "unknown" && d.Platform.Architecture == "unknown"
}

// IsForeign tells layers that a registry need not hold: Windows base layers
// and others under a licence that forbids passing them on.
func IsForeign(mediaType string) bool {
	return strings.HasPrefix(mediaType, "application/vnd.docker.image.rootfs.foreign.") ||
		strings.HasPrefix(mediaType, "application/vnd.oci.image.layer.nondistributable.")
}
