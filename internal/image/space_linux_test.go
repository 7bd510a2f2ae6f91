package image

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// tinyDisk mounts a file system of 1 MiB.
func tinyDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: mounting a small file system needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("SKIPPED: no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// Without space for a large file the layer fails with a clear word, and what
// stood before the file is there.
func TestNoSpaceForSpill(t *testing.T) {
	t.Setenv("TMPDIR", tinyDisk(t))
	data := tarOf(t, file{"first", "1"}, file{"huge", strings.Repeat("0123456789", spillSize/10+1)})
	img := imageOf(data)
	img.Layers[0] = streamedLayer(digestOf(data), data)
	a := keepAll("huge", Pattern{Base: "huge"})
	a.MaxSize = 2 * spillSize
	s := scanned(t, img, Options{Analyzers: []Analyzer{a}})
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, "no space left") || !strings.Contains(s.Problems[0].Message, "TMPDIR") {
		t.Errorf("problems %v", s.Problems)
	}
	if _, found := s.Lookup("first"); !found {
		t.Error("the file before it was lost")
	}
}

// A full disk costs the cache alone, and leaves no torn record.
func TestNoSpaceForCache(t *testing.T) {
	disk := tinyDisk(t)
	data := tarOf(t, file{"big", strings.Repeat("x", 2<<20)})
	o := Options{Analyzers: []Analyzer{keepAll("big", Pattern{Base: "big"})}, Cache: &Cache{Dir: filepath.Join(disk, "layers")}}
	s := scanned(t, imageOf(data), o)
	if s.CacheError == nil || !strings.Contains(s.CacheError.Error(), "no space left") || len(kept(s, "big")) != 1 {
		t.Errorf("cache error %v, %d results", s.CacheError, len(kept(s, "big")))
	}
	left, err := os.ReadDir(filepath.Join(disk, "layers"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the cache: %v, %v", left, err)
	}
}
