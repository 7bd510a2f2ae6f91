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

// part is a span of a file: a layer as it is stored there.
type part struct {
	file         string
	offset, size int64
	digest       string // sha256:… of the span
}

type baseImage struct {
	config []byte
	layers []part
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// members finds every file of a tar archive.
func members(name string) (map[string]part, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the base image: %w", err)
	}
	defer file.Close()
	found := map[string]part{}
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the base image %s: %w", name, err)
		}
		offset, err := file.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		found[path.Clean(header.Name)] = part{file: name, offset: offset, size: header.Size}
	}
}

func (p part) read() ([]byte, error) {
	file, err := os.Open(p.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.NewSectionReader(file, p.offset, p.size))
}

func (p part) decode(target any) error {
	data, err := p.read()
	if err != nil {
		return err
	}
	return json.Unmarshal(data, target)
}

func readDocker(name string) (baseImage, error) {
	files, err := members(name)
	if err != nil {
		return baseImage{}, err
	}
	var images []struct {
		Config string
		Layers []string
	}
	if err := files["manifest.json"].decode(&images); err != nil {
		return baseImage{}, fmt.Errorf("read the manifest of %s: %w", name, err)
	}
	config, err := files[images[0].Config].read()
	if err != nil {
		return baseImage{}, fmt.Errorf("read the configuration of %s: %w", name, err)
	}
	image := baseImage{config: config}
	for _, layer := range images[0].Layers {
		image.layers = append(image.layers, files[layer])
	}
	return image, nil
}

func readOCI(name string) (baseImage, error) {
	files, err := members(name)
	if err != nil {
		return baseImage{}, err
	}
	var index struct{ Manifests []descriptor }
	if err := files["index.json"].decode(&index); err != nil {
		return baseImage{}, fmt.Errorf("read the index of %s: %w", name, err)
	}
	var manifest struct{ Layers []descriptor }
	if err := files[blobName(index.Manifests[0].Digest)].decode(&manifest); err != nil {
		return baseImage{}, fmt.Errorf("read the manifest of %s: %w", name, err)
	}
	var image baseImage
	for _, layer := range manifest.Layers {
		blob := files[blobName(layer.Digest)]
		blob.digest = layer.Digest
		image.layers = append(image.layers, blob)
	}
	return image, nil
}

func blobName(digest string) string {
	return "blobs/sha256/" + digest[len("sha256:"):]
}
