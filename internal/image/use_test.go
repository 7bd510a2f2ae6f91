package image

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
)

// Somebody cuts or overwrites the cache's files while they are mapped. The
// snapshot is then read again without the cache.
func TestUseSurvivesAChangedCache(t *testing.T) {
	for name, damage := range map[string]func(path string, size int64) error{
		"cut": func(path string, _ int64) error { return os.Truncate(path, 0) },
		"overwritten": func(path string, size int64) error {
			noise := make([]byte, size)
			_, _ = rand.Read(noise)
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.Write(noise)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Cache: &Cache{Dir: filepath.Join(t.TempDir(), "layers")}}
			img := imageOf(tarOf(t, manyFiles()...))
			must(t, Use(context.Background(), img, o, func(*Snapshot) {}))
			var seen [][]string
			calls := 0
			must(t, Use(context.Background(), img, o, func(s *Snapshot) {
				if calls++; calls == 1 {
					damageAll(t, o.Cache.Dir, damage)
				}
				seen = append(seen, paths(s))
			}))
			if calls != 2 || len(seen) == 0 || len(seen[len(seen)-1]) != len(manyFiles()) {
				t.Errorf("used %d times, the last one with %d lists", calls, len(seen))
			}
		})
	}
}

// TestUseHidesNoMistake makes sure that a panic of the function's own comes out.
func TestUseHidesNoMistake(t *testing.T) {
	defer func() {
		if reason := recover(); reason != "mine" {
			t.Errorf("recovered %v", reason)
		}
	}()
	o := Options{Cache: &Cache{Dir: filepath.Join(t.TempDir(), "layers")}}
	_ = Use(context.Background(), imageOf(tarOf(t, file{"a", ""})), o, func(*Snapshot) { panic("mine") })
	t.Error("the mistake was hidden")
}

// manyFiles fill more than a page of a record.
func manyFiles() []file {
	var files []file
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			files = append(files, file{string([]rune{a, b}), "1"})
		}
	}
	return files
}

func damageAll(t *testing.T, dir string, damage func(path string, size int64) error) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(dir, "*"+recordSuffix))
	must(t, err)
	for _, record := range records {
		info, err := os.Stat(record)
		must(t, err)
		must(t, damage(record, info.Size()))
	}
}
