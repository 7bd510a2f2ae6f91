package image

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"seawall/internal/asset"
	"seawall/internal/mapped"
)

// Types that only a record knows, beside those of asset.FileType.
const (
	// hardLink is a link to a file of a lower layer: it has that file's content.
	hardLink asset.FileType = 100 + iota
	// whiteout hides its path, opaque what is below it, in the layers beneath.
	whiteout
	opaque
	// removed is an entry that a later one of its layer took away.
	removed
)

// Record is all that was read from one layer: its entries, sorted by path, and
// what the analyzers kept. It does not change after it is made.
//
// Three million entries must fit into little memory, so a row is packed into
// rowSize bytes and names stand in chunks; a file holds the same bytes.
type Record struct {
	rows  []([]byte) // chunks of rowsPerChunk rows
	names []([]byte) // chunks of nameChunk bytes
	count int
	// order lists the rows by path; nil if they stand in that order.
	order    []uint32
	results  []result
	problems []Problem
	// size is the sum of the regular files' sizes, tarSize the length of the
	// layer's tar, both in bytes.
	size, tarSize int64
	// file is the memory that all this stands in, nil if it is the program's own.
	file *mapped.File
}

// close gives the memory of a cached record back.
func (r *Record) close() error {
	if r == nil || r.file == nil {
		return nil
	}
	return r.file.Close()
}

// result is what an analyzer kept of one file.
type result struct {
	analyzer, path string
	// row is the file's, until the record is sealed.
	row  int
	data []byte
}

// A row: name offset u32, link offset u32, name length u16, link length u16,
// mode u16, type u8, flags u8, size i64, mtime i64, uid u32, gid u32,
// capability offset u32, capability length u32, SHA-256.
const (
	rowSize      = 80
	rowsPerChunk = 8192
	nameChunk    = 1 << 20
)

// flagImplied marks a directory that no entry names but one stands in.
const flagImplied = 1

// row is one packed entry.
type row []byte

func (r row) nameAt() (uint32, uint16) {
	return binary.LittleEndian.Uint32(r), binary.LittleEndian.Uint16(r[8:])
}

func (r row) linkAt() (uint32, uint16) {
	return binary.LittleEndian.Uint32(r[4:]), binary.LittleEndian.Uint16(r[10:])
}
func (r row) mode() uint32             { return uint32(binary.LittleEndian.Uint16(r[12:])) }
func (r row) kind() asset.FileType     { return asset.FileType(r[14]) }
func (r row) setKind(t asset.FileType) { r[14] = byte(t) }
func (r row) implied() bool            { return r[15]&flagImplied != 0 }
func (r row) size() int64              { return int64(binary.LittleEndian.Uint64(r[16:])) }
func (r row) mtime() int64             { return int64(binary.LittleEndian.Uint64(r[24:])) }
func (r row) uid() uint32              { return binary.LittleEndian.Uint32(r[32:]) }
func (r row) gid() uint32              { return binary.LittleEndian.Uint32(r[36:]) }
func (r row) sha256() [32]byte         { return [32]byte(r[48:80]) }

// capabilityAt is where the attribute stands among the names; most have none.
func (r row) capabilityAt() (uint32, uint16) {
	return binary.LittleEndian.Uint32(r[40:]), binary.LittleEndian.Uint16(r[44:])
}

// at gives the i-th row by path.
func (r *Record) at(i int) row {
	if r.order != nil {
		i = int(r.order[i])
	}
	return r.rowAt(i)
}

func (r *Record) rowAt(i int) row {
	offset := i % rowsPerChunk * rowSize
	return row(r.rows[i/rowsPerChunk][offset : offset+rowSize : offset+rowSize])
}

func (r *Record) text(offset uint32, length uint16) []byte {
	if length == 0 {
		return nil
	}
	chunk := r.names[offset/nameChunk]
	start := offset % nameChunk
	return chunk[start : start+uint32(length)]
}

// path gives the row's path. The slice is the record's own: don't change it.
func (r *Record) path(w row) []byte { return r.text(w.nameAt()) }

func (r *Record) link(w row) []byte { return r.text(w.linkAt()) }

// entry unpacks a row.
func (r *Record) entry(w row, layer int) asset.FileEntry {
	return asset.FileEntry{
		Path:         string(r.path(w)),
		Type:         w.kind(),
		Size:         w.size(),
		Mode:         w.mode(),
		UID:          w.uid(),
		GID:          w.gid(),
		ModTime:      time.Unix(w.mtime(), 0).UTC(),
		SHA256:       w.sha256(),
		Link:         string(r.link(w)),
		Capabilities: string(r.text(w.capabilityAt())),
		Layer:        layer,
	}
}

// add packs an entry. It is false if the names no longer fit.
func (r *Record) add(path, link []byte, e asset.FileEntry, flags byte) bool {
	name, ok1 := r.addText(path)
	target, ok2 := r.addText(link)
	capability, ok3 := r.addText([]byte(e.Capabilities))
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	if r.count%rowsPerChunk == 0 {
		r.rows = append(r.rows, nil)
	}
	chunk := r.rows[len(r.rows)-1]
	chunk = binary.LittleEndian.AppendUint32(chunk, name)
	chunk = binary.LittleEndian.AppendUint32(chunk, target)
	chunk = binary.LittleEndian.AppendUint16(chunk, uint16(len(path)))
	chunk = binary.LittleEndian.AppendUint16(chunk, uint16(len(link)))
	chunk = binary.LittleEndian.AppendUint16(chunk, uint16(e.Mode&0o7777))
	chunk = append(chunk, byte(e.Type), flags)
	chunk = binary.LittleEndian.AppendUint64(chunk, uint64(e.Size))
	chunk = binary.LittleEndian.AppendUint64(chunk, uint64(e.ModTime.Unix()))
	chunk = binary.LittleEndian.AppendUint32(chunk, e.UID)
	chunk = binary.LittleEndian.AppendUint32(chunk, e.GID)
	chunk = binary.LittleEndian.AppendUint32(chunk, capability)
	chunk = binary.LittleEndian.AppendUint32(chunk, uint32(len(e.Capabilities)))
	r.rows[len(r.rows)-1] = append(chunk, e.SHA256[:]...)
	r.count++
	return true
}

