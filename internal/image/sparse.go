package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"
)

// extent is a part of a sparse file that stands in the archive, in bytes of the
// file. What is between extents are holes, which read as zeros.
type extent struct{ offset, size int64 }

const (
	// maxExtents bounds a sparse file's map.
	maxExtents = 1 << 18
	// maxHoles bounds the zeros that are hashed for one layer's holes: some
	// seconds of work. A map of a few bytes can ask for 8 EiB.
	maxHoles = 8 << 30
)

var (
	errTooManyExtents = fmt.Errorf("it has more than %d parts", maxExtents)
	errBadNumber      = errors.New("its map has a number that is none")
)

// A map's entry in GNU tar's old format: offset and size, 12 bytes each (GNU
// tar manual, "The Various Formats of Sparse Files"; tar.h, struct sparse).
const (
	oldExtentSize = 24
	oldInHeader   = 4  // entries in the file's own header, from byte 386
	oldInBlock    = 21 // and in each block after it
)

// addOld appends entries of the old format. One without a size ends them.
func (e *extended) addOld(b []byte, count int) {
	for i := range count {
		entry := b[i*oldExtentSize : (i+1)*oldExtentSize]
		if entry[12] == 0 {
			return
		}
		offset, ok1 := parseNumber(entry[:12])
		size, ok2 := parseNumber(entry[12:])
		if !ok1 || !ok2 {
			e.mapError = errBadNumber
			return
		}
		e.addExtent(extent{offset, size})
	}
}

func (e *extended) addExtent(next extent) {
	if len(e.extents) == maxExtents {
		e.mapError = errTooManyExtents
		return
	}
	e.extents = append(e.extents, next)
}

// setSparse takes a record of GNU tar's PAX formats 0.0, 0.1 and 1.0.
func (e *extended) setSparse(key string, value []byte) (err error) {
	switch e.sparse = true; key {
	case "GNU.sparse.major":
		e.mapInData = string(value) == "1"
	case "GNU.sparse.size", "GNU.sparse.realsize":
		e.realSize, err = strconv.ParseInt(string(value), 10, 64)
	case "GNU.sparse.offset":
		e.extentAt, err = strconv.ParseInt(string(value), 10, 64)
	case "GNU.sparse.numbytes":
		var size int64
		size, err = strconv.ParseInt(string(value), 10, 64)
		e.addExtent(extent{e.extentAt, size})
	case "GNU.sparse.map":
		e.extents = nil
		err = e.parseNumbers(bytes.Split(value, []byte{','}))
	}
	return err
}

// parseNumbers reads offsets and sizes by turns.
func (e *extended) parseNumbers(numbers [][]byte) error {
	if len(numbers)%2 != 0 {
		return errors.New("an offset without a size")
	}
	for i := 0; i < len(numbers); i += 2 {
		offset, err := strconv.ParseInt(string(numbers[i]), 10, 64)
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(numbers[i+1]), 10, 64)
		if err != nil {
			return err
		}
		e.addExtent(extent{offset, size})
	}
	return nil
}

// applySparse sets a sparse file's real size and reads what of its map stands
// outside the header: in blocks that its size does not count (old format), or
// at the beginning of its data (PAX format 1.0).
func (t *tarReader) applySparse() error {
	e := &t.extended
	if !e.sparse {
		return nil
	}
	for more := e.moreMap; more; {
		block, err := t.block()
		if err != nil {
			return noEOF(err)
		}
		e.addOld(block, oldInBlock)
		more = block[504] != 0
	}
	if e.mapInData {
		e.extents, e.mapError = t.readMap()
	}
	t.h.sparse, t.h.size, t.h.extents = true, e.realSize, e.extents
	if t.h.mapError = e.mapError; t.h.mapError == nil {
		t.h.mapError = checkExtents(e.extents, e.realSize, t.left)
	}
	return nil
}

