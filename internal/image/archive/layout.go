package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/manifest"
	"seawall/internal/wording"
)

// openLayout opens an OCI image layout (OCI image specification,
// image-layout.md).
func openLayout(ctx context.Context, m members, o Options) (*image.Image, error) {
	root, err := chooseRoot(m, o)
	if err != nil {
		return nil, err
	}
	fetch := func(_ context.Context, d v1.Descriptor, limit int64) ([]byte, error) {
		return document(m, blobPath(d), limit)
	}
	img, err := manifest.Open(ctx, root, fetch, o.Platform)
	if err != nil {
		return nil, err
	}
	img.Source = "oci"
	if name := layoutName(m, root, img.Facts.ID); name != "" {
		describe(&img.Facts, name)
	}
	for i := range img.Layers {
		findBlob(m, &img.Layers[i])
	}
	return img, nil
}

func blobPath(d v1.Descriptor) string {
	return "blobs/" + d.Digest.Algorithm().String() + "/" + d.Digest.Encoded()
}

// findBlob finds a layer's blob, or says why there is none.
func findBlob(m members, l *image.Layer) {
	path := blobPath(v1.Descriptor{Digest: digest.Digest(l.Digest)})
	blob, err := m.get(path)
	switch {
	case err == nil:
		l.Blob, l.Size = blob, blob.Size()
	case !errors.Is(err, fs.ErrNotExist):
		l.Absent, l.Reason = asset.LayerFailed, fmt.Sprintf("the layer's blob %s cannot be read: %v", path, err)
	case manifest.IsForeign(l.MediaType):
		l.Absent, l.Reason = asset.LayerForeign, "the layer is kept elsewhere by its publisher and was not read"
	default:
		l.Absent, l.Reason = asset.LayerMissing, fmt.Sprintf("the layout lacks the layer's blob %s: copy the image again", l.Digest)
	}
}

// chooseRoot finds the manifest or index that is meant.
func chooseRoot(m members, o Options) (v1.Descriptor, error) {
	raw, err := document(m, "index.json", manifest.MaxSize)
	if err != nil {
		return v1.Descriptor{}, err
	}
	var index v1.Index
	if err := json.Unmarshal(raw, &index); err != nil {
		return v1.Descriptor{}, fmt.Errorf("its index.json is not valid: %w", wording.JSON(err))
	}
	var names []string
	var found []v1.Descriptor
	for _, d := range index.Manifests {
		if manifest.IsAttestation(d) {
			continue
		}
		if o.Select == "" || named(d, o.Select) {
			found = append(found, d)
		}
		names = append(names, descriptorName(d))
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 && slices.ContainsFunc(found, func(d v1.Descriptor) bool { return d.Platform != nil }) {
		return asIndex(raw), nil // one image for several platforms
	}
	if len(names) == 0 {
		return v1.Descriptor{}, errors.New("its index.json lists no image")
	}
	return v1.Descriptor{}, severalImages(names, o.Select)
}

// asIndex makes a layout's own index the root, embedded in the descriptor.
func asIndex(raw []byte) v1.Descriptor {
	return v1.Descriptor{MediaType: v1.MediaTypeImageIndex, Digest: manifest.Digest(raw), Size: int64(len(raw)), Data: raw}
}

// nameAnnotations say how an image of a layout is called: the full name as
// containerd and Docker write it, then the tag of the specification.
var nameAnnotations = []string{"io.containerd.image.name", v1.AnnotationRefName}

func descriptorName(d v1.Descriptor) string {
	for _, key := range nameAnnotations {
		if name := d.Annotations[key]; name != "" {
			return name
		}
	}
	return d.Digest.String()
}

// named tells if a descriptor is the one that is asked for.
func named(d v1.Descriptor, wanted string) bool {
	for _, key := range nameAnnotations {
		if name := d.Annotations[key]; name != "" && sameName(name, wanted) {
			return true
		}
	}
	return d.Digest.String() == wanted
}

// layoutName finds the full name of an image: in its annotations, or in the
// manifest.json that Docker writes beside the layout.
func layoutName(m members, d v1.Descriptor, configDigest string) string {
	if name := d.Annotations[nameAnnotations[0]]; name != "" {
		return name
	}
	if raw, err := document(m, "manifest.json", manifest.MaxSize); err == nil {
		var all []savedImage
		_ = json.Unmarshal(raw, &all) // the name is a courtesy, the layout is the authority
		for _, saved := range all {
			if saved.is(configDigest) && len(saved.RepoTags) > 0 {
				return saved.RepoTags[0]
			}
		}
	}
	if name := d.Annotations[v1.AnnotationRefName]; strings.ContainsAny(name, ":/") {
		return name
	}
	return ""
}
