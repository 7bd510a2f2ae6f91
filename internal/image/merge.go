package image

import (
	"bytes"
	"container/heap"

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
			m.cursors = append(m.cursors, cursor{record: r, layer: layer, path: r.path(r.at(0))})
		}
	}
	heap.Init(&m.cursors)
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
	c := &m.cursors[0]
	c.next++
	if c.next == c.record.len() {
		heap.Pop(&m.cursors)
		return
	}
	c.path = c.record.path(c.record.at(c.next))
	heap.Fix(&m.cursors, 0)
}

// cursor is a place in a record.
type cursor struct {
	record *Record
	layer  int
	next   int
	path   []byte
}

// cursors is a heap by path, and for one path by layer, the top one first.
type cursors []cursor

func (c cursors) Len() int { return len(c) }
func (c cursors) Less(i, j int) bool {
	if order := comparePaths(c[i].path, c[j].path); order != 0 {
		return order < 0
	}
	return c[i].layer > c[j].layer
}
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *cursors) Push(x any)   { *c = append(*c, x.(cursor)) }
func (c *cursors) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
