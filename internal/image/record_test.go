package image

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seawall/internal/asset"
)

func sampleRecord(t testing.TB) *Record {
	t.Helper()
	data := tarOf(t, file{"b", "content"}, file{"a/", ""}, file{"a/x", "x"}, file{"l -> a/x", ""}, file{".wh.gone", ""}, file{"deep/er/file", "1"})
	m := newMatcher([]Analyzer{keepAll("all", Pattern{Base: "x"})})
	r, _, _, err := scanTar(context.Background(), newContent(bytes.NewReader(data), nil), m, nil)
	must(t, err)
	r.problems = append(r.problems, Problem{Path: "b", Message: "a problem"})
	return r
}

func contentOf(r *Record) []asset.FileEntry {
	var list []asset.FileEntry
	for i := range r.len() {
		list = append(list, r.entry(r.at(i), 0))
	}
	return list
}

func TestRecordFile(t *testing.T) {
	want := sampleRecord(t)
	var file bytes.Buffer
	must(t, want.writeTo(&file))
	got, err := readRecord(file.Bytes())
	must(t, err)
	if diff := cmp.Diff(contentOf(want), contentOf(got)); diff != "" {
		t.Errorf("entries (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.results, got.results, cmp.AllowUnexported(result{}), cmpopts.IgnoreFields(result{}, "row")); diff != "" {
		t.Errorf("results (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(want.problems, got.problems); diff != "" {
		t.Errorf("problems (-written +read):\n%s", diff)
	}
	if want.size != got.size {
		t.Errorf("size %d, want %d", got.size, want.size)
	}
}

// A record of more rows and names than one chunk holds keeps them all.
func TestRecordChunks(t *testing.T) {
	r := &Record{}
	name := bytes.Repeat([]byte("n"), 200)
	const count = 3*rowsPerChunk + 7
	for i := range count {
		if !r.add(fmt.Appendf(nil, "%08d/%s", i, name), nil, asset.FileEntry{Type: asset.Regular, Size: int64(i)}, 0) {
			t.Fatal("the names do not fit")
		}
	}
	var file bytes.Buffer
	must(t, r.writeTo(&file))
	read, err := readRecord(file.Bytes())
	must(t, err)
	for i := range count {
		if e := read.entry(read.rowAt(i), 0); e.Size != int64(i) || e.Path != fmt.Sprintf("%08d/%s", i, name) {
			t.Fatalf("row %d is %+v", i, e)
		}
	}
}

func TestRecordFileDamaged(t *testing.T) {
	var file bytes.Buffer
	must(t, sampleRecord(t).writeTo(&file))
	for i := range file.Len() {
		damaged := bytes.Clone(file.Bytes())
		damaged[i] ^= 0x40
		if _, err := readRecord(damaged); err == nil {
			t.Errorf("a changed byte %d was not noticed", i)
		}
		if _, err := readRecord(file.Bytes()[:i]); err == nil {
			t.Errorf("the end after %d bytes was not noticed", i)
		}
	}
}

// FuzzReadRecord puts a right checksum under anything.
func FuzzReadRecord(f *testing.F) {
	var file bytes.Buffer
	must(f, sampleRecord(f).writeTo(&file))
	f.Add(file.Bytes()[:file.Len()-4])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRecord(withChecksum(data))
		if err != nil {
			return
		}
		_ = contentOf(r)
		var again bytes.Buffer
		must(t, r.writeTo(&again))
		merge([]*Record{r, r})
	})
}

func withChecksum(data []byte) []byte {
	sum := checksum(data)
	return append(bytes.Clone(data), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
}

func TestCacheEvictsLeastRecentlyUsed(t *testing.T) {
	c := &Cache{Dir: filepath.Join(t.TempDir(), "layers")}
	r := sampleRecord(t)
	var size bytes.Buffer
	must(t, r.writeTo(&size))
	c.MaxSize = int64(3 * size.Len())
	for i, key := range []string{"a.record", "b.record", "c.record", "d.record"} {
		must(t, c.store(key, r))
		when := time.Now().Add(time.Duration(i-10) * time.Minute)
		must(t, os.Chtimes(filepath.Join(c.Dir, key), when, when))
	}
	if c.load("a.record") == nil { // the oldest is used again
		t.Fatal("a stored record is not found")
	}
	must(t, c.evict())
	for key, want := range map[string]bool{"a.record": true, "b.record": false, "c.record": true, "d.record": true} {
		if got := c.load(key) != nil; got != want {
			t.Errorf("%s is kept: %v, want %v", key, got, want)
		}
	}
}

func TestCacheForgetsDamagedRecords(t *testing.T) {
	c := &Cache{Dir: t.TempDir()}
	must(t, os.WriteFile(filepath.Join(c.Dir, "x.record"), []byte("torn"), 0o600))
	if c.load("x.record") != nil {
		t.Error("a damaged record was read")
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "x.record")); !os.IsNotExist(err) {
		t.Errorf("the damaged record is still there: %v", err)
	}
}

// Many writers and readers of one key: every read is whole or nothing.
func TestCacheConcurrent(t *testing.T) {
	r := sampleRecord(t)
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c := &Cache{Dir: dir, MaxSize: 1}
			for range 50 {
				if err := c.store("k.record", r); err != nil {
					t.Error(err)
				}
				if got := c.load("k.record"); got != nil && got.len() != r.len() {
					t.Errorf("a record with %d entries, want %d", got.len(), r.len())
				}
				if err := c.evict(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
