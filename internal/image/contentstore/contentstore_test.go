package contentstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/asset"
	"seawall/internal/image"
)

func newStore(t *testing.T, contents ...string) *Store {
	t.Helper()
	root := t.TempDir()
	folder := filepath.Join(root, "blobs", "sha256")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, content := range contents {
		if err := os.WriteFile(filepath.Join(folder, digest.FromString(content).Encoded()), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := New(root)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestFetch(t *testing.T) {
	s := newStore(t, "manifest", "")
	for _, content := range []string{"manifest", ""} {
		got, err := s.Fetch(t.Context(), v1.Descriptor{Digest: digest.FromString(content)}, 8)
		if err != nil || string(got) != content {
			t.Errorf("%q, %v; want %q", got, err, content)
		}
	}
	if _, err := s.Fetch(t.Context(), v1.Descriptor{Digest: digest.FromString("manifest")}, 7); err == nil {
		t.Error("a blob above the limit was read")
	}
	if _, err := s.Fetch(t.Context(), v1.Descriptor{Digest: digest.FromString("other")}, 7); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
	for _, bad := range []digest.Digest{"", "sha256:../../../../etc/passwd", "../x:00", "sha256:AB"} {
		if got, err := s.Fetch(t.Context(), v1.Descriptor{Digest: bad}, 1<<20); err == nil {
			t.Errorf("digest %q: read %q", bad, got)
		}
	}
}

// A blob that is shorter than its manifest says is read though its layer is
// cached, and reported.
func TestDamageAfterCaching(t *testing.T) {
	tarball := string(make([]byte, 1024))
	diffID := digest.FromString(tarball).String()
	o := image.Options{Cache: &image.Cache{Dir: t.TempDir()}}
	for i, stored := range []string{tarball, tarball, tarball[:512]} {
		s := newStore(t)
		path := filepath.Join(s.folder, "blobs", "sha256", digest.Digest(diffID).Encoded())
		if err := os.WriteFile(path, []byte(stored), 0o600); err != nil {
			t.Fatal(err)
		}
		layer := image.Layer{Digest: diffID, DiffID: diffID, Listed: int64(len(tarball))}
		if err := s.Attach(&layer); err != nil {
			t.Fatal(err)
		}
		img := &image.Image{Layers: []image.Layer{layer}}
		img.Facts.Layers = []asset.Layer{{DiffID: diffID}}
		snapshot, err := image.Scan(t.Context(), img, o)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{asset.LayerRead, asset.LayerCached, asset.LayerFailed}[i]
		if got := snapshot.Layers[0].Status; got != want {
			t.Errorf("run %d: the layer is %s, want %s", i, got, want)
		}
	}
}

func TestAttach(t *testing.T) {
	s := newStore(t, "layer")
	there := image.Layer{Digest: digest.FromString("layer").String()}
	if err := s.Attach(&there); err != nil || there.Blob == nil || there.Size != 5 || there.Absent != "" {
		t.Errorf("layer %+v, error %v", there, err)
	}
	if content, err := io.ReadAll(there.Blob); err != nil || string(content) != "layer" {
		t.Errorf("the blob reads %q, error %v", content, err)
	}
	gone := image.Layer{Digest: digest.FromString("gone").String()}
	if err := s.Attach(&gone); err != nil || gone.Absent != asset.LayerMissing || gone.Reason == "" {
		t.Errorf("layer %+v, error %v; want it missing", gone, err)
	}
	foreign := image.Layer{Digest: digest.FromString("gone").String(), MediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}
	if err := s.Attach(&foreign); err != nil || foreign.Absent != asset.LayerForeign {
		t.Errorf("layer %+v, error %v; want it foreign", foreign, err)
	}
	if err := s.Attach(&image.Layer{Digest: "sha256:..", Size: 1}); err == nil {
		t.Error("a bad digest was taken")
	}
	if !s.Has(digest.FromString("layer")) || s.Has(digest.FromString("gone")) {
		t.Error("Has is wrong")
	}
}
