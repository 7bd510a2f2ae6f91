package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sys/unix"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/imagetest"
	"seawall/internal/image/manifest"
)

// randomImage is made, and written, by another library than the one under test.
func randomImage(t *testing.T) v1.Image {
	t.Helper()
	img, err := random.Image(2000, 3)
	must(t, err)
	return imagetest.ForLinux(t, img, "1000")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var linux = Options{Platform: manifest.Platform{OS: "linux", Architecture: "amd64"}}

// dockerArchive writes images as `docker save` did before version 25.
func dockerArchive(t *testing.T, images map[string]v1.Image) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	byTag := map[name.Tag]v1.Image{}
	for tag, img := range images {
		parsed, err := name.NewTag(tag)
		must(t, err)
		byTag[parsed] = img
	}
	must(t, tarball.MultiWriteToFile(path, byTag))
	return path
}

// layoutFolder writes images as an OCI layout.
func layoutFolder(t *testing.T, images ...v1.Image) string {
	t.Helper()
	path := t.TempDir()
	l, err := layout.Write(path, empty.Index)
	must(t, err)
	for _, img := range images {
		must(t, l.AppendImage(img))
	}
	return path
}

// tarOfFolder packs a folder's files as `tar -C folder -c .` does.
func tarOfFolder(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "layout.tar")
	file, err := os.Create(path)
	must(t, err)
	w := tar.NewWriter(file)
	must(t, w.AddFS(os.DirFS(folder)))
	must(t, w.Close())
	must(t, file.Close())
	return path
}

func compressed(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err = w.Write(data)
	must(t, err)
	must(t, w.Close())
	must(t, os.WriteFile(path+".gz", buf.Bytes(), 0o600))
	return path + ".gz"
}

// read opens and scans, and gives the files with their hashes.
func read(t *testing.T, path string, o Options) (*image.Image, []asset.FileEntry) {
	t.Helper()
	img, err := Open(context.Background(), path, o)
	must(t, err)
	t.Cleanup(func() { img.Close() })
	s, err := image.Scan(context.Background(), img, image.Options{})
	must(t, err)
	for _, p := range s.Problems {
		t.Errorf("%s: %+v", path, p)
	}
	var files []asset.FileEntry
	for e := range s.Entries() {
		files = append(files, e)
	}
	return img, files
}

// The same image in every kind of store gives the same files and identity.
func TestOpenEveryStore(t *testing.T) {
	source := randomImage(t)
	id, err := source.ConfigName()
	must(t, err)
	docker := dockerArchive(t, map[string]v1.Image{"example.org/app:1": source})
	folder := layoutFolder(t, source)
	_, want := read(t, docker, linux)
	if len(want) < 3 {
		t.Fatalf("the image has %d files", len(want))
	}
	for _, path := range []string{docker, compressed(t, docker), folder, tarOfFolder(t, folder), compressed(t, tarOfFolder(t, folder))} {
		img, files := read(t, path, linux)
		if diff := cmp.Diff(want, files); diff != "" {
			t.Errorf("%s differs:\n%s", path, diff)
		}
		if img.Facts.ID != id.String() || img.Facts.User != "1000" {
			t.Errorf("%s: the identity is %s, user %q", path, img.Facts.ID, img.Facts.User)
		}
	}
	img, _ := read(t, docker, linux)
	if img.Facts.Repository != "example.org/app" || img.Facts.Tag != "1" {
		t.Errorf("the name is %s:%s", img.Facts.Repository, img.Facts.Tag)
	}
	img, _ = read(t, folder, linux)
	if digest, err := source.Digest(); err != nil || img.Facts.Digest != digest.String() {
		t.Errorf("the digest is %s, want %s", img.Facts.Digest, digest)
	}
}

func TestSelect(t *testing.T) {
	a, b := randomImage(t), randomImage(t)
	docker := dockerArchive(t, map[string]v1.Image{"example.org/app:a": a, "example.org/app:b": b})
	folder := layoutFolder(t, a, b)
	digest, err := b.Digest()
	must(t, err)
	id, err := b.ConfigName()
	must(t, err)
	for _, test := range []struct{ path, choose string }{
		{docker, "example.org/app:b"}, {docker, "b"}, {docker, id.String()}, {folder, digest.String()},
	} {
		img, _ := read(t, test.path, Options{Select: test.choose, Platform: linux.Platform})
		if img.Facts.ID != id.String() {
			t.Errorf("%s#%s is %s", test.path, test.choose, img.Facts.ID)
		}
	}
	for path, want := range map[string]string{docker: "example.org/app:a", folder: digest.String()} {
		_, err := Open(context.Background(), path, linux)
		if err == nil || !strings.Contains(err.Error(), "holds 2 images") || !strings.Contains(err.Error(), want) {
			t.Errorf("without a choice the error is %v", err)
		}
		if _, err = Open(context.Background(), path, Options{Select: "other", Platform: linux.Platform}); err == nil {
			t.Error("a choice that is not there was found")
		}
	}
}

