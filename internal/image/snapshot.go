package image

import (
	"errors"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// Snapshot is the file system that a container of the image begins with: all
// layers merged. It is safe for concurrent use, until Close.
type Snapshot struct {
	// Layers say of each layer what it is and whether it was read.
	Layers []asset.Layer
	// Problems are what could not be read, in layer order.
	Problems []Problem
	// CacheError is why a layer that was read could not be cached: the next
	// check will take as long as this one. The snapshot is whole all the same.
	CacheError error

	records []*Record
	visible []ref
	// linked are the results of files under the names of hard links in higher
	// layers.
	linked []linkedResult

	mu   sync.Mutex
	dirs map[string]string // directories by how they were asked for
}

func newSnapshot(layers []asset.Layer, records []*Record) *Snapshot {
	return &Snapshot{Layers: layers, records: records, visible: merge(records), dirs: map[string]string{}}
}

// Close gives the memory of cached layers back. Entries and results are not to
// be asked for after it, nor the results' data used; Layers and Problems stay.
func (s *Snapshot) Close() error {
	var errs []error
	for _, record := range s.records {
		errs = append(errs, record.close())
	}
	return errors.Join(errs...)
}

// Size is the sum of the layers' regular files, in bytes, those that a higher
// layer hides included.
func (s *Snapshot) Size() int64 {
	var size int64
	for _, r := range s.records {
		if r != nil {
			size += r.size
		}
	}
	return size
}

// Len is the number of visible entries.
func (s *Snapshot) Len() int { return len(s.visible) }

// Entries gives the visible entries, a directory before what is in it.
func (s *Snapshot) Entries() iter.Seq[asset.FileEntry] {
	return s.EntriesWith(func(asset.FileType, uint32, bool) bool { return true })
}

// EntriesWith gives the visible entries that keep wants, a directory before what
// is in it. keep is told an entry's type, its mode and whether it has
// capabilities, before the rest is unpacked; a hard link is a regular file to it.
func (s *Snapshot) EntriesWith(keep func(kind asset.FileType, mode uint32, capable bool) bool) iter.Seq[asset.FileEntry] {
	return func(yield func(asset.FileEntry) bool) {
		for i := range s.visible {
			_, w := s.row(i)
			kind := w.kind()
			if kind == hardLink {
				kind = asset.Regular
			}
			_, capabilities := w.capabilityAt()
			if keep(kind, w.mode(), capabilities > 0) && !yield(s.entry(i)) {
				return
			}
		}
	}
}

// entry unpacks a visible row; a hard link to a lower layer gets its target's
// content.
func (s *Snapshot) entry(i int) asset.FileEntry {
	record, w := s.row(i)
	e := record.entry(w, int(s.visible[i].layer))
	if e.Type != hardLink {
		return e
	}
	e.Type, e.Link = asset.Regular, ""
	if target, found := s.linkTarget(s.visible[i]); found {
		record, w := s.rowOf(target)
		e.Type, e.Size, e.SHA256, e.Link = w.kind(), w.size(), w.sha256(), string(record.link(w))
	}
	return e
}

func (s *Snapshot) row(i int) (*Record, row) { return s.rowOf(s.visible[i]) }

func (s *Snapshot) rowOf(r ref) (*Record, row) {
	record := s.records[r.layer]
	return record, record.at(int(r.row))
}

// find gives the place of the visible row of exactly this path.
func (s *Snapshot) find(path []byte) (int, bool) {
	return sort.Find(len(s.visible), func(i int) int {
		record, w := s.row(i)
		return comparePaths(path, record.path(w))
	})
}

// Lookup gives the file that a process in the container would open by path:
// symbolic links are followed, in directories and at the end. The entry's Path
// is where it stands.
func (s *Snapshot) Lookup(path string) (asset.FileEntry, bool) {
	path = string(resolveLink(nil, []byte("/"+path), nil))
	for range maxLinks {
		dir, base := splitPath(path)
		real, found := s.directory(dir, maxLinks)
		if !found {
			return asset.FileEntry{}, false
		}
		path = joinPath(real, base)
		i, found := s.find([]byte(path))
		if !found {
			return asset.FileEntry{}, false
		}
		e := s.entry(i)
		if e.Type != asset.Symlink {
			return e, true
		}
		path = string(resolveLink([]byte(path), []byte(e.Link), nil))
	}
	return asset.FileEntry{}, false
}

// directory gives where a directory stands, its symbolic links followed.
func (s *Snapshot) directory(dir string, links int) (string, bool) {
	if dir == "" {
		return "", true
	}
	s.mu.Lock()
	real, known := s.dirs[dir]
	s.mu.Unlock()
	if known {
		return real, true
	}
	above, base := splitPath(dir)
	above, found := s.directory(above, links)
	if !found {
		return "", false
	}
	real = joinPath(above, base)
	i, found := s.find([]byte(real))
	if !found {
		return "", false
	}
	if record, w := s.row(i); w.kind() == asset.Symlink {
		if links == 0 {
			return "", false
		}
		if real, found = s.directory(string(resolveLink([]byte(real), record.link(w), nil)), links-1); !found {
			return "", false
		}
	}
	s.mu.Lock()
	s.dirs[dir] = real
	s.mu.Unlock()
	return real, true
}

func splitPath(path string) (dir, base string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

func joinPath(dir, base string) string {
	if dir == "" {
		return base
	}
	return dir + "/" + base
}

// Results gives what an analyzer kept of the visible files, by path.
func (s *Snapshot) Results(analyzer string) iter.Seq[Result] {
	var found []Result
	for layer, r := range s.records {
		if r == nil {
			continue
		}
		for _, kept := range r.results {
			if kept.analyzer == analyzer && s.visibleIn(kept.path, layer) {
				found = append(found, Result{Path: kept.path, Layer: layer, Data: kept.data})
			}
		}
	}
	for _, l := range s.linked {
		if l.analyzer == analyzer {
			found = append(found, Result{Path: l.path, Layer: l.layer, Data: l.data})
		}
	}
	slices.SortFunc(found, func(a, b Result) int { return comparePaths([]byte(a.Path), []byte(b.Path)) })
	return slices.Values(found)
}

// visibleIn tells if the visible file of a path comes from a layer.
func (s *Snapshot) visibleIn(path string, layer int) bool {
	i, found := s.find([]byte(path))
	return found && int(s.visible[i].layer) == layer
}

// addProblems collects a record's own problems but those of files that a
// higher layer replaced.
func (s *Snapshot) addProblems(layer int, problems []Problem) {
	for _, p := range problems {
		if i, found := s.find([]byte(p.Path)); found && int(s.visible[i].layer) > layer {
			continue
		}
		p.Layer = layer
		s.Problems = append(s.Problems, p)
	}
}