// maxNames bounds the names of one layer, in bytes.
const maxNames = 1 << 30

// addText puts text into the name chunks; none straddles two of them.
func (r *Record) addText(text []byte) (uint32, bool) {
	if len(text) == 0 {
		return 0, true
	}
	if len(r.names) == 0 || len(r.names[len(r.names)-1])+len(text) > nameChunk {
		if len(r.names) == maxNames/nameChunk {
			return 0, false
		}
		if n := len(r.names); n > 0 {
			r.names[n-1] = append(r.names[n-1], make([]byte, nameChunk-len(r.names[n-1]))...)
		}
		r.names = append(r.names, nil)
	}
	i := len(r.names) - 1
	offset := uint32(i)*nameChunk + uint32(len(r.names[i]))
	r.names[i] = append(r.names[i], text...)
	return offset, true
}

// seal sorts the entries by path, removes what a later entry of the layer
// replaced, and adds the directories that none names.
func (r *Record) seal() {
	r.sort()
	if r.removeReplaced() {
		r.sort()
	}
	if r.addImplied() {
		r.sort()
	}
	r.dropRepeated()
	r.settleResults()
	r.inOrder()
}

// sort makes order, stable for equal paths so that later entries come later.
func (r *Record) sort() {
	r.order = make([]uint32, 0, r.count)
	for i := range r.count {
		if r.rowAt(i).kind() != removed {
			r.order = append(r.order, uint32(i))
		}
	}
	slices.SortFunc(r.order, func(a, b uint32) int {
		if c := comparePaths(r.path(r.rowAt(int(a))), r.path(r.rowAt(int(b)))); c != 0 {
			return c
		}
		return int(a) - int(b)
	})
}

// class tells a whiteout from an entry: a layer may hide a path and add it.
func class(t asset.FileType) asset.FileType {
	if t == whiteout || t == opaque {
		return t
	}
	return 0
}

// dropRepeated keeps the last of several entries for the same path.
func (r *Record) dropRepeated() {
	kept := r.order[:0]
	for i, index := range r.order {
		if !r.repeatedLater(i) {
			kept = append(kept, index)
		}
	}
	r.order = kept
}

func (r *Record) repeatedLater(i int) bool {
	this := r.rowAt(int(r.order[i]))
	for _, index := range r.order[i+1:] {
		later := r.rowAt(int(index))
		if !bytes.Equal(r.path(this), r.path(later)) {
			return false
		}
		if class(this.kind()) == class(later.kind()) {
			return true
		}
	}
	return false
}

// inOrder forgets order if it says nothing.
func (r *Record) inOrder() {
	if len(r.order) != r.count {
		return
	}
	for i, index := range r.order {
		if i != int(index) {
			return
		}
	}
	r.order = nil
}

// len is the number of distinct entries.
func (r *Record) len() int {
	if r.order != nil {
		return len(r.order)
	}
	return r.count
}

// addImplied adds a directory for each parent that no entry names, and is
// true if there was one.
func (r *Record) addImplied() bool {
	before := r.count
	var stack [][]byte // the directories that the current path stands in
	for _, index := range r.order {
		w := r.rowAt(int(index))
		path := r.path(w)
		for len(stack) > 0 && !within(path, stack[len(stack)-1]) && !bytes.Equal(path, stack[len(stack)-1]) {
			stack = stack[:len(stack)-1]
		}
		if class(w.kind()) != 0 {
			continue
		}
		stack = r.addParents(stack, path)
		if w.kind() == asset.Directory {
			stack = append(stack, path)
		}
	}
	return r.count > before
}

// addParents adds the directories between the last of stack and path.
func (r *Record) addParents(stack [][]byte, path []byte) [][]byte {
	depth := len(stack)
	for dir := parent(path); len(dir) > 0 && (depth == 0 || len(dir) > len(stack[depth-1])); dir = parent(dir) {
		r.add(dir, nil, asset.FileEntry{Type: asset.Directory, Mode: 0o755, ModTime: time.Unix(0, 0)}, flagImplied)
		stack = slices.Insert(stack, depth, dir)
	}
	return stack
}

// removeReplaced removes what stood below a path when the layer put something
// else than a directory there. It is true if it found any.
func (r *Record) removeReplaced() bool {
	found := false
	var blocker row
	var placed uint32
	for _, index := range r.order {
		w := r.rowAt(int(index))
		path := r.path(w)
		switch {
		case class(w.kind()) != 0:
		case blocker != nil && within(path, r.path(blocker)):
			if index < placed {
				w.setKind(removed)
				found = true
			}
		case w.kind() != asset.Directory:
			blocker, placed = w, index
		}
	}
	return found
}

// settleResults drops the results of entries that a later one replaced.
func (r *Record) settleResults() {
	if len(r.order) == r.count || len(r.results) == 0 {
		return
	}
	kept := make([]bool, r.count)
	for _, index := range r.order {
		kept[index] = true
	}
	r.results = slices.DeleteFunc(r.results, func(result result) bool { return !kept[result.row] })
}
