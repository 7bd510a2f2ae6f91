package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"seawall/internal/image/pairhash"
)

const (
	blockSize = 512
	// maxPath bounds a path or a link target, in bytes. Linux's PATH_MAX is 4096.
	maxPath = 32 << 10
)

// header is one entry of a tar: POSIX ustar and pax (IEEE Std 1003.1), with
// the GNU extensions. Its slices are valid until the next call of next.
type header struct {
	name, link []byte
	typeflag   byte
	mode       int64
	uid, gid   int64
	size       int64
	mtime      int64
	// capability is the security.capability attribute.
	capability string
	// sparse is set for a file with holes, of which only the extents stand in
	// the archive. mapError is why they are not known; the rest of the archive
	// can be read all the same.
	sparse   bool
	extents  []extent
	mapError error
}

// tarReader reads the entries of a tar, and hashes every byte of it and, if it
// is told where one begins, the content of an entry.
type tarReader struct {
	content *content
	sums    *pairhash.Pair
	read    int64
	// left is what has not been taken of the current entry's data, padding
	// what follows it up to the next block.
	left, padding int64

	h        header
	extended extended
	global   extended
	name     [256]byte
}

func newTarReader(c *content) *tarReader {
	return &tarReader{content: c, sums: pairhash.New()}
}

// next gives the next entry, or io.EOF after the last one.
func (t *tarReader) next() (*header, error) {
	t.extended = t.global
	for {
		if err := t.skip(); err != nil {
			return nil, err
		}
		block, err := t.block()
		if err != nil {
			return nil, err
		}
		if isZero(block) {
			return nil, t.end()
		}
		if err := t.parse(block); err != nil {
			return nil, err
		}
		meta, err := t.meta()
		if err != nil {
			return nil, err
		}
		if !meta {
			return &t.h, t.apply()
		}
	}
}

// take gives the next bytes of the current entry's data, at least one, and
// io.EOF after the last.
func (t *tarReader) take(n int) ([]byte, error) {
	if t.left == 0 {
		return nil, io.EOF
	}
	taken, err := t.takeRaw(int(min(int64(n), t.left)))
	t.left -= int64(len(taken))
	return taken, err
}

// begin gives the first n bytes of the current entry's data without taking them.
func (t *tarReader) begin(n int) []byte {
	begin, _ := t.content.peek(n) // a read error comes again with the content
	return begin[:min(int64(len(begin)), t.left)]
}

// skipContent passes over what is left of the current entry's data.
func (t *tarReader) skipContent() error {
	for t.left > 0 {
		if _, err := t.take(math.MaxInt32); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over what is left of the current entry, the padding too.
func (t *tarReader) skip() error {
	if err := t.skipContent(); err != nil {
		return err
	}
	for t.padding > 0 {
		taken, err := t.takeRaw(int(t.padding))
		if err != nil {
			return err
		}
		t.padding -= int64(len(taken))
	}
	return nil
}

// end reads the archive to its last byte, which its digest covers.
func (t *tarReader) end() error {
	block, err := t.content.peek(blockSize)
	if err != nil {
		return err
	}
	if len(block) == blockSize && !isZero(block) {
		return errors.New("an empty block stands where an entry should begin")
	}
	for {
		taken, err := t.content.take(math.MaxInt32)
		if err != nil {
			return err
		}
		t.count(taken)
	}
}

// block takes a whole header block. At the end of the data it is io.EOF: an
// archive without its two empty blocks is accepted, as engines do.
func (t *tarReader) block() ([]byte, error) {
	block, err := t.content.peek(blockSize)
	if err != nil {
		return nil, err
	}
	if len(block) == 0 {
		return nil, io.EOF
	}
	if len(block) < blockSize {
		return nil, io.ErrUnexpectedEOF
	}
	return t.takeRaw(blockSize)
}

func (t *tarReader) takeRaw(n int) ([]byte, error) {
	taken, err := t.content.take(n)
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	t.count(taken)
	return taken, nil
}

func (t *tarReader) count(taken []byte) {
	t.read += int64(len(taken))
	t.sums.Write(taken)
}

// parse reads the fixed fields of a header block.
func (t *tarReader) parse(b []byte) error {
	if !checksumHolds(b) {
		return fmt.Errorf("the header at byte %d has a wrong checksum", t.read-blockSize)
	}
	t.h = header{typeflag: b[156]}
	numbers := []struct {
		field []byte
		into  *int64
	}{{b[100:108], &t.h.mode}, {b[108:116], &t.h.uid}, {b[116:124], &t.h.gid}, {b[124:136], &t.h.size}, {b[136:148], &t.h.mtime}}
	for _, n := range numbers {
		value, ok := parseNumber(n.field)
		if !ok {
			return fmt.Errorf("the header at byte %d has a number that is none", t.read-blockSize)
		}
		*n.into = value
	}
	if t.h.size < 0 {
		return fmt.Errorf("the header at byte %d has a negative size", t.read-blockSize)
	}
	t.h.name = append(t.name[:0], cString(b[:100])...)
	// Only POSIX ustar has a prefix; GNU keeps times in that place.
	if prefix := cString(b[345:500]); string(b[257:263]) == "ustar\x00" && len(prefix) > 0 {
		name := append(t.name[:0], prefix...)
		name = append(name, '/')
		t.h.name = append(name, cString(b[:100])...)
	}
	t.h.link = append([]byte(nil), cString(b[157:257])...)
	t.setData(t.h.size)
	return t.parseOldSparse(b)
}

// parseOldSparse reads the real size of a sparse file in the old GNU format, the
// beginning of its map, and whether more blocks of it follow.
func (t *tarReader) parseOldSparse(b []byte) error {
	if t.h.typeflag != 'S' {
		return nil
	}
	size, ok := parseNumber(b[483:495])
	if !ok || size < 0 {
		return fmt.Errorf("the sparse file's header at byte %d has no real size", t.read-blockSize)
	}
	t.extended.sparse, t.extended.realSize, t.extended.moreMap = true, size, b[482] != 0
	t.extended.addOld(b[386:], oldInHeader)
	return nil
}

func (t *tarReader) setData(size int64) {
	t.left = size
	t.padding = -size & (blockSize - 1)
}

// apply lets the extensions override the header's own fields.
func (t *tarReader) apply() error {
	e := &t.extended
	if e.path != nil {
		t.h.name = e.path
	}
	if e.realName != "" {
		t.h.name = []byte(e.realName)
	}
	if e.link != nil {
		t.h.link = e.link
	}
	if e.hasSize {
		t.h.size = e.size
	}
	if e.hasUID {
		t.h.uid = e.uid
	}
	if e.hasGID {
		t.h.gid = e.gid
	}
	if e.hasTime {
		t.h.mtime = e.mtime
	}
	t.h.capability = e.capability
	if !carriesData(t.h.typeflag) {
		t.h.size = 0
	}
	t.setData(t.h.size)
	return t.applySparse()
}

// noEOF turns the end of the data inside an entry into the error it is.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// carriesData is false for the types whose size field means nothing: links,
// devices, directories and pipes.
func carriesData(typeflag byte) bool { return typeflag < '1' || typeflag > '6' }

// cString is the field up to its first NUL.
func cString(field []byte) []byte {
	if i := bytes.IndexByte(field, 0); i >= 0 {
		return field[:i]
	}
	return field
}

var zeroBlock [blockSize]byte

func isZero(block []byte) bool { return bytes.Equal(block, zeroBlock[:len(block)]) }
