package image

import (
	"slices"

	"seawall/internal/asset"
)

// pendingLink is a hard link to resolve when the layer has been read.
type pendingLink struct {
	row    int
	target string
}

// linkFiles gives each hard link the size, the hash and the results of the
// file it leads to, if that stands in this layer. A link to a file of a lower
// layer stays one until the merge (Snapshot.resolveLinks). It gives the links whose content an
// analyzer missed, by the path of the file.
func (s *layerScanner) linkFiles() map[string][]string {
	if len(s.links) == 0 {
		return nil
	}
	targets := s.targetRows()
	kept := s.record.resultsByPath()
	missed := map[string][]string{}
	for _, link := range s.links {
		w := s.record.rowAt(link.row)
		path := string(s.record.path(w))
		target, found := targets[link.target]
		if !found {
			continue
		}
		w.copyContent(s.record.rowAt(target))
		if w.kind() == asset.Regular && !s.copyResults(link.row, path, link.target, kept) {
			missed[link.target] = append(missed[link.target], path)
		}
		targets[path] = link.row // a link may lead to a link
	}
	return missed
}

// targetRows finds the rows that hard links lead to.
func (s *layerScanner) targetRows() map[string]int {
	targets := make(map[string]int, len(s.links))
	for _, link := range s.links {
		targets[link.target] = -1
	}
	for i := range s.record.count {
		w := s.record.rowAt(i)
		if _, wanted := targets[string(s.record.path(w))]; wanted && class(w.kind()) == 0 && w.kind() != hardLink {
			targets[string(s.record.path(w))] = i
		}
	}
	for path, i := range targets {
		if i < 0 {
			delete(targets, path)
		}
	}
	return targets
}

// copyContent makes a hard link's row that of its target under another name:
// both are one inode.
func (r row) copyContent(target row) {
	copy(r[4:8], target[4:8])
	copy(r[10:15], target[10:15])
	copy(r[16:], target[16:])
}

func (r *Record) resultsByPath() map[string][]result {
	kept := map[string][]result{}
	for _, result := range r.results {
		kept[result.path] = append(kept[result.path], result)
	}
	return kept
}

// copyResults gives a link the results of its target. It is false if an
// analyzer asks for the link that did not ask for the target.
func (s *layerScanner) copyResults(row int, path, target string, kept map[string][]result) bool {
	if len(kept[path]) > 0 {
		s.settleAlias(row, path)
		return true
	}
	mode := s.record.rowAt(row).mode()
	for _, c := range s.matcher.match(nil, []byte(path), mode) {
		if !s.matcher.offers(c, target, mode) && !slices.Contains(s.aliases[target], path) {
			return false
		}
		s.copyResult(s.matcher.analyzers[c.analyzer].Name, row, path, target, kept)
	}
	return true
}

// settleAlias makes results that were read under an alias those of the link.
func (s *layerScanner) settleAlias(row int, path string) {
	for i := range s.record.results {
		if s.record.results[i].path == path {
			s.record.results[i].row = row
		}
	}
}

// copyResult gives a link what one analyzer kept of its target, once.
func (s *layerScanner) copyResult(analyzer string, row int, path, target string, kept map[string][]result) {
	from := slices.IndexFunc(kept[target], func(r result) bool { return r.analyzer == analyzer })
	if from < 0 || slices.ContainsFunc(kept[path], func(r result) bool { return r.analyzer == analyzer }) {
		return
	}
	r := kept[target][from]
	r.path, r.row = path, row
	s.record.results = append(s.record.results, r)
	kept[path] = append(kept[path], r)
}

// offers tells if a candidate's analyzer is offered the target as well.
func (m *matcher) offers(c candidate, target string, mode uint32) bool {
	for _, other := range m.match(nil, []byte(target), mode) {
		if other.analyzer == c.analyzer && other.pattern.Magic == c.pattern.Magic {
			return true
		}
	}
	return false
}
