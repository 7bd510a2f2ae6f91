package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/identity"

	"seawall/internal/image"
	"seawall/internal/platform/oci"
)

// overlayDriver is the storage driver whose folders hold one layer each, with
// whiteouts as overlayfs writes them.
const overlayDriver = "overlay2"

// openOverlay reads the engine's own folders: the configuration in imagedb,
// and for each layer the folder that layerdb names. Both are found by digests
// (of the configuration, and of the chain of layers up to this one), so a
// folder of another engine at the same place cannot be taken for this one's.
func (s *source) openOverlay() (*image.Image, error) {
	if s.info.Driver != overlayDriver || s.info.DockerRootDir == "" {
		return nil, errors.New("the engine's storage driver is not overlay2")
	}
	id := digest.Digest(s.found.ID)
	if err := id.Validate(); err != nil {
		return nil, err
	}
	db := filepath.Join(s.info.DockerRootDir, "image", overlayDriver)
	config, err := image.ReadRegular(filepath.Join(db, "imagedb", "content", id.Algorithm().String(), id.Encoded()), oci.MaxConfigSize)
	if err != nil {
		return nil, err
	}
	if id.Algorithm().FromBytes(config) != id {
		return nil, fmt.Errorf("the configuration %s is damaged", id)
	}
	img, err := image.FromConfig(config)
	if err != nil {
		return nil, err
	}
	var diffIDs []digest.Digest
	for i := range img.Facts.Layers {
		diffIDs = append(diffIDs, digest.Digest(img.Facts.Layers[i].DiffID))
		layer, err := s.overlayLayer(db, diffIDs)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		img.Layers = append(img.Layers, layer)
	}
	return img, nil
}

// overlayLayer finds the folder of the last of a chain of layers.
func (s *source) overlayLayer(db string, diffIDs []digest.Digest) (image.Layer, error) {
	last := diffIDs[len(diffIDs)-1]
	if err := last.Validate(); err != nil {
		return image.Layer{}, fmt.Errorf("diff ID %q: %w", last, err)
	}
	chain := identity.ChainID(diffIDs)
	entry := filepath.Join(db, "layerdb", chain.Algorithm().String(), chain.Encoded())
	diffID, err := image.ReadRegular(filepath.Join(entry, "diff"), 1024)
	if err != nil {
		return image.Layer{}, err
	}
	cacheID, err := image.ReadRegular(filepath.Join(entry, "cache-id"), 1024)
	if err != nil {
		return image.Layer{}, err
	}
	name := strings.TrimSpace(string(cacheID))
	if strings.TrimSpace(string(diffID)) != last.String() || !filepath.IsLocal(name) || strings.ContainsRune(name, filepath.Separator) {
		return image.Layer{}, fmt.Errorf("the engine's entry %s is damaged", entry)
	}
	dir := filepath.Join(s.info.DockerRootDir, overlayDriver, name, "diff")
	folder, err := os.Open(dir) // is it there, and may we read it?
	if err != nil {
		return image.Layer{}, err
	}
	defer folder.Close()
	return image.Layer{DiffID: last.String(), Dir: dir}, nil
}
