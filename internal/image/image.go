// Package image opens a container image from anywhere and reads every layer
// once, as a stream, into an immutable record: the files with their hashes and
// what the analyzers kept of them. Records are cached by diff ID; merged with
// their whiteouts they give a Snapshot, the file system that a container sees.
package image

import (
	"context"
	"io"

	"seawall/internal/asset"
	"seawall/internal/platform/oci"
)

// Image is an opened image: its identity, configuration and layers. Nothing
// but the manifest and the configuration has been read.
type Image struct {
	// Source says where the image was found: "registry", "engine",
	// "containerd", "archive", "oci", "rootfs".
	Source string
	// Facts hold identity, configuration and history, filled from the
	// manifest and the configuration.
	Facts asset.Image
	// Origins say where the facts come from, as in asset.Subject.
	Origins map[string]asset.Origin
	// Problems are what could not be read of the configuration.
	Problems []Problem
	// Layers are in the order of the configuration's diff IDs, the base first.
	Layers []Layer
	// LeftOut are parts of a live root file system that are not read, each with
	// the reason: "mnt/data (nfs4)".
	LeftOut []string
	// Close releases what the layers read from. Never nil.
	Close func() error
}

// FromConfig begins an image with its configuration (OCI image specification,
// config.md): the facts are filled, Layers is empty. Damage in one field makes
// that field's facts unknown and is one of Problems.
func FromConfig(config []byte) (*Image, error) {
	subject, damage, err := oci.Decode(config)
	if err != nil {
		return nil, err
	}
	img := &Image{Facts: subject.Facts, Origins: subject.Origins, Close: func() error { return nil }}
	for _, sentence := range damage {
		img.Problems = append(img.Problems, Problem{Layer: -1, Message: sentence})
	}
	return img, nil
}

// Layer is one layer ready to be read. Of Blob, Open and Dir one is set; none
// is for a layer that cannot be read at all, and Absent says why.
type Layer struct {
	// DiffID is the digest of the uncompressed tar, "sha256:…". Reading fails
	// if the content has another. Empty for a Dir that no digest describes.
	DiffID    string
	Digest    string
	MediaType string
	// Size is the size of the blob as stored, in bytes; 0 if not known.
	Size int64
	// Listed is the size that the manifest gives for the blob; 0 where no
	// manifest does. A blob of another size was damaged after it was stored.
	Listed int64
	// Blob is the whole layer as stored (plain, gzip or zstd), in a file.
	Blob *io.SectionReader
	// Open streams the layer as stored. It is called again after a failure
	// that may pass, such as a connection reset.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// Dir is the layer unpacked in a folder, with whiteouts as overlayfs
	// writes them.
	Dir string
	// Skip are folders below Dir that are left out.
	Skip map[string]bool
	// Absent is asset.LayerForeign, asset.LayerMissing, or asset.LayerFailed for
	// a layer that is there and may not be read; Reason says why.
	Absent, Reason string
}

// Size is the sum of the layers as stored, in bytes; 0 if not known.
func (img *Image) Size() int64 {
	var size int64
	for i := range img.Layers {
		size += img.Layers[i].Size
	}
	return size
}
