// Package contentstore reads the folder in which containerd keeps content:
// blobs named by their digest, as in an OCI layout but without an index.
package contentstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/manifest"
)

// Plugin is the name of containerd's folder for its content store, below its
// root folder.
const Plugin = "io.containerd.content.v1.content"

// Store is a folder with blobs/ALGORITHM/HEX. Layers' blobs stay open until
// Close.
type Store struct {
	folder string
	opened []*os.File
}

// New reads the content store in a folder. It need not exist.
func New(folder string) *Store { return &Store{folder: folder} }

func (s *Store) path(d digest.Digest) (string, error) {
	if err := d.Validate(); err != nil {
		return "", fmt.Errorf("digest %q: %w", d, err)
	}
	return filepath.Join(s.folder, "blobs", d.Algorithm().String(), d.Encoded()), nil
}

func (s *Store) open(d digest.Digest) (*os.File, error) {
	path, err := s.path(d)
	if err != nil {
		return nil, err
	}
	return image.OpenRegular(path)
}

// Has tells if a blob is there and may be read.
func (s *Store) Has(d digest.Digest) bool {
	file, err := s.open(d)
	if err != nil {
		return false
	}
	_ = file.Close() // only read
	return true
}

// Fetch is a manifest.Fetch.
func (s *Store) Fetch(_ context.Context, d v1.Descriptor, limit int64) ([]byte, error) {
	path, err := s.path(d.Digest)
	if err != nil {
		return nil, err
	}
	return image.ReadRegular(path, limit)
}

// Attach opens a layer's blob. A blob that is not there makes the layer absent:
// containerd can be told to drop the blobs of unpacked images, and it fetches
// only the platforms that it needs.
func (s *Store) Attach(layer *image.Layer) error {
	file, err := s.open(digest.Digest(layer.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		MarkAbsent(layer)
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read layer %s: %w", layer.Digest, err)
	}
	s.opened = append(s.opened, file)
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot read layer %s: %w", layer.Digest, err)
	}
	layer.Blob, layer.Size = io.NewSectionReader(file, 0, info.Size()), info.Size()
	return nil
}

// MarkAbsent says of a layer that the store does not hold it.
func MarkAbsent(layer *image.Layer) {
	if manifest.IsForeign(layer.MediaType) {
		layer.Absent, layer.Reason = asset.LayerForeign, "the layer is kept elsewhere by its publisher and was not read"
		return
	}
	layer.Absent = asset.LayerMissing
	layer.Reason = "the content store does not hold the layer's blob any more: pull the image again, or check it in its registry"
}

// Close closes the blobs.
func (s *Store) Close() error {
	var errs []error
	for _, file := range s.opened {
		errs = append(errs, file.Close())
	}
	s.opened = nil
	return errors.Join(errs...)
}
