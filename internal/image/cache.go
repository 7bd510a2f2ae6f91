package image

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seawall/internal/mapped"
)

// engineVersion is part of the cache key: raise it when a layer's record
// changes for the same layer and analyzers.
const engineVersion = 5

// hashSet names the hashes that a record holds of each file.
const hashSet = "sha256"

// DefaultCacheSize bounds the cache, in bytes: a thousand layers of a usual size.
const DefaultCacheSize = 1 << 30

// Cache keeps records of layers in a folder, one file each, named by the
// layer's diff ID, the engine's version, the analyzers and the hash set. Files
// are written whole and renamed, so several processes may share it. The least
// recently used go when it grows over its size.
type Cache struct {
	Dir string
	// MaxSize is in bytes; 0 stands for DefaultCacheSize.
	MaxSize int64
}

// recordSuffix ends the name of every file of the cache.
const recordSuffix = ".record"

// keys name the records that serve for a layer, the layer's own first. What
// was read from a tar has the content of its diff ID and serves everywhere; a
// folder was never compared with it, so its record serves folders alone.
func (c *Cache) keys(l *Layer, m *matcher) []string {
	verified := c.key(l.DiffID, "tar", m)
	if l.Dir == "" {
		return []string{verified}
	}
	return []string{c.key(l.DiffID, "folder", m), verified}
}

func (c *Cache) key(diffID, form string, m *matcher) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n%s\n", diffID, form, engineVersion, hashSet)
	for _, a := range m.analyzers {
		fmt.Fprintf(h, "%s %d\n", a.Name, a.Version)
	}
	return hex.EncodeToString(h.Sum(nil)) + recordSuffix
}

// maxRecordFile bounds a record's file, in bytes; one of three million files
// has some 350 MB.
const maxRecordFile = 4 << 30

// load gives the record of a layer, nil if there is none that can be read. The
// record is the file's own memory until it is closed.
func (c *Cache) load(key string) *Record {
	path := filepath.Join(c.Dir, key)
	file, err := mapped.Open(path, maxRecordFile, nil)
	if err != nil {
		return nil
	}
	var record *Record
	if changed := guarded(func() { record, err = readRecord(file.Data) }); changed != nil || err != nil {
		_ = file.Close()
		os.Remove(path)
		return nil
	}
	record.file = file
	now := time.Now()
	_ = os.Chtimes(path, now, now) // only the order of eviction depends on it
	return record
}

// store keeps a record and makes room for it.
func (c *Cache) store(key string, r *Record) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the layer cache: %w", err)
	}
	file, err := os.CreateTemp(c.Dir, "new-")
	if err != nil {
		return fmt.Errorf("cannot write to the layer cache: %w", err)
	}
	err = errors.Join(r.writeTo(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(c.Dir, key))
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("cannot write to the layer cache: %w", err)
	}
	return nil
}

// staleAfter is the age at which an unfinished file is nobody's any more.
const staleAfter = time.Hour

// evict removes the least recently used records until the cache fits its size.
func (c *Cache) evict() error {
	files, err := c.files()
	if err != nil {
		return err
	}
	limit := c.MaxSize
	if limit == 0 {
		limit = DefaultCacheSize
	}
	var total int64
	for _, f := range files {
		unfinished := !strings.HasSuffix(f.Name(), recordSuffix)
		if unfinished && time.Since(f.ModTime()) < staleAfter {
			continue // another process is writing it
		}
		total += f.Size()
		if total > limit || unfinished {
			if err := os.Remove(filepath.Join(c.Dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("cannot make room in the layer cache: %w", err)
			}
			total -= f.Size()
		}
	}
	return nil
}

// files lists the cache, the most recently used first.
func (c *Cache) files() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list the layer cache: %w", err)
	}
	var files []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	return files, nil
}