// A layout whose index lists one image for each platform is one image.
func TestPlatforms(t *testing.T) {
	path := t.TempDir()
	l, err := layout.Write(path, empty.Index)
	must(t, err)
	ids := map[string]string{}
	for _, arch := range []string{"amd64", "arm64"} {
		img := randomImage(t)
		id, err := img.ConfigName()
		must(t, err)
		ids[arch] = id.String()
		must(t, l.AppendImage(img, layout.WithPlatform(v1.Platform{OS: "linux", Architecture: arch})))
	}
	must(t, l.AppendImage(randomImage(t), layout.WithPlatform(v1.Platform{OS: "unknown", Architecture: "unknown"})))
	for arch, want := range ids {
		img, _ := read(t, path, Options{Platform: manifest.Platform{OS: "linux", Architecture: arch}})
		if img.Facts.ID != want {
			t.Errorf("%s: got %s, want %s", arch, img.Facts.ID, want)
		}
	}
	_, err = Open(context.Background(), path, Options{Platform: manifest.Platform{OS: "linux", Architecture: "s390x"}})
	if err == nil || !strings.Contains(err.Error(), "linux/arm64") {
		t.Errorf("for a platform that is not there the error is %v", err)
	}
}

// members reads a tar into names and contents, and writes it back changed.
func rewritten(t *testing.T, path string, change func(h *tar.Header, body []byte) (keep bool, newBody []byte)) string {
	t.Helper()
	in, err := os.Open(path)
	must(t, err)
	defer in.Close()
	var out bytes.Buffer
	r, w := tar.NewReader(in), tar.NewWriter(&out)
	for {
		h, err := r.Next()
		if err != nil {
			break
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(r)
		must(t, err)
		keep, changed := change(h, body.Bytes())
		if !keep {
			continue
		}
		h.Size = int64(len(changed))
		must(t, w.WriteHeader(h))
		_, err = w.Write(changed)
		must(t, err)
	}
	must(t, w.Close())
	result := filepath.Join(t.TempDir(), "changed.tar")
	must(t, os.WriteFile(result, out.Bytes(), 0o600))
	return result
}

// Docker before version 25 wrote a layer that two images share once, and a
// symbolic link in the other's place.
func TestLinkedLayers(t *testing.T) {
	path := dockerArchive(t, map[string]v1.Image{"a:1": randomImage(t)})
	linked := ""
	changed := rewritten(t, path, func(h *tar.Header, body []byte) (bool, []byte) {
		if strings.HasSuffix(h.Name, ".tar.gz") && linked == "" {
			linked = h.Name
			h.Name = "shared/" + h.Name
		}
		return true, body
	})
	withLink := rewritten(t, changed, func(_ *tar.Header, body []byte) (bool, []byte) { return true, body })
	data, err := os.ReadFile(withLink)
	must(t, err)
	var extra bytes.Buffer
	w := tar.NewWriter(&extra)
	must(t, w.WriteHeader(&tar.Header{Name: linked, Typeflag: tar.TypeSymlink, Linkname: "./shared/" + linked}))
	must(t, w.Close())
	must(t, os.WriteFile(withLink, append(extra.Bytes()[:512], data...), 0o600))
	_, want := read(t, path, linux)
	_, got := read(t, withLink, linux)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a linked layer differs:\n%s", diff)
	}
}

func TestMissingAndForeignLayers(t *testing.T) {
	source := randomImage(t)
	path := dockerArchive(t, map[string]v1.Image{"a:1": source})
	dropped := false
	missing := rewritten(t, path, func(h *tar.Header, body []byte) (bool, []byte) {
		if strings.HasSuffix(h.Name, ".tar.gz") && !dropped {
			dropped = true
			return false, nil
		}
		return true, body
	})
	img, err := Open(context.Background(), missing, linux)
	must(t, err)
	s, err := image.Scan(context.Background(), img, image.Options{})
	must(t, err)
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, "lacks") || s.Len() == 0 {
		t.Errorf("with a missing layer: %d files, problems %v", s.Len(), s.Problems)
	}

	layers, err := source.Layers()
	must(t, err)
	foreign, err := mutate.Append(source, mutate.Addendum{Layer: layers[0], MediaType: types.DockerForeignLayer})
	must(t, err)
	folder := layoutFolder(t, foreign)
	digest, err := layers[0].Digest()
	must(t, err)
	must(t, os.Remove(filepath.Join(folder, "blobs/sha256", digest.Hex)))
	img, err = Open(context.Background(), folder, linux)
	must(t, err)
	last := img.Layers[len(img.Layers)-1]
	if last.Absent != asset.LayerForeign || img.Layers[0].Absent != asset.LayerMissing {
		t.Errorf("the first layer is %q, the foreign one %q", img.Layers[0].Absent, last.Absent)
	}
}

