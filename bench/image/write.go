package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// extendConfig adds the own layers to the base's configuration.
func extendConfig(config []byte, own []ownLayer) ([]byte, error) {
	var fields map[string]any
	if err := json.Unmarshal(config, &fields); err != nil {
		return nil, fmt.Errorf("decode the base's configuration: %w", err)
	}
	rootfs, _ := fields["rootfs"].(map[string]any)
	diffIDs, _ := rootfs["diff_ids"].([]any)
	history, _ := fields["history"].([]any)
	for i, layer := range own {
		diffIDs = append(diffIDs, layer.plain.digest)
		history = append(history, map[string]any{"created_by": fmt.Sprintf("COPY go-part-%d /usr/local/go # buildkit", i)})
	}
	fields["rootfs"] = map[string]any{"type": "layers", "diff_ids": diffIDs}
	fields["history"] = history
	return json.Marshal(fields)
}

func writeDocker(name string, config []byte, base []part, own []ownLayer) error {
	w, err := newArchive(name)
	if err != nil {
		return err
	}
	w.add("config.json", config)
	var names []string
	for i, layer := range base {
		names = append(names, fmt.Sprintf("base-%d/layer.tar", i))
		w.addPart(names[i], layer)
	}
	for i, layer := range own {
		names = append(names, fmt.Sprintf("own-%d/layer.tar", i))
		w.addPart(names[len(names)-1], layer.plain)
	}
	w.addJSON("manifest.json", []map[string]any{{"Config": "config.json", "RepoTags": []string{"seawall-bench:1"}, "Layers": names}})
	return w.close()
}

func writeOCI(name string, config []byte, base []part, own []ownLayer) error {
	w, err := newArchive(name)
	if err != nil {
		return err
	}
	layers := append([]part{}, base...)
	for _, layer := range own {
		layers = append(layers, layer.compressed)
	}
	var descriptors []descriptor
	for _, layer := range layers {
		w.addPart(blobName(layer.digest), layer)
		descriptors = append(descriptors, descriptor{"application/vnd.oci.image.layer.v1.tar+gzip", layer.digest, layer.size})
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": w.addBlob("application/vnd.oci.image.config.v1+json", config), "layers": descriptors,
	})
	if err != nil {
		return err
	}
	w.add("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	w.addJSON("index.json", map[string]any{
		"schemaVersion": 2, "manifests": []descriptor{w.addBlob("application/vnd.oci.image.manifest.v1+json", manifest)},
	})
	return w.close()
}

// archive writes files; after the first error it does nothing more.
type archive struct {
	file *os.File
	tar  *tar.Writer
	err  error
}

func newArchive(name string) (*archive, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &archive{file: file, tar: tar.NewWriter(file)}, nil
}

func (w *archive) header(name string, size int64) {
	if w.err == nil {
		w.err = w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size})
	}
}

func (w *archive) add(name string, data []byte) {
	w.header(name, int64(len(data)))
	if w.err == nil {
		_, w.err = w.tar.Write(data)
	}
}

func (w *archive) addJSON(name string, value any) {
	data, err := json.Marshal(value)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.add(name, data)
}

func (w *archive) addBlob(mediaType string, data []byte) descriptor {
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
	w.add(blobName(digest), data)
	return descriptor{mediaType, digest, int64(len(data))}
}

func (w *archive) addPart(name string, p part) {
	if w.err != nil {
		return
	}
	source, err := os.Open(p.file)
	if err != nil {
		w.err = err
		return
	}
	defer source.Close()
	w.header(name, p.size)
	if w.err == nil {
		_, w.err = io.Copy(w.tar, io.NewSectionReader(source, p.offset, p.size))
	}
}

func (w *archive) close() error {
	if w.err == nil {
		w.err = w.tar.Close()
	}
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	return w.err
}
