// Package imagetest makes images for tests, with go-containerregistry and
// archive/tar, and lists what the image engine reads of them.
package imagetest

import (
	"archive/tar"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// Layer makes a layer, gzipped. A file's content is the first letter of its
// name, again and again.
func Layer(t testing.TB, headers ...tar.Header) v1.Layer {
	t.Helper()
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	for _, h := range headers {
		h.ModTime = time.Unix(1_700_000_000, 0)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte(h.Name[:1]), int(h.Size))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

// Image makes an image for linux/amd64 of layers.
func Image(t testing.TB, user string, layers ...v1.Layer) v1.Image {
	t.Helper()
	img, err := mutate.AppendLayers(empty.Image, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return ForLinux(t, img, user)
}

// ForLinux says of an image that it is for linux/amd64 and runs as a user.
func ForLinux(t testing.TB, img v1.Image, user string) v1.Image {
	t.Helper()
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config.User = "linux", "amd64", user
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// Entries scans an image and lists its files by path. What could not be read
// fails the test.
func Entries(t testing.TB, img *image.Image) []asset.FileEntry {
	t.Helper()
	snapshot, err := image.Scan(t.Context(), img, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range snapshot.Problems {
		t.Errorf("problem: %+v", p)
	}
	return slices.SortedFunc(snapshot.Entries(), func(a, b asset.FileEntry) int { return strings.Compare(a.Path, b.Path) })
}
