package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

const repoTag = "seawall-demo:latest"

// descriptor points to a blob (OCI image specification, descriptor.md).
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// save writes the image as Docker 25 and later save it: an OCI layout with the older manifest.json beside it.
func (m *image) save(name string) error {
	file, err := os.Create(name + ".part")
	if err != nil {
		return fmt.Errorf("make the image archive: %w", err)
	}
	defer file.Close()
	out := &archiveWriter{tar: tar.NewWriter(file)}
	m.write(out)
	if out.err == nil {
		out.err = out.tar.Close()
	}
	if out.err == nil {
		out.err = os.Rename(name+".part", name)
	}
	if out.err != nil {
		return fmt.Errorf("write the image archive %s: %w", name, out.err)
	}
	return nil
}

func (m *image) write(out *archiveWriter) {
	config := out.addJSON("application/vnd.oci.image.config.v1+json", m.config())
	var layers []descriptor
	var paths []string
	for i, name := range m.layers {
		layer := descriptor{MediaType: "application/vnd.oci.image.layer.v1.tar", Digest: m.diffIDs[i]}
		layer.Size = out.addFile(blobPath(layer.Digest), name)
		layers, paths = append(layers, layer), append(paths, blobPath(layer.Digest))
	}
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	manifest := out.addJSON(manifestType, map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": layers,
	})
	manifest.Annotations = map[string]string{"org.opencontainers.image.ref.name": "latest", "io.containerd.image.name": "docker.io/library/" + repoTag}
	out.add("index.json", out.encode(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []descriptor{manifest},
	}))
	out.add("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	out.add("manifest.json", out.encode([]map[string]any{
		{"Config": blobPath(config.Digest), "RepoTags": []string{repoTag}, "Layers": paths},
	}))
}

// config is the image's configuration: no user, so its containers run as root.
func (m *image) config() any {
	return map[string]any{
		"architecture": architecture,
		"os":           "linux",
		"created":      time.Now().UTC().Format(time.RFC3339),
		"config": map[string]any{
			"Env":          m.env,
			"Cmd":          []string{"/bin/sh", "-c", "curl -s http://localhost:8080/"},
			"WorkingDir":   "/app",
			"ExposedPorts": map[string]any{"22/tcp": struct{}{}, "8080/tcp": struct{}{}},
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": m.diffIDs},
		"history": m.history,
	}
}

// archiveWriter writes blobs and files; after the first error it does nothing more.
type archiveWriter struct {
	tar *tar.Writer
	err error
}

func (w *archiveWriter) addJSON(mediaType string, value any) descriptor {
	data := w.encode(value)
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
	w.add(blobPath(digest), data)
	return descriptor{MediaType: mediaType, Digest: digest, Size: int64(len(data))}
}

func (w *archiveWriter) add(name string, data []byte) {
	w.header(name, int64(len(data)))
	if w.err == nil {
		_, w.err = w.tar.Write(data)
	}
}

func (w *archiveWriter) addFile(name, source string) int64 {
	if w.err != nil {
		return 0
	}
	file, err := os.Open(source)
	if err != nil {
		w.err = err
		return 0
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		w.err = err
		return 0
	}
	w.header(name, info.Size())
	if w.err == nil {
		_, w.err = io.Copy(w.tar, file)
	}
	return info.Size()
}

func (w *archiveWriter) header(name string, size int64) {
	if w.err == nil {
		w.err = w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size, ModTime: time.Unix(0, 0)})
	}
}

func blobPath(digest string) string {
	return "blobs/sha256/" + digest[len("sha256:"):]
}

func (w *archiveWriter) encode(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil && w.err == nil {
		w.err = err
	}
	return data
}
