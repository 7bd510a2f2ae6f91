package index

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"seawall/internal/mapped"
	"seawall/internal/vuln/cve"
)

// Reader searches a segment. It may be used by several goroutines at once.
type Reader struct {
	file     *mapped.File
	sections [sectionCount]span
	releases map[string]uint32

	mu sync.Mutex
	// blocks are the unpacked ones, so that one is unpacked once per run.
	blocks    map[uint32][]byte
	blockSize int
}

// span is where a section lies in the file.
type span struct{ offset, length uint64 }

// decoder is one for all readers: it keeps no state between blocks.
var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlock))
})

// maxCachedBlocks bounds the unpacked details that a Reader keeps, in bytes.
const maxCachedBlocks = 16 << 20

// Open reads a segment's header. If that succeeds, the file is closed by the
// reader's Close.
func Open(file *mapped.File) (*Reader, error) {
	r := &Reader{file: file, blocks: map[uint32][]byte{}}
	if err := r.readHeader(); err != nil {
		return nil, fmt.Errorf("cannot read the segment: %w", err)
	}
	return r, nil
}

func (r *Reader) readHeader() error {
	data := r.file.Data
	if err := r.file.Check(0, min(headerSize, uint64(len(data)))); err != nil {
		return err
	}
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return fmt.Errorf("%w: it is no segment of format %d", ErrCorrupt, FormatVersion)
	}
	if order.Uint64(data[8:]) != uint64(len(data)) {
		return fmt.Errorf("%w: it has another size than its header says", ErrCorrupt)
	}
	for i := range sectionCount {
		at := 16 + i*16
		s := span{order.Uint64(data[at:]), order.Uint64(data[at+8:])}
		if s.offset > uint64(len(data)) || s.length > uint64(len(data))-s.offset {
			return fmt.Errorf("%w: a section lies outside of it", ErrCorrupt)
		}
		r.sections[i] = s
	}
	if err := r.readReleases(); err != nil {
		return err
	}
	return r.checkShapes()
}

// bytes gives up to n bytes at a place in a section, fewer at its end, that
// match their checksums.
func (r *Reader) bytes(section int, place, n uint64) ([]byte, error) {
	s := r.sections[section]
	if place > s.length {
		return nil, ErrCorrupt
	}
	from := s.offset + place
	to := from + min(n, s.length-place)
	if err := r.file.Check(from, to); err != nil {
		return nil, err
	}
	return r.file.Data[from:to], nil
}

// row gives an entry of a table of entries of one size.
func (r *Reader) row(section int, number, size uint64) ([]byte, error) {
	row, err := r.bytes(section, number*size, size)
	if err == nil && uint64(len(row)) < size {
		return nil, ErrCorrupt
	}
	return row, err
}

func (r *Reader) readReleases() error {
	data, err := r.bytes(sectionReleases, 0, r.sections[sectionReleases].length)
	if err != nil {
		return err
	}
	c := newCursor(data)
	count := c.count(maxReleases)
	r.releases = make(map[string]uint32)
	for i := 0; i < count && c.ok; i++ {
		r.releases[c.text()] = uint32(i)
	}
	if !c.ok {
		return fmt.Errorf("%w: the releases cannot be read", ErrCorrupt)
	}
	return nil
}

func (r *Reader) checkShapes() error {
	slots := r.sections[sectionSlots].length
	count := slots / slotSize
	if slots%slotSize != 0 || count == 0 || count&(count-1) != 0 {
		return fmt.Errorf("%w: the hash table has a wrong size", ErrCorrupt)
	}
	for section, size := range map[int]uint64{sectionAdvisories: advisorySize, sectionBlocks: blockSize, sectionRatings: ratingSize} {
		if r.sections[section].length%size != 0 {
			return fmt.Errorf("%w: a table has a wrong size", ErrCorrupt)
		}
	}
	return nil
}

// Close closes the segment's file.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blocks, r.sections, r.releases = nil, [sectionCount]span{}, nil
	return r.file.Close()
}

// Advisories gives the number of advisories.
func (r *Reader) Advisories() int { return int(r.sections[sectionAdvisories].length / advisorySize) }

// Covers tells whether any advisory is about a release.
func (r *Reader) Covers(release string) bool {
	_, found := r.releases[release]
	return found
}

// Lookup calls use for each advisory about a package; the argument is valid
// during the call only. No call means: nothing is known about the package.
func (r *Reader) Lookup(release, name string, use func(*Affected) error) error {
	entry, err := r.find(release, name)
	if err != nil || entry == nil {
		return err
	}
	c := newCursor(entry)
	var affected Affected
	for len(c.data) > 0 {
		affected.decode(&c, r)
		if !c.ok || int(affected.Advisory) >= r.Advisories() {
			return fmt.Errorf("cannot read the advisories about %s: %w", name, ErrCorrupt)
		}
		if err := use(&affected); err != nil {
			return err
		}
	}
	return nil
}

