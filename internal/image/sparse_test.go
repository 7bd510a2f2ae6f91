package image

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"seawall/internal/asset"
)

// sparseFile is a file with holes as a test makes it: parts of data by where
// they begin.
type sparseFile struct {
	size  int64
	parts map[int64]string
}

func sparseFiles() map[string]sparseFile {
	many := map[int64]string{}
	for i := range int64(300) {
		many[i*8192] = strings.Repeat(string(rune('a'+i%26)), 4096)
	}
	block := strings.Repeat("data ", 1000)
	return map[string]sparseFile{
		"all-hole":   {1 << 20, nil},
		"hole-first": {100_000, map[int64]string{65536: block}},
		"hole-last":  {1_000_001, map[int64]string{0: block}},
		"two":        {300_000, map[int64]string{8192: block, 262144: block}},
		"many":       {300*8192 + 17, many},
		"large":      {40 << 20, map[int64]string{20 << 20: block}},
		"dense":      {10, map[int64]string{0: "0123456789"}},
	}
}

// TestSparseFilesAgainstGNUTar lets GNU tar write sparse files in each of its
// formats and extract them again: what it extracts is what is hashed.
func TestSparseFilesAgainstGNUTar(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "tar", "--version").Output(); err != nil || !bytes.Contains(out, []byte("GNU tar")) {
		t.Skip("GNU tar is not installed")
	}
	folder := t.TempDir()
	for name, f := range sparseFiles() {
		writeSparse(t, filepath.Join(folder, name), f)
	}
	for _, format := range [][]string{
		{"--format=gnu"}, {"--format=pax", "--sparse-version=0.0"}, {"--format=pax", "--sparse-version=0.1"}, {"--format=pax", "--sparse-version=1.0"},
	} {
		t.Run(strings.Join(format, " "), func(t *testing.T) {
			archive := filepath.Join(t.TempDir(), "sparse.tar")
			runTar(t, append(format, "--sparse", "--hole-detection=raw", "-cf", archive, "-C", folder, ".")...)
			data, err := os.ReadFile(archive)
			must(t, err)
			if len(data) > 5<<20 {
				t.Fatalf("the archive has %d bytes: it is not sparse", len(data))
			}
			extracted := t.TempDir()
			runTar(t, "-xf", archive, "-C", extracted)
			analyzer := keepAll("sums", Pattern{Base: "hole-first"}, Pattern{Base: "many"}, Pattern{Base: "large"})
			analyzer.MaxSize = 1 << 30
			analyzer.Analyze = func(_ context.Context, f File) ([]byte, error) {
				content, err := f.Bytes()
				sum := sha256.Sum256(content)
				return sum[:], err
			}
			s := scanned(t, imageOf(data), Options{Analyzers: []Analyzer{analyzer}})
			requireNoProblems(t, s)
			sums := map[string][32]byte{}
			for name, f := range sparseFiles() {
				content, err := os.ReadFile(filepath.Join(extracted, name))
				must(t, err)
				sums[name] = sha256.Sum256(content)
				e, found := s.Lookup(name)
				if !found || e.Size != f.size || e.SHA256 != sums[name] || e.Type != asset.Regular {
					t.Errorf("%s: %+v, want %d bytes with the sum %x", name, e, f.size, sums[name])
				}
			}
			got := 0
			for r := range s.Results("sums") {
				if got++; [32]byte(r.Data) != sums[r.Path] {
					t.Errorf("the analyzer read another %s", r.Path)
				}
			}
			if got != 3 {
				t.Errorf("the analyzer read %d files", got)
			}
		})
	}
}

func writeSparse(t *testing.T, path string, f sparseFile) {
	t.Helper()
	file, err := os.Create(path)
	must(t, err)
	defer file.Close()
	must(t, file.Truncate(f.size))
	for at, data := range f.parts {
		_, err := file.WriteAt([]byte(data), at)
		must(t, err)
	}
}

