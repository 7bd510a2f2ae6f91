package image

import (
	"bytes"
	"slices"
	"sort"

	"seawall/internal/asset"
)

// linkedResult is what an analyzer kept of a file of a lower layer, under the
// name of a hard link in the given one.
type linkedResult struct {
	result
	layer int
}

// maxLinked bounds the results that are given to hard links: a name costs an
// archive little.
const maxLinked = 100_000

// resolveLinks gives the visible hard links to files of lower layers the
// analyzers' results of these files, and reports links that lead nowhere or to a
// file that an analyzer was not offered under its first name.
func (s *Snapshot) resolveLinks(m *matcher) {
	kept := map[int32]map[string][]result{} // by layer and path
	for i := range s.visible {
		record, w := s.row(i)
		if w.kind() != hardLink {
			continue
		}
		path := string(record.path(w))
		target, found := s.linkTarget(s.visible[i])
		if !found {
			s.linkProblem(i, "it is a hard link to "+string(record.link(w))+", which is not there")
			continue
		}
		if kept[target.layer] == nil {
			kept[target.layer] = s.records[target.layer].resultsByPath()
		}
		targetRecord, targetRow := s.rowOf(target)
		name := string(targetRecord.path(targetRow))
		if !s.linkResults(m, i, path, name, kept[target.layer][name]) {
			s.linkProblem(i, "it is a hard link to "+name+" in a lower layer, whose content was not read under this name")
		}
	}
}

func (s *Snapshot) linkProblem(i int, message string) {
	if len(s.Problems) < maxProblems {
		record, w := s.row(i)
		s.Problems = append(s.Problems, Problem{Layer: int(s.visible[i].layer), Path: string(record.path(w)), Message: message})
	}
}

// linkResults gives a hard link what its target's analyzers kept, as far as they
// ask for the link too. It is false if one asks for the link only.
func (s *Snapshot) linkResults(m *matcher, i int, path, target string, kept []result) bool {
	_, w := s.row(i)
	complete := true
	var given []string
	for _, c := range m.match(nil, []byte(path), w.mode()) {
		analyzer := m.analyzers[c.analyzer].Name
		if !m.offers(c, target, w.mode()) {
			complete = false
			continue
		}
		if len(s.linked) == maxLinked {
			return false
		}
		at := slices.IndexFunc(kept, func(r result) bool { return r.analyzer == analyzer })
		if at >= 0 && !slices.Contains(given, analyzer) {
			given = append(given, analyzer)
			s.linked = append(s.linked, linkedResult{result{analyzer: analyzer, path: path, data: kept[at].data}, int(s.visible[i].layer)})
		}
	}
	return complete
}

// linkTarget follows a hard link, and links that it leads to, to the file of a
// lower layer. What a layer above the link's did to the target does not count:
// both are names of one file.
func (s *Snapshot) linkTarget(link ref) (ref, bool) {
	for range maxLinks {
		record, w := s.rowOf(link)
		if w.kind() != hardLink {
			return link, w.kind() != asset.Directory
		}
		dir, base := splitPath(string(record.link(w)))
		if real, found := s.directory(dir, maxLinks); found {
			dir = real // its symbolic links followed
		}
		var found bool
		if link, found = s.below(joinPath(dir, base), link.layer); !found {
			return ref{}, false
		}
	}
	return ref{}, false
}

// below finds a path in the layers under one, as these show it together.
func (s *Snapshot) below(path string, layer int32) (ref, bool) {
	for layer--; layer >= 0; layer-- {
		record := s.records[layer]
		if record == nil {
			continue
		}
		if i, found := record.findEntry([]byte(path)); found {
			return ref{layer, int32(i)}, true
		}
		if record.hides([]byte(path)) {
			return ref{}, false
		}
	}
	return ref{}, false
}

// findEntry gives the place of a path's row that is no whiteout, by path.
func (r *Record) findEntry(path []byte) (int, bool) {
	for i := r.firstOf(path); i < r.len() && bytes.Equal(r.path(r.at(i)), path); i++ {
		if class(r.at(i).kind()) == 0 {
			return i, true
		}
	}
	return 0, false
}

// hides tells if a record keeps a path of lower layers from being seen: by a
// whiteout, or by something else than a directory above it.
func (r *Record) hides(path []byte) bool {
	for at := path; len(at) > 0; at = parent(at) {
		for i := r.firstOf(at); i < r.len() && bytes.Equal(r.path(r.at(i)), at); i++ {
			kind := r.at(i).kind()
			isAbove := len(at) < len(path)
			if kind == whiteout || isAbove && kind != asset.Directory {
				return true
			}
		}
	}
	return false
}

// firstOf gives the place of the first row that does not come before a path.
func (r *Record) firstOf(path []byte) int {
	return sort.Search(r.len(), func(i int) bool { return comparePaths(r.path(r.at(i)), path) >= 0 })
}
