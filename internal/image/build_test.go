package image

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seawall/internal/asset"
)

// file is a tar entry as tests write it: "name" is a regular file with its
// content, "name/" a directory, "name -> target" a symbolic link, and
// "name => target" a hard link.
type file struct{ name, content string }

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		h := tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.content)), ModTime: time.Unix(1_700_000_000, 0)}
		if name, target, ok := cutLast(f.name, " -> "); ok {
			h.Name, h.Linkname, h.Typeflag = name, target, tar.TypeSymlink
		} else if name, target, ok := cutLast(f.name, " => "); ok {
			h.Name, h.Linkname, h.Typeflag = name, target, tar.TypeLink
		} else if f.name[len(f.name)-1] == '/' {
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		must(t, w.WriteHeader(&h))
		must2(t, w.Write, []byte(f.content))
	}
	must(t, w.Close())
	return buf.Bytes()
}

func cutLast(s, separator string) (before, after string, found bool) {
	b, a, ok := bytes.Cut([]byte(s), []byte(separator))
	return string(b), string(a), ok
}

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

// imageOf makes an image of plain layers.
func imageOf(layers ...[]byte) *Image {
	img := &Image{Source: "test", Close: func() error { return nil }}
	for i, data := range layers {
		img.Layers = append(img.Layers, Layer{DiffID: digestOf(data), Blob: blobOf(data), Size: int64(len(data))})
		img.Facts.Layers = append(img.Facts.Layers, asset.Layer{Index: i, DiffID: digestOf(data)})
	}
	return img
}

// blobOf is a layer's blob in a file.
func blobOf(data []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
}

func scanned(t testing.TB, img *Image, o Options) *Snapshot {
	t.Helper()
	s, err := Scan(context.Background(), img, o)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	must2(t, w.Write, data)
	must(t, w.Close())
	return buf.Bytes()
}

func zstded(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf)
	must(t, err)
	must2(t, w.Write, data)
	must(t, w.Close())
	return buf.Bytes()
}

// streamedLayer is a layer that comes from a reader, as from a registry.
func streamedLayer(diffID string, stored []byte) Layer {
	return Layer{DiffID: diffID, Size: int64(len(stored)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(stored)), nil
	}}
}

// keepAll is an analyzer that keeps the content of the files it is given.
func keepAll(name string, patterns ...Pattern) Analyzer {
	return Analyzer{Name: name, Version: 1, Patterns: patterns, Analyze: func(_ context.Context, f File) ([]byte, error) {
		b, err := f.Bytes()
		return bytes.Clone(b), err
	}}
}

// kept lists an analyzer's results as "path@layer: data".
func kept(s *Snapshot, analyzer string) []string {
	var list []string
	for r := range s.Results(analyzer) {
		list = append(list, fmt.Sprintf("%s@%d: %s", r.Path, r.Layer, r.Data))
	}
	return list
}

// paths lists the visible paths with their layers.
func paths(s *Snapshot) []string {
	var list []string
	for e := range s.Entries() {
		list = append(list, fmt.Sprintf("%s@%d", e.Path, e.Layer))
	}
	return list
}
