package engine

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image/contentstore"
)

// putBlob writes content as containerd stores it.
func putBlob(t *testing.T, root, mediaType string, content []byte) v1.Descriptor {
	t.Helper()
	d := digest.FromBytes(content)
	write(t, string(content), root, "containerd", "daemon", contentstore.Plugin, "blobs", "sha256", d.Encoded())
	return v1.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(content))}
}

func encode(t *testing.T, document any) []byte {
	t.Helper()
	content, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestContentStore reads an image from the folder of an engine with
// containerd's image store, whose answers are those of Docker 28. It exports
// nothing, so that the test fails if the folder is not used.
func TestContentStore(t *testing.T) {
	root := t.TempDir()
	layer := putBlob(t, root, v1.MediaTypeImageLayerGzip, []byte("the layer"))
	config := putBlob(t, root, v1.MediaTypeImageConfig, encode(t, map[string]any{
		"os": "linux", "architecture": "amd64", "rootfs": map[string]any{"type": "layers", "diff_ids": []digest.Digest{digest.FromString("tar")}},
	}))
	manifest := putBlob(t, root, v1.MediaTypeImageManifest, encode(t, v1.Manifest{Config: config, Layers: []v1.Descriptor{layer}}))
	manifest.Platform = &v1.Platform{OS: "linux", Architecture: "amd64"}
	absent := v1.Descriptor{MediaType: v1.MediaTypeImageManifest, Digest: digest.FromString("arm"), Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}
	index := putBlob(t, root, v1.MediaTypeImageIndex, encode(t, v1.Index{Manifests: []v1.Descriptor{absent, manifest}}))

	o := fakeEngine(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/info"):
			_ = json.NewEncoder(w).Encode(map[string]any{"ServerVersion": "28.2", "Driver": "overlayfs", "DockerRootDir": root})
		case strings.HasSuffix(r.URL.Path, "/json"):
			_ = json.NewEncoder(w).Encode(map[string]any{
				"Id": index.Digest, "RepoTags": []string{"app:v1"}, "Os": "linux", "Architecture": "amd64", "Descriptor": index,
			})
		case strings.HasSuffix(r.URL.Path, "/images/get"):
			http.Error(w, `{"message":"not exported"}`, http.StatusInternalServerError)
		}
	})
	img, engine, err := Open(t.Context(), "app:v1", o)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if engine.Path != PathContent || engine.StorageDriver != "overlayfs" {
		t.Errorf("engine %+v", engine)
	}
	if img.Facts.Digest != manifest.Digest.String() || img.Facts.ID != config.Digest.String() {
		t.Errorf("facts %+v, layers %+v", img.Facts, img.Layers)
	}

	if content, err := io.ReadAll(img.Layers[0].Blob); err != nil || string(content) != "the layer" {
		t.Errorf("the blob reads %q, error %v", content, err)
	}

	// A blob that was dropped can only come from the engine.
	blob := filepath.Join(root, "containerd", "daemon", contentstore.Plugin, "blobs", "sha256", layer.Digest.Encoded())
	if err := os.Remove(blob); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), "app:v1", o); err == nil || !strings.Contains(err.Error(), "not exported") {
		t.Errorf("error %v, want the one of the export", err)
	}
}
