package engine

import (
	"context"
	"errors"
	"path/filepath"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/contentstore"
	"seawall/internal/image/manifest"
)

// systemContainerd is the root folder of a containerd that the engine did not
// start itself.
const systemContainerd = "/var/lib/containerd"

// openContent reads the blobs of an engine that keeps images in containerd, as
// Docker does by default since version 29.
func (s *source) openContent(ctx context.Context) (*image.Image, error) {
	if s.found.Descriptor == nil {
		return nil, errors.New("the engine does not keep images in containerd")
	}
	own := filepath.Join(s.info.DockerRootDir, "containerd", "daemon")
	for _, root := range []string{own, systemContainerd} {
		store := contentstore.New(filepath.Join(root, contentstore.Plugin))
		if !store.Has(s.found.Descriptor.Digest) {
			continue
		}
		return s.readContent(ctx, store)
	}
	return nil, errors.New("the engine's content store was not found, or may not be read")
}

func (s *source) readContent(ctx context.Context, store *contentstore.Store) (*image.Image, error) {
	img, err := manifest.Open(ctx, *s.found.Descriptor, store.Fetch, s.want())
	if err != nil {
		return nil, err
	}
	img.Close = store.Close
	for i := range img.Layers {
		err := store.Attach(&img.Layers[i])
		if err == nil && img.Layers[i].Absent == asset.LayerMissing {
			err = errors.New("a layer's blob is missing") // the engine can make it again
		}
		if err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return img, nil
}
