package image

import (
	"bytes"

	"seawall/internal/asset"
)

// ref names a row of one of the records.
type ref struct {
	layer int32
	row   int32
}

// merge lays the records over each other, the base first, and gives the rows
// that stay visible, by path (OCI image specification, layer.md, "Applying
// Changesets"). A nil record is a layer that could not be read.
func merge(records []*Record) []ref {
	m := merger{records: records}
	for layer, r := range records {
		if r != nil && r.len() > 0 {
			m.cursors = append(m.cursors, &cursor{record: r, layer: layer, path: r.path(r.at(0))})
		}
	}
	for i := len(m.cursors) / 2; i >= 0; i-- {
		m.cursors.sift(i)
	}
	for len(m.cursors) > 0 {
		m.mergePath(m.cursors[0].path)
	}
	return m.visible
}

// merger walks all records at once in path order.
type merger struct {
	records []*Record
	cursors cursors
	visible []ref
	hides   []hide
}

// hide says that what is below a path is hidden in the layers under one.
type hide struct {
	path  []byte
	layer int
}

// mergePath takes all rows of one path, the top layer first, and appends the
// one that is visible.
func (m *merger) mergePath(path []byte) {
	for len(m.hides) > 0 && !within(path, m.hides[len(m.hides)-1].path) {
		m.hides = m.hides[:len(m.hides)-1]
	}
	inherited := 0
	if len(m.hides) > 0 {
		inherited = m.hides[len(m.hides)-1].layer
	}
	winner := ref{layer: -1}
	limit, below := inherited, inherited
	for len(m.cursors) > 0 && bytes.Equal(m.cursors[0].path, path) {
		layer, i := m.cursors[0].layer, m.cursors[0].next
		m.advance()
		if layer < limit {
			continue
		}
		w := m.records[layer].at(i)
		switch w.kind() {
		case whiteout:
			limit, below = max(limit, layer), max(below, layer)
		case opaque:
			below = max(below, layer)
		case asset.Directory:
			if winner.layer < 0 || m.records[winner.layer].at(int(winner.row)).implied() {
				winner = ref{int32(layer), int32(i)}
			}
		default:
			below = max(below, layer) // a file where a directory was hides what was in it
			if winner.layer < 0 {
				winner = ref{int32(layer), int32(i)}
			}
		}
	}
	if winner.layer >= 0 {
		m.visible = append(m.visible, winner)
	}
	if below > inherited {
		m.hides = append(m.hides, hide{path, below})
	}
}

// advance moves the first cursor to its next row.
func (m *merger) advance() {
	c := m.cursors[0]
	c.next++
	if c.next < c.record.len() {
		c.path = c.record.path(c.record.at(c.next))
	} else {
		last := len(m.cursors) - 1
		m.cursors[0] = m.cursors[last]
		m.cursors = m.cursors[:last]
	}
	m.cursors.sift(0)
}

// cursor is a place in a record.
type cursor struct {
	record *Record
	layer  int
	next   int
	path   []byte
}

// before orders cursors by path, and for one path by layer, the top one first.
func (c *cursor) before(other *cursor) bool {
	if order := comparePaths(c.path, other.path); order != 0 {
		return order < 0
	}
	return c.layer > other.layer
}

// cursors is a binary heap, the first in order at the front. It stands in for
// container/heap, whose calls through an interface cost more than the work.
type cursors []*cursor

// sift moves the cursor at i down to its place.
func (c cursors) sift(i int) {
	for {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(c); child++ {
			if c[child].before(c[first]) {
				first = child
			}
		}
		if first == i {
			return
		}
		c[i], c[first] = c[first], c[i]
		i = first
	}
}