func runTar(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "tar", args...).CombinedOutput(); err != nil {
		t.Fatalf("tar %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// sparseTar writes an entry in PAX format 1.0 with any map, and one after it.
func sparseTar(t testing.TB, realSize, body string) []byte {
	t.Helper()
	record := func(key, value string) string {
		for n := len(key) + len(value) + 3; ; n++ {
			if s := fmt.Sprintf("%d %s=%s\n", n, key, value); len(s) == n {
				return s
			}
		}
	}
	pax := record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") + record("GNU.sparse.name", "sparse") + record("GNU.sparse.realsize", realSize)
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range []file{{"PaxHeaders/sparse", pax}, {"GNUSparseFile/sparse", body}, {"after", "a"}} {
		must(t, w.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Size: int64(len(f.content)), Mode: 0o644}))
		must2(t, w.Write, []byte(f.content))
	}
	must(t, w.Close())
	data := buf.Bytes()
	data[156] = 'x'
	fixChecksum(data[:blockSize])
	return data
}

// mapOf pads a map to a block.
func mapOf(lines string) string {
	return lines + strings.Repeat("\x00", -len(lines)&(blockSize-1))
}

// A sparse file whose map is broken or asks for too much costs itself, not the
// layer and not the time of its holes.
func TestSparseFilesThatLie(t *testing.T) {
	const huge = "9223372036854775807"
	for name, test := range map[string]struct{ realSize, body, says string }{
		"8 EiB of hole":     {huge, mapOf("0\n"), "the holes of the layer's files have more than"},
		"8 EiB and data":    {huge, mapOf("1\n0\n5\n") + "hello", "the holes of the layer's files have more than"},
		"no map":            {"10", "", "its map ends too early"},
		"half a map":        {"10", mapOf("2\n0\n5\n"), "a number that is none"},
		"no numbers":        {"10", mapOf("x\n"), "a number that is none"},
		"negative":          {"10", mapOf("1\n-5\n5\n") + "hello", "a number that is none"},
		"beyond the end":    {"4", mapOf("1\n0\n5\n") + "hello", "overlap or stand outside"},
		"overflow":          {"10", mapOf("1\n5\n9223372036854775799\n") + "hello", "overlap or stand outside"},
		"overlapping":       {"100", mapOf("2\n0\n5\n3\n2\n") + "hello..", "overlap or stand outside"},
		"less than it says": {"100", mapOf("1\n0\n50\n") + "hello", "about 50 bytes and the archive has 5"},
		"more than it says": {"100", mapOf("1\n0\n2\n") + "hello", "about 2 bytes and the archive has 5"},
		"endless":           {"100", mapOf("99999999999\n"), "more than 262144 parts"},
		"long lines":        {"100", strings.Repeat("1", 5000), "a number that is none"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scanned(t, imageOf(sparseTar(t, test.realSize, test.body)), Options{})
			if len(s.Problems) != 1 || s.Problems[0].Path != "sparse" || !strings.Contains(s.Problems[0].Message, test.says) {
				t.Errorf("problems %+v, want one with %q", s.Problems, test.says)
			}
			if e, _ := s.Lookup("sparse"); e.SHA256 != [32]byte{} {
				t.Errorf("it has the hash %x", e.SHA256)
			}
			if e, found := s.Lookup("after"); !found || e.Size != 1 {
				t.Errorf("the file after it is %+v", e)
			}
		})
	}
}

// FuzzSparseMap: whatever the map, either the file has the size that it says
// and a hash, or there is a problem, and what follows it is read.
func FuzzSparseMap(f *testing.F) {
	f.Add("10", mapOf("1\n0\n5\n")+"hello")
	f.Add("1000", mapOf("2\n0\n2\n7\n3\n")+"hello")
	f.Add("0", mapOf("0\n"))
	f.Fuzz(func(t *testing.T, realSize, body string) {
		var size int64
		if _, err := fmt.Sscanf(realSize, "%d", &size); err != nil || fmt.Sprint(size) != realSize || size < 0 || size > 1<<30 || len(body) > 1<<20 {
			return
		}
		s := scanned(t, imageOf(sparseTar(t, realSize, body)), Options{})
		e, found := s.Lookup("sparse")
		if hashed := e.SHA256 != [32]byte{}; !found || e.Size != size || hashed == (len(s.Problems) > 0) {
			t.Fatalf("%+v, problems %+v", e, s.Problems)
		}
		if _, found := s.Lookup("after"); !found {
			t.Fatal("the file after it is lost")
		}
	})
}
