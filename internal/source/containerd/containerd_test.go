package containerd

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/opencontainers/go-digest"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/contentstore"
	"seawall/internal/image/imagetest"
)

const testReference = "registry.example.org/seawall/test:v1"

// daemon is a containerd of the test's own.
type daemon struct{ folder, address string }

// start runs Debian's containerd with its own root, state and socket.
func start(t *testing.T) daemon {
	t.Helper()
	for _, program := range []string{"containerd", "ctr"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian's package containerd)", program)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("containerd needs root")
	}
	// A socket's path has at most 107 bytes, and t.TempDir's are long.
	folder, err := os.MkdirTemp("", "seawall-ctrd-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	d := daemon{folder, filepath.Join(folder, "containerd.sock")}
	config := fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = %q\n[ttrpc]\naddress = %q\n",
		filepath.Join(folder, "root"), filepath.Join(folder, "state"), d.address, d.address+".ttrpc")
	path := filepath.Join(folder, "config.toml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("containerd", "--config", path)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		log.Close()
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if err := exec.Command("ctr", "--address", d.address, "version").Run(); err == nil {
			return d
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("containerd did not start: %s", said)
		}
	}
}

func (d daemon) ctr(t *testing.T, namespace string, args ...string) {
	t.Helper()
	args = append([]string{"--address", d.address, "--namespace", namespace}, args...)
	if out, err := exec.Command("ctr", args...).CombinedOutput(); err != nil {
		t.Fatalf("ctr %v: %v: %s", args, err, out)
	}
}

// importImage stores an image of two layers, the second gzipped, with ctr.
func (d daemon) importImage(t *testing.T, namespace string) ggcr.Image {
	t.Helper()
	img := imagetest.Image(t, "daemon",
		imagetest.Layer(t, tar.Header{Name: "etc/passwd", Mode: 0o644, Size: 100}, tar.Header{Name: "usr/lib/large", Mode: 0o644, Size: 3_000_000}),
		imagetest.Layer(t, tar.Header{Name: "etc/.wh.passwd", Mode: 0o644}, tar.Header{Name: "etc/group", Mode: 0o644, Size: 50}))
	tag, err := name.NewTag(testReference)
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(d.folder, "image.tar")
	if err := tarball.WriteToFile(archive, tag, img); err != nil {
		t.Fatal(err)
	}
	d.ctr(t, namespace, "images", "import", "--no-unpack", archive)
	return img
}

// TestRealContainerd reads an image from a real containerd's folder and as
// containerd sends it, and wants the same files.
func TestRealContainerd(t *testing.T) {
	d := start(t)
	pushed := d.importImage(t, "k8s.io")
	o := Options{Address: d.address, Platform: "linux/amd64"}

	fromDisk, found, err := Open(t.Context(), testReference, o)
	if err != nil {
		t.Fatal(err)
	}
	defer fromDisk.Close()
	if found.Namespace != "k8s.io" || found.Version == "" || !found.OnDisk {
		t.Errorf("daemon %+v, want namespace k8s.io, a version, and the folder", found)
	}
	f := fromDisk.Facts
	if id, err := pushed.ConfigName(); err != nil || f.ID != id.String() || f.User != "daemon" || f.Tag != "v1" || fromDisk.Source != "containerd" {
		t.Errorf("facts %+v", f)
	}
	byDigest, _, err := Open(t.Context(), "registry.example.org/seawall/test@"+f.Digest, o)
	if err != nil {
		t.Fatal(err)
	}
	defer byDigest.Close()

	fromStream := openStreamed(t, d, fromDisk)
	want := imagetest.Entries(t, fromDisk)
	if got := imagetest.Entries(t, fromStream); !slices.Equal(got, want) {
		t.Errorf("sent:\n%v\nfrom the folder:\n%v", got, want)
	}
	var paths []string
	for _, e := range want {
		paths = append(paths, e.Path)
	}
	if !slices.Contains(paths, "etc/group") || slices.Contains(paths, "etc/passwd") || !slices.Contains(paths, "usr/lib/large") {
		t.Errorf("paths %v", paths)
	}

	requireNotFound(t, o)
	requireMissingLayer(t, d, o, fromDisk)
}

// openStreamed gives the image with layers that containerd sends.
func openStreamed(t *testing.T, d daemon, onDisk *image.Image) *image.Image {
	t.Helper()
	client := connect(t, d)
	r := &remote{client: client, namespace: "k8s.io", idle: time.Minute}
	streamed := &image.Image{Facts: onDisk.Facts, Close: client.Close}
	for _, layer := range onDisk.Layers {
		layer.Blob = nil
		if err := r.attach(t.Context(), &layer); err != nil {
			t.Fatal(err)
		}
		streamed.Layers = append(streamed.Layers, layer)
	}
	return streamed
}

func requireNotFound(t *testing.T, o Options) {
	t.Helper()
	other := o
	other.Namespace = "default"
	for ref, o := range map[string]Options{testReference: other, "registry.example.org/seawall/test:v2": o, "debian@" + digest.FromString("x").String(): o} {
		if _, _, err := Open(t.Context(), ref, o); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: error %v, want ErrNotFound", ref, err)
		}
	}
	other = o
	other.Platform = "linux/s390x"
	img, _, err := Open(t.Context(), testReference, other)
	if err != nil || img.Facts.Architecture != "amd64" {
		t.Errorf("an image for one platform was not taken for another: %v", err)
	} else {
		img.Close()
	}
}

// requireMissingLayer drops a blob, as Kubernetes can be told to do.
func requireMissingLayer(t *testing.T, d daemon, o Options, img *image.Image) {
	t.Helper()
	d.ctr(t, "k8s.io", "content", "rm", img.Layers[0].Digest)
	dropped := img.Layers[0].Digest
	blob := filepath.Join(d.folder, "root", contentstore.Plugin, "blobs", "sha256", strings.TrimPrefix(dropped, "sha256:"))
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(blob); err != nil {
			break
		}
	}
	again, _, err := Open(t.Context(), testReference, o)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Layers[0].Absent != asset.LayerMissing || again.Layers[0].Reason == "" || again.Layers[1].Absent != "" {
		t.Errorf("layers %+v, want the first missing", again.Layers)
	}
}

func TestUnavailable(t *testing.T) {
	if _, _, err := Open(t.Context(), "debian", Options{Address: "/nowhere/containerd.sock"}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no socket: %v, want ErrUnavailable", err)
	}
	file := filepath.Join(t.TempDir(), "not-a-socket")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), "debian", Options{Address: file}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no containerd: %v, want ErrUnavailable", err)
	}
	if _, _, err := Open(t.Context(), "No Such Name", Options{}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("bad name: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Open(ctx, "debian", Options{Address: file}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
