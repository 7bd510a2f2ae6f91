package image

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"seawall/internal/asset"
)

// sampleTree makes a folder with every kind of file.
func sampleTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"a/b/c", "empty", "usr/bin"} {
		must(t, os.MkdirAll(filepath.Join(root, dir), 0o755))
	}
	for name, content := range map[string]string{
		"a/b/c/deep": "deep", "usr/bin/tool": "#!/bin/sh", "file": strings.Repeat("x", 300_000), "\xff not UTF-8": "1", "-dash": "", "new\nline": "2",
	} {
		must(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o644))
	}
	must(t, os.Chmod(filepath.Join(root, "usr/bin/tool"), 0o755|os.ModeSetuid))
	must(t, os.Symlink("usr/bin", filepath.Join(root, "bin")))
	must(t, os.Symlink("loop", filepath.Join(root, "loop")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(root, "outside")))
	must(t, os.Link(filepath.Join(root, "file"), filepath.Join(root, "a/hard")))
	must(t, syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600))
	return root
}

// TestDirAgreesWithTar reads a folder, and what GNU tar makes of it.
func TestDirAgreesWithTar(t *testing.T) {
	root := sampleTree(t)
	packed := filepath.Join(t.TempDir(), "layer.tar")
	out, err := exec.Command("tar", "--numeric-owner", "--format=posix", "-C", root, "-cf", packed, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
	data, err := os.ReadFile(packed)
	must(t, err)
	analyzer := keepAll("all", Pattern{Base: "tool"}, Pattern{Base: "hard"})
	want := scanned(t, imageOf(data), Options{Analyzers: []Analyzer{analyzer}})
	img := &Image{Facts: asset.Image{Layers: []asset.Layer{{}}}, Layers: []Layer{{Dir: root}}}
	got := scanned(t, img, Options{Analyzers: []Analyzer{analyzer}})
	if diff := cmp.Diff(entries(want), entries(got)); diff != "" {
		t.Errorf("entries (-tar +folder):\n%s", diff)
	}
	if diff := cmp.Diff(kept(want, "all"), kept(got, "all")); diff != "" {
		t.Errorf("results (-tar +folder):\n%s", diff)
	}
	for _, p := range append(want.Problems, got.Problems...) {
		t.Errorf("problem %+v", p)
	}
}

// Overlayfs marks a removed name with a character device 0/0, and a directory
// that hides what is below with an attribute.
func TestDirOverlay(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: overlayfs's marks need root")
	}
	lower, upper := t.TempDir(), t.TempDir()
	for _, name := range []string{"gone", "d/hidden", "keep"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(lower, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(lower, name), nil, 0o644))
	}
	must(t, unix.Mknod(filepath.Join(upper, "gone"), unix.S_IFCHR, 0))
	must(t, os.Mkdir(filepath.Join(upper, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(upper, "d/new"), nil, 0o644))
	if err := unix.Setxattr(filepath.Join(upper, "d"), "trusted.overlay.opaque", []byte("y"), 0); err != nil {
		t.Skipf("SKIPPED: this file system keeps no trusted attributes: %v", err)
	}
	img := &Image{Facts: asset.Image{Layers: make([]asset.Layer, 2)}, Layers: []Layer{{Dir: lower}, {Dir: upper}}}
	if diff := cmp.Diff([]string{"d@1", "d/new@1", "keep@0"}, paths(scanned(t, img, Options{}))); diff != "" {
		t.Error(diff)
	}
}

func TestRootFS(t *testing.T) {
	root := sampleTree(t)
	must(t, os.Mkdir(filepath.Join(root, "locked"), 0o000))
	img, err := OpenRootFS(root)
	must(t, err)
	s := scanned(t, img, Options{NoHashes: true})
	if e, found := s.Lookup("bin/tool"); !found || e.Path != "usr/bin/tool" || e.Mode != 0o4755 || e.Hash() != "" {
		t.Errorf("bin/tool is %+v, %v", e, found)
	}
	if _, found := s.Lookup("outside"); found {
		t.Error("a link led out of the root")
	}
	if os.Geteuid() != 0 && len(s.Problems) != 1 {
		t.Errorf("problems %v, want one about the locked folder", s.Problems)
	}
	if _, err := OpenRootFS(filepath.Join(root, "file")); err == nil {
		t.Error("a file was opened as a root file system")
	}
	if _, err := OpenRootFS(filepath.Join(root, "nothing")); err == nil {
		t.Error("nothing was opened as a root file system")
	}
}

// Of a live system kernel file systems are left out.
func TestRootFSSkipsMounts(t *testing.T) {
	skip, leftOut := skipped("/")
	for _, path := range leftOut {
		if strings.HasPrefix(path, "proc") || strings.HasPrefix(path, "sys") {
			t.Errorf("%s is worth no word", path)
		}
	}
	for _, path := range []string{"proc", "sys"} {
		if !skip[path] {
			t.Errorf("%s is not left out", path)
		}
	}
	if skip["usr"] || skip["etc"] {
		t.Error("a part of the system is left out")
	}
}

// What could not be read of a folder may be there the next time.
func TestDirWithProblemsIsNotCached(t *testing.T) {
	root := t.TempDir()
	must(t, os.WriteFile(filepath.Join(root, "x.bad"), []byte("1"), 0o644))
	failing := true
	a := Analyzer{Name: "a", Patterns: []Pattern{{Suffix: ".bad"}}, Analyze: func(context.Context, File) ([]byte, error) {
		if failing {
			return nil, errors.New("busy")
		}
		return []byte("read"), nil
	}}
	img := &Image{Facts: asset.Image{Layers: []asset.Layer{{}}}, Layers: []Layer{{Dir: root, DiffID: digestOf(nil)}}}
	o := Options{Analyzers: []Analyzer{a}, Cache: &Cache{Dir: t.TempDir()}}
	if s := scanned(t, img, o); len(s.Problems) != 1 {
		t.Fatalf("problems %v", s.Problems)
	}
	failing = false
	if s := scanned(t, img, o); len(s.Problems) != 0 || len(kept(s, "a")) != 1 || s.Layers[0].Status != asset.LayerRead {
		t.Errorf("problems %v, status %s", s.Problems, s.Layers[0].Status)
	}
	if s := scanned(t, img, o); s.Layers[0].Status != asset.LayerCached {
		t.Errorf("the third status is %s", s.Layers[0].Status)
	}
}

func TestDirStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := scanDir(ctx, sampleTree(t), newMatcher(nil), true, nil); err == nil {
		t.Error("a cancelled walk went on")
	}
}