func TestOpenRefuses(t *testing.T) {
	good := dockerArchive(t, map[string]v1.Image{"a:1": randomImage(t)})
	data, err := os.ReadFile(good)
	must(t, err)
	write := func(content []byte) string {
		path := filepath.Join(t.TempDir(), "x.tar")
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	manifestIs := func(text string) string {
		return rewritten(t, good, func(h *tar.Header, body []byte) (bool, []byte) {
			if h.Name == "manifest.json" {
				return true, []byte(text)
			}
			return true, body
		})
	}
	emptyIndex := t.TempDir()
	must(t, os.WriteFile(filepath.Join(emptyIndex, "index.json"), []byte(`{"schemaVersion":2,"manifests":[]}`), 0o600))
	pipe := filepath.Join(t.TempDir(), "pipe.tar")
	must(t, syscall.Mkfifo(pipe, 0o600))
	pipeInside := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(pipeInside, "index.json"), 0o600))
	for _, test := range []struct{ name, path, want string }{
		{"a pipe in a layout", pipeInside, "index.json: it is neither a file nor a folder"},
		{"a pipe", pipe, "neither a file nor a folder"},
		{"nothing there", filepath.Join(t.TempDir(), "none.tar"), "no such file"},
		{"empty", write(nil), "neither a `docker save` archive"},
		{"a text", write(bytes.Repeat([]byte("text "), 500)), "it is a text"},
		{"noise", write(bytes.Repeat([]byte{1, 2, 3, 0xff}, 500)), "not a tar"},
		{"an xz archive", write(append([]byte("\xfd7zXZ\x00"), make([]byte, 600)...)), "`xz -dk`"},
		{"a bzip2 archive", write(append([]byte("BZh91AY&SY"), make([]byte, 600)...)), "`bzip2 -dk`"},
		{"a 7z archive", write(append([]byte("7z\xbc\xaf\x27\x1c"), make([]byte, 600)...)), "`7z x`"},
		{"a zip", write([]byte("PK\x03\x04\x14\x00")), "zip archive"},
		{"a Debian package", write([]byte("!<arch>\ndebian-binary   ")), "dpkg-deb -x"},
		{"a program", write([]byte("\x7fELF\x02\x01")), "a program"},
		{"an empty index", emptyIndex, "lists no image"},
		{"truncated", write(data[:len(data)/2]), "truncated"},
		{"an empty folder", t.TempDir(), "not an OCI layout"},
		{"broken manifest", manifestIs("{"), "manifest.json is not valid"},
		{"no image", manifestIs("[]"), "lists no image"},
		{"no configuration", manifestIs(`[{"Config":"gone.json","Layers":[]}]`), "gone.json is missing"},
		{"path outside", manifestIs(`[{"Config":"../../../../etc/passwd","Layers":[]}]`), "missing"},
		{"truncated gzip", write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}), "unpack"},
	} {
		t.Run(test.name, func(t *testing.T) {
			img, err := Open(context.Background(), test.path, linux)
			if err == nil {
				img.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("the error is %v, want %q and the path", err, test.want)
			}
		})
	}
}

// A layer's blob that was cut after it was cached is told in every kind of store.
func TestDamageAfterCaching(t *testing.T) {
	source := randomImage(t)
	manifest, err := source.Manifest()
	must(t, err)
	blob := manifest.Layers[0].Digest.Hex
	cut := func(path string) string {
		return rewritten(t, path, func(h *tar.Header, body []byte) (bool, []byte) {
			if strings.HasSuffix(h.Name, blob) || strings.HasSuffix(h.Name, "layer.tar") {
				return true, body[:len(body)-600]
			}
			return true, body
		})
	}
	folder, damagedFolder := layoutFolder(t, source), layoutFolder(t, source)
	must(t, os.Truncate(filepath.Join(damagedFolder, "blobs/sha256", blob), manifest.Layers[0].Size-1))
	docker := plainDockerArchive(t, source)
	for name, paths := range map[string][2]string{
		"folder":      {folder, damagedFolder},
		"layout tar":  {tarOfFolder(t, folder), cut(tarOfFolder(t, folder))},
		"docker save": {docker, cut(docker)},
	} {
		t.Run(name, func(t *testing.T) {
			o := image.Options{Cache: &image.Cache{Dir: t.TempDir()}}
			for i, path := range []string{paths[0], paths[0], paths[1]} {
				img, err := Open(t.Context(), path, linux)
				must(t, err)
				s, err := image.Scan(t.Context(), img, o)
				must(t, errors.Join(err, img.Close()))
				if damaged := i == 2; damaged != (len(s.Problems) > 0) {
					t.Errorf("run %d: problems %+v, layers %+v", i, s.Problems, s.Layers)
				}
			}
		})
	}
}

