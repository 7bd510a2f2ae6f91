// Package manifest finds an image in a store of content: from the digest that
// a name stands for, through indexes and the choice of a platform, to the
// configuration and the list of layers. Registries and containerd's store
// differ only in how content is fetched.
package manifest

import (
	"context"
	"crypto/sha256"
	_ "crypto/sha512" // go-digest verifies sha384 and sha512 with it
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image"
	"seawall/internal/platform/oci"
)

// Bounds on what a store can make us hold.
const (
	// MaxSize is the size of a manifest or an index, in bytes; registries
	// commonly refuse larger ones.
	MaxSize = 4 << 20
	// MaxLayers is well above the 127 of Docker's overlay2.
	MaxLayers = 2000

	maxDepth   = 4
	maxIndexes = 16
)

// Fetch gets content by its descriptor. It need not verify anything, but it
// must not read more than limit bytes.
type Fetch func(ctx context.Context, d v1.Descriptor, limit int64) ([]byte, error)

// Open resolves root, the descriptor of a manifest or an index, to one image
// for the platform. Everything fetched is verified against its digest. The
// layers have no source yet: Digest, Size and MediaType say what to read.
func Open(ctx context.Context, root v1.Descriptor, fetch Fetch, want Platform) (*image.Image, error) {
	r := &resolver{fetch: fetch, want: want}
	found, err := r.resolve(ctx, root, 0)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, r.noPlatform()
	}
	raw, err := verified(ctx, fetch, *found.document.Config, oci.MaxConfigSize)
	if err != nil {
		return nil, fmt.Errorf("read the image's configuration: %w", err)
	}
	return assemble(found, raw)
}

// Digest gives the SHA-256 digest of content.
func Digest(content []byte) digest.Digest {
	sum := sha256.Sum256(content)
	return digest.NewDigestFromEncoded(digest.SHA256, hex.EncodeToString(sum[:]))
}

// candidate is an image's manifest.
type candidate struct {
	digest   digest.Digest
	document *document
}

type resolver struct {
	fetch     Fetch
	want      Platform
	indexes   int
	platforms []string
}

// resolve gives nil if there is no image for the platform below d.
func (r *resolver) resolve(ctx context.Context, d v1.Descriptor, depth int) (*candidate, error) {
	raw, err := verified(ctx, r.fetch, d, MaxSize)
	if err != nil {
		return nil, fmt.Errorf("read manifest %s: %w", d.Digest, err)
	}
	document, err := parse(raw, d.MediaType)
	if err != nil {
		return nil, err
	}
	if !document.isIndex() {
		return &candidate{d.Digest, document}, nil
	}
	if r.indexes++; depth >= maxDepth || r.indexes > maxIndexes {
		return nil, fmt.Errorf("the image's indexes are nested more than %d deep or are more than %d", maxDepth, maxIndexes)
	}
	for _, next := range r.choose(document.Manifests) {
		found, err := r.resolve(ctx, next, depth+1)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// choose gives what may hold the image, the best first: the images for the
// platform, then indexes and images that don't say what they are for. A
// descriptor without a platform is followed only if it is an index or the only
// image there is.
func (r *resolver) choose(all []v1.Descriptor) []v1.Descriptor {
	all = slices.DeleteFunc(slices.Clone(all), IsAttestation)
	var ranked, unnamed []v1.Descriptor
	for _, d := range all {
		switch {
		case d.Platform == nil || d.Platform.OS == "":
			if len(all) == 1 || d.MediaType == v1.MediaTypeImageIndex || d.MediaType == dockerList {
				unnamed = append(unnamed, d)
			}
		case r.want.rank(platformOf(d.Platform)) >= 0:
			ranked = append(ranked, d)
		default:
			r.platforms = append(r.platforms, platformOf(d.Platform).String())
		}
	}
	slices.SortStableFunc(ranked, func(a, b v1.Descriptor) int {
		return r.want.rank(platformOf(a.Platform)) - r.want.rank(platformOf(b.Platform))
	})
	return append(ranked, unnamed...)
}

func (r *resolver) noPlatform() error {
	if len(r.platforms) == 0 {
		return errors.New("the index lists no image that says which platform it is for")
	}
	slices.Sort(r.platforms)
	there := slices.Compact(r.platforms)
	return fmt.Errorf("there is no image for the platform %s, choose one with --platform: %s", r.want, strings.Join(there, ", "))
}

// verified fetches content, or takes what is embedded in the descriptor, and
// checks it.
func verified(ctx context.Context, fetch Fetch, d v1.Descriptor, limit int64) ([]byte, error) {
	if err := d.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("digest %q: %w", d.Digest, err)
	}
	if d.Size > limit {
		return nil, fmt.Errorf("it is %d bytes large, the limit is %d", d.Size, limit)
	}
	content := d.Data
	if len(content) == 0 {
		var err error
		if content, err = fetch(ctx, d, limit); err != nil {
			return nil, err
		}
	}
	if got := d.Digest.Algorithm().FromBytes(content); got != d.Digest {
		return nil, fmt.Errorf("the content has the digest %s instead of %s: the source is damaged or lies", got, d.Digest)
	}
	return content, nil
}

func assemble(found *candidate, config []byte) (*image.Image, error) {
	document := found.document
	img, err := image.FromConfig(config)
	mediaType := document.Config.MediaType
	isImage := mediaType == v1.MediaTypeImageConfig || mediaType == dockerConfig
	if !isImage && (err != nil || len(img.Facts.Layers) != len(document.Layers)) {
		return nil, fmt.Errorf("it is not a container image: its configuration is of type %q", mediaType)
	}
	if err != nil {
		return nil, err
	}
	if have, listed := len(img.Facts.Layers), len(document.Layers); have != listed {
		return nil, fmt.Errorf("the configuration names %d layers and the manifest %d: the image is damaged", have, listed)
	}
	img.Facts.Digest = found.digest.String()
	for i, d := range document.Layers {
		layer, err := layer(d, img.Facts.Layers[i].DiffID)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		facts := &img.Facts.Layers[i]
		facts.Digest, facts.MediaType, facts.Size = layer.Digest, layer.MediaType, layer.Size
		img.Layers = append(img.Layers, layer)
	}
	return img, nil
}

func layer(d v1.Descriptor, diffID string) (image.Layer, error) {
	if err := d.Digest.Validate(); err != nil {
		return image.Layer{}, fmt.Errorf("digest %q: %w", d.Digest, err)
	}
	id := digest.Digest(diffID)
	if err := id.Validate(); err != nil || id.Algorithm() != digest.SHA256 {
		return image.Layer{}, fmt.Errorf("the configuration's diff ID %q is not a SHA-256 digest", diffID)
	}
	if d.Size < 0 {
		return image.Layer{}, fmt.Errorf("the manifest gives it a size of %d bytes", d.Size)
	}
	return image.Layer{DiffID: diffID, Digest: d.Digest.String(), MediaType: d.MediaType, Size: d.Size, Listed: d.Size}, nil
}