// find gives the encoded entry of a key, nil if there is none.
func (r *Reader) find(release, name string) ([]byte, error) {
	number, found := r.releases[release]
	if !found {
		return nil, nil
	}
	h := hash(number, name)
	mask := r.sections[sectionSlots].length/slotSize - 1
	for probe := range mask + 1 {
		slot, err := r.row(sectionSlots, (h+probe)&mask, slotSize)
		if err != nil {
			return nil, err
		}
		place := order.Uint32(slot[4:])
		if place == 0 {
			return nil, nil
		}
		if order.Uint32(slot) != uint32(h>>32) {
			continue
		}
		if entry, err := r.entry(uint64(place-1), number, name); entry != nil || err != nil {
			return entry, err
		}
	}
	return nil, nil
}

// entry reads the entry at a place, nil if it is another key's.
func (r *Reader) entry(place uint64, release uint32, name string) ([]byte, error) {
	head, err := r.bytes(sectionEntries, place, 3*binary.MaxVarintLen64)
	if err != nil {
		return nil, err
	}
	c := newCursor(head)
	number, at, length := c.uvarint(), c.uvarint(), c.uvarint()
	if !c.ok {
		return nil, ErrCorrupt
	}
	pooled, err := r.bytes(sectionStrings, at, uint64(binary.MaxVarintLen64+len(name)))
	if err != nil {
		return nil, err
	}
	p := newCursor(pooled)
	if number != uint64(release) || string(p.bytes(len(name))) != name || !p.ok {
		return nil, nil
	}
	entry, err := r.bytes(sectionEntries, place+uint64(len(head)-len(c.data)), length)
	if err == nil && uint64(len(entry)) < length {
		return nil, ErrCorrupt
	}
	return entry, err
}

// pooled reads a string of the pool; what cannot be read marks c as failed.
func (r *Reader) pooled(c *cursor, place uint64) string {
	text, err := r.bytes(sectionStrings, place, binary.MaxVarintLen64+maxVersion)
	p := newCursor(text)
	s := p.bytes(maxVersion)
	c.ok = c.ok && p.ok && err == nil
	return string(s)
}

// Advisory reads the details of an advisory by its number.
func (r *Reader) Advisory(number uint32) (Advisory, error) {
	at, err := r.row(sectionAdvisories, uint64(number), advisorySize)
	if err != nil {
		return Advisory{}, err
	}
	block, err := r.block(order.Uint32(at))
	if err != nil {
		return Advisory{}, err
	}
	place := order.Uint32(at[4:])
	if uint64(place) > uint64(len(block)) {
		return Advisory{}, ErrCorrupt
	}
	c := newCursor(block[place:])
	return decodeAdvisory(c.bytes(maxBlock))
}

func (r *Reader) block(number uint32) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if block, found := r.blocks[number]; found {
		return block, nil
	}
	block, err := r.unpack(number)
	if err != nil {
		return nil, err
	}
	if r.blockSize += len(block); r.blockSize > maxCachedBlocks {
		clear(r.blocks)
		r.blockSize = len(block)
	}
	r.blocks[number] = block
	return block, nil
}

func (r *Reader) unpack(number uint32) ([]byte, error) {
	entry, err := r.row(sectionBlocks, uint64(number), blockSize)
	if err != nil {
		return nil, err
	}
	length, size := uint64(order.Uint32(entry[8:])), order.Uint32(entry[12:])
	packed, err := r.bytes(sectionDetails, order.Uint64(entry), length)
	if err != nil {
		return nil, err
	}
	if uint64(len(packed)) < length || size > maxBlock {
		return nil, ErrCorrupt
	}
	unpacker, err := decoder()
	if err != nil {
		return nil, err
	}
	block, err := unpacker.DecodeAll(packed, make([]byte, 0, size))
	if err != nil || len(block) != int(size) {
		return nil, fmt.Errorf("cannot unpack the details of an advisory: %w", ErrCorrupt)
	}
	return block, nil
}

// Rating gives the CVSS vector that some advisory of the segment gives a CVE,
// and that advisory's ID; "" if none does.
func (r *Reader) Rating(number cve.Number) (vector, source string, err error) {
	count := r.sections[sectionRatings].length / ratingSize
	i := uint64(sort.Search(int(count), func(i int) bool {
		row, failed := r.row(sectionRatings, uint64(i), ratingSize)
		if err = cmp.Or(err, failed); err != nil {
			return true
		}
		return order.Uint64(row) >= uint64(number)
	}))
	if err != nil || i == count {
		return "", "", err
	}
	row, err := r.row(sectionRatings, i, ratingSize)
	if err != nil || order.Uint64(row) != uint64(number) {
		return "", "", err
	}
	c := newCursor(nil)
	vector, source = r.pooled(&c, uint64(order.Uint32(row[8:]))), r.pooled(&c, uint64(order.Uint32(row[12:])))
	if !c.ok {
		return "", "", ErrCorrupt
	}
	return vector, source, nil
}