// readMap reads the map of PAX format 1.0: lines of decimal numbers, first how
// many extents there are, up to a whole block. A read error comes again with the
// data.
func (t *tarReader) readMap() ([]extent, error) {
	m := mapReader{tar: t}
	count, err := m.number()
	if err != nil {
		return nil, err
	}
	if count > maxExtents {
		return nil, errTooManyExtents
	}
	var extents []extent
	for range count {
		offset, err := m.number()
		if err != nil {
			return nil, err
		}
		size, err := m.number()
		if err != nil {
			return nil, err
		}
		extents = append(extents, extent{offset, size})
	}
	return extents, nil
}

// mapReader reads lines from the blocks of an entry's data.
type mapReader struct {
	tar  *tarReader
	rest []byte
}

func (m *mapReader) number() (int64, error) {
	var n int64
	for digits := 0; ; digits++ {
		if len(m.rest) == 0 {
			block, err := m.tar.dataBlock()
			if err != nil {
				return 0, err
			}
			m.rest = block
		}
		c := m.rest[0]
		m.rest = m.rest[1:]
		if c == '\n' && digits > 0 {
			return n, nil
		}
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return 0, errBadNumber
		}
		n = n*10 + int64(c-'0')
	}
}

// dataBlock takes a block of the current entry's data.
func (t *tarReader) dataBlock() ([]byte, error) {
	if t.left < blockSize {
		return nil, errors.New("its map ends too early")
	}
	block := make([]byte, 0, blockSize)
	for len(block) < blockSize {
		taken, err := t.take(blockSize - len(block))
		if err != nil {
			return nil, err
		}
		block = append(block, taken...)
	}
	return block, nil
}

// checkExtents tells if a map describes a file of the given size with so many
// bytes of data.
func checkExtents(extents []extent, size, data int64) error {
	var end, sum int64
	for _, e := range extents {
		if e.offset < end || e.size < 0 || e.size > size-e.offset {
			return errors.New("its map has parts that overlap or stand outside the file")
		}
		end = e.offset + e.size
		sum += e.size
	}
	if sum != data {
		return fmt.Errorf("its map is about %d bytes and the archive has %d of it", sum, data)
	}
	return nil
}

// sparseReader gives the content of the current entry, a sparse file, as a
// reader of the extracted file would see it, and hashes it.
type sparseReader struct {
	tar     *tarReader
	extents []extent
	at      int64
	size    int64
	hash    hash.Hash
}

func newSparseReader(t *tarReader) *sparseReader {
	return &sparseReader{tar: t, extents: t.h.extents, size: t.h.size, hash: sha256.New()}
}

// holes is how much of a sparse file is not in the archive, in bytes.
func (h *header) holes() int64 {
	holes := h.size
	for _, e := range h.extents {
		holes -= e.size
	}
	return holes
}

// zeros is what holes are read as.
var zeros [64 << 10]byte

// take is the same for the expanded content as tarReader's.
func (r *sparseReader) take(n int) ([]byte, error) {
	for len(r.extents) > 0 && r.at == r.extents[0].offset+r.extents[0].size {
		r.extents = r.extents[1:]
	}
	if r.at == r.size {
		return nil, io.EOF
	}
	hole := r.size - r.at // up to the next extent; not positive within one
	if len(r.extents) > 0 {
		hole = r.extents[0].offset - r.at
	}
	var taken []byte
	var err error
	if hole > 0 {
		taken = zeros[:min(hole, int64(n), int64(len(zeros)))]
	} else {
		taken, err = r.tar.take(int(min(int64(n), r.extents[0].size+hole)))
	}
	r.at += int64(len(taken))
	r.hash.Write(taken)
	return taken, err
}

// begin is the same for the expanded content as tarReader's.
func (r *sparseReader) begin(n int) []byte {
	begin := make([]byte, min(int64(n), r.size))
	if len(r.extents) == 0 || r.extents[0].offset >= int64(len(begin)) {
		return begin
	}
	first := r.extents[0]
	data := r.tar.begin(n)
	copy(begin[first.offset:], data[:min(int64(len(data)), first.size)])
	return begin
}

// finish reads to the end and gives the file's hash.
func (r *sparseReader) finish(ctx context.Context) (sum [sha256.Size]byte, err error) {
	err = eachChunk(r, func([]byte) error { return ctx.Err() })
	r.hash.Sum(sum[:0])
	return sum, err
}
