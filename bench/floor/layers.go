package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// blob is a layer inside the archive.
type blob struct {
	file         *os.File
	offset, size int64
}

func (b blob) reader() *io.SectionReader {
	return io.NewSectionReader(b.file, b.offset, b.size)
}

// findLayers reads the outer archive's headers and its manifests: `docker save` (manifest.json) or an OCI layout of one
// image (index.json).
func findLayers(file *os.File) ([]blob, error) {
	members := map[string]blob{}
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		offset, err := file.Seek(0, io.SeekCurrent) // archive/tar reads the header's blocks and no more
		if err != nil {
			return nil, err
		}
		members[path.Clean(header.Name)] = blob{file: file, offset: offset, size: header.Size}
	}
	names, err := layerNames(members)
	if err != nil {
		return nil, err
	}
	var layers []blob
	for _, name := range names {
		layer, found := members[name]
		if !found {
			return nil, fmt.Errorf("the layer %s is missing", name)
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

func layerNames(members map[string]blob) ([]string, error) {
	if manifest, found := members["manifest.json"]; found {
		var images []struct{ Layers []string }
		if err := decode(manifest, &images); err != nil {
			return nil, err
		}
		return images[0].Layers, nil
	}
	type descriptor struct{ Digest string }
	var index struct{ Manifests []descriptor }
	if err := decode(members["index.json"], &index); err != nil {
		return nil, err
	}
	var manifest struct{ Layers []descriptor }
	if err := decode(members[blobName(index.Manifests[0].Digest)], &manifest); err != nil {
		return nil, err
	}
	var names []string
	for _, layer := range manifest.Layers {
		names = append(names, blobName(layer.Digest))
	}
	return names, nil
}

func blobName(digest string) string {
	return "blobs/sha256/" + path.Base(digest[len("sha256:"):])
}

func decode(b blob, target any) error {
	return json.NewDecoder(b.reader()).Decode(target)
}