// plainDockerArchive writes an image as docker save does: its layers are not
// compressed.
func plainDockerArchive(t *testing.T, source v1.Image) string {
	t.Helper()
	config, err := source.RawConfigFile()
	must(t, err)
	layers, err := source.Layers()
	must(t, err)
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	add := func(name string, content []byte) {
		must(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644}))
		_, err := w.Write(content)
		must(t, err)
	}
	saved := savedImage{Config: "config.json"}
	add(saved.Config, config)
	for i, layer := range layers {
		plain, err := layer.Uncompressed()
		must(t, err)
		content, err := io.ReadAll(plain)
		must(t, err)
		name := fmt.Sprintf("%d/layer.tar", i)
		saved.Layers = append(saved.Layers, name)
		add(name, content)
	}
	manifest, err := json.Marshal([]savedImage{saved})
	must(t, err)
	add("manifest.json", manifest)
	must(t, w.Close())
	path := filepath.Join(t.TempDir(), "docker.tar")
	must(t, os.WriteFile(path, buf.Bytes(), 0o600))
	return path
}

// asNobody runs a function without the rights of root to open any file.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread() // the user ID for files is that of a thread (setfsuid(2))
	defer runtime.UnlockOSThread()
	must(t, unix.Setfsuid(65534))
	defer func() { must(t, unix.Setfsuid(0)) }()
	do()
}

// What may not be read is not called missing.
func TestPermissionDenied(t *testing.T) {
	source := randomImage(t)
	manifest, err := source.Manifest()
	must(t, err)
	folder := layoutFolder(t, source)
	layer := filepath.Join(folder, "blobs/sha256", manifest.Layers[0].Digest.Hex)
	must(t, os.Chmod(layer, 0))
	openable(t, folder)
	archive := dockerArchive(t, map[string]v1.Image{"a:1": source})
	openable(t, filepath.Dir(archive))
	must(t, os.Chmod(archive, 0))
	asNobody(t, func() {
		img, err := Open(t.Context(), folder, linux)
		must(t, err)
		defer img.Close()
		if l := img.Layers[0]; l.Absent != asset.LayerFailed || !strings.Contains(l.Reason, "permission denied, run as root") {
			t.Errorf("the layer is %q: %s", l.Absent, l.Reason)
		}
		if _, err := Open(t.Context(), archive, linux); err == nil || !strings.Contains(err.Error(), "permission denied, run as root") {
			t.Errorf("the error of an archive is %v", err)
		}
	})
	for _, name := range []string{"index.json", "blobs/sha256/" + manifest.Config.Digest.Hex} {
		must(t, os.Chmod(filepath.Join(folder, name), 0))
		asNobody(t, func() {
			if _, err := Open(t.Context(), folder, linux); err == nil || !strings.Contains(err.Error(), "permission denied, run as root") {
				t.Errorf("without a right to %s the error is %v", name, err)
			}
		})
		must(t, os.Chmod(filepath.Join(folder, name), 0o644))
	}
}

// openable lets everybody into a test's folder.
func openable(t *testing.T, folder string) {
	t.Helper()
	for dir := folder; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
}

// A configuration that is not the one of its digest is refused.
func TestWrongDigests(t *testing.T) {
	source := randomImage(t)
	folder := layoutFolder(t, source)
	id, err := source.ConfigName()
	must(t, err)
	path := filepath.Join(folder, "blobs/sha256", id.Hex)
	raw, err := os.ReadFile(path)
	must(t, err)
	var config map[string]any
	must(t, json.Unmarshal(raw, &config))
	config["architecture"] = "mips"
	raw, err = json.Marshal(config)
	must(t, err)
	must(t, os.WriteFile(path, raw, 0o600))
	if _, err := Open(context.Background(), folder, linux); err == nil || !strings.Contains(err.Error(), "instead of "+id.String()) {
		t.Errorf("the error is %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for name, content := range map[string]string{
		"manifest.json": `[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]}]`,
		"c.json":        `{"rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]}}`,
		"l.tar":         "",
	} {
		_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644})
		_, _ = w.Write([]byte(content))
	}
	_ = w.Close()
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := openTar(context.Background(), bytes.NewReader(data), linux)
		if err != nil {
			return
		}
		if _, err := image.Scan(context.Background(), img, image.Options{}); err != nil {
			t.Fatal(err)
		}
	})
}
