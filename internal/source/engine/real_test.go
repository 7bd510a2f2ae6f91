package engine

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/moby/moby/client"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/imagetest"
)

const testReference = "seawall-test/engine:v1"

// realEngine finds the engine for tests, and skips where there is none. The
// client is the one of the Docker project: it puts images into the engine, and
// is what our own is compared with.
func realEngine(t *testing.T) (*client.Client, Options) {
	t.Helper()
	o := Options{Host: cmp.Or(os.Getenv("SEAWALL_TEST_DOCKER_HOST"), os.Getenv("DOCKER_HOST"), client.DefaultDockerHost)}
	c, err := client.New(client.WithHost(o.Host))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := c.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		if os.Getenv("SEAWALL_TEST_DOCKER_HOST") != "" {
			t.Fatalf("the engine at %s does not answer: %v", o.Host, err)
		}
		t.Skipf("no engine answers at %s (set SEAWALL_TEST_DOCKER_HOST): %v", o.Host, err)
	}
	t.Cleanup(func() { c.Close() })
	return c, o
}

// The headers of two layers: the second removes, replaces and hides. Every
// parent is listed: an engine makes up the time of those that are not.
var (
	firstLayer = []tar.Header{
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "etc/passwd", Mode: 0o644, Size: 40},
		{Name: "etc/shadow", Mode: 0o640, Uid: 0, Gid: 42, Size: 30},
		{Name: "usr/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "usr/bin/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "usr/bin/su", Mode: 0o4755, Size: 5000},
		{Name: "usr/bin/runuser", Typeflag: tar.TypeLink, Linkname: "usr/bin/su", Mode: 0o4755},
		{Name: "bin", Typeflag: tar.TypeSymlink, Linkname: "usr/bin", Mode: 0o777},
		{Name: "opt/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "opt/old/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "opt/old/hidden", Mode: 0o644, Size: 10},
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777},
	}
	secondLayer = []tar.Header{
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "etc/.wh.shadow", Mode: 0o644},
		{Name: "etc/passwd", Mode: 0o600, Uid: 1000, Gid: 1000, Size: 80},
		{Name: "opt/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "opt/old/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "opt/old/.wh..wh..opq", Mode: 0o644},
		{Name: "opt/old/new", Mode: 0o644, Size: 7},
	}
)

// load puts the test image into the engine and gives its ID.
func load(t *testing.T, c *client.Client) string {
	t.Helper()
	img := imagetest.Image(t, "1000", imagetest.Layer(t, firstLayer...), imagetest.Layer(t, secondLayer...))
	tag, err := name.NewTag(testReference)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := tarball.Write(tag, img, &archive); err != nil {
		t.Fatal(err)
	}
	answer, err := c.ImageLoad(t.Context(), &archive)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	if said, err := io.ReadAll(answer); err != nil || strings.Contains(string(said), `"error"`) {
		t.Fatalf("the engine says %s (%v)", said, err)
	}
	id, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// TestWaysAgree reads one image of a real engine through every way there is,
// and wants the same files.
func TestWaysAgree(t *testing.T) {
	c, o := realEngine(t)
	id := load(t, c)
	for _, ref := range []string{testReference, id, strings.TrimPrefix(id, "sha256:")[:12]} {
		best, engine, err := Open(t.Context(), ref, o)
		if err != nil {
			t.Fatal(err)
		}
		defer best.Close()
		f := best.Facts
		if best.Source != "engine" || f.User != "1000" || f.Repository != "docker.io/seawall-test/engine" || f.Tag != "v1" || f.Reference != ref {
			t.Errorf("%s: facts %+v", ref, f)
		}
		if engine.Version == "" || engine.Path == "" {
			t.Errorf("engine %+v", engine)
		}
	}

	e := endpoint{host: o.Host}
	own, err := e.connect("seawall-test")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	found, info, err := find(t.Context(), own, e, testReference, o)
	if err != nil {
		t.Fatal(err)
	}
	s := &source{client: own, info: info, found: found, local: e.local()}
	saved, err := s.openSave(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	want := imagetest.Entries(t, saved)
	requireTruth(t, want)

	compared := 0
	for name, way := range map[string]func() (*image.Image, error){
		PathOverlay: s.openOverlay, PathContent: func() (*image.Image, error) { return s.openContent(t.Context()) },
	} {
		img, err := way()
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		defer img.Close()
		compared++
		if got := imagetest.Entries(t, img); !slices.Equal(got, want) {
			t.Errorf("%s gives\n%v\nand docker save\n%v", name, got, want)
		}
	}
	if host, err := url.Parse(o.Host); compared == 0 && err == nil && host.Scheme == "unix" && os.Geteuid() == 0 {
		t.Error("no way to read the engine's own files worked, although this is root on the same machine")
	}
}

// requireTruth checks the merged image against what the layers were made of.
func requireTruth(t *testing.T, got []asset.FileEntry) {
	t.Helper()
	var paths []string
	for _, e := range got {
		paths = append(paths, e.Path)
		if e.Path == "etc/passwd" && (e.Size != 80 || e.Mode != 0o600 || e.UID != 1000 || e.Layer != 1) {
			t.Errorf("etc/passwd is %+v", e)
		}
		if e.Path == "usr/bin/runuser" && (e.Mode != 0o4755 || e.Size != 5000 || e.Layer != 0) {
			t.Errorf("the hard link is %+v", e)
		}
	}
	for path, there := range map[string]bool{
		"etc/shadow": false, "opt/old/hidden": false, "opt/old/new": true, "usr/bin/su": true, "bin": true, "tmp": true,
	} {
		if slices.Contains(paths, path) != there {
			t.Errorf("%s is there: %t, want %t", path, !there, there)
		}
	}
}
