package index

import (
	"fmt"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"seawall/internal/vuln/cve"
	"seawall/internal/vuln/mapped"
)

// Reader searches a segment. It may be used by several goroutines at once.
type Reader struct {
	file     *mapped.File
	sections [sectionCount][]byte
	releases map[string]uint32

	mu sync.Mutex
	// blocks are the unpacked ones, so that one is unpacked once per run.
	blocks    map[uint32][]byte
	blockSize int
}

// decoder is one for all readers: it keeps no state between blocks.
var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBlock))
})

// maxCachedBlocks bounds the unpacked details that a Reader keeps, in bytes.
const maxCachedBlocks = 16 << 20

// Open maps a segment and checks its header.
func Open(path string) (*Reader, error) {
	file, err := mapped.Open(path, MaxFileSize)
	if err != nil {
		return nil, err
	}
	r, err := newReader(file.Data)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot read the segment %s: %w", path, err)
	}
	r.file = file
	return r, nil
}

func newReader(data []byte) (*Reader, error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it is no segment of format %d", ErrCorrupt, FormatVersion)
	}
	if order.Uint64(data[8:]) != uint64(len(data)) {
		return nil, fmt.Errorf("%w: it has another size than its header says", ErrCorrupt)
	}
	r := &Reader{blocks: map[uint32][]byte{}}
	for i := range sectionCount {
		at := 16 + i*16
		offset, length := order.Uint64(data[at:]), order.Uint64(data[at+8:])
		if offset > uint64(len(data)) || length > uint64(len(data))-offset {
			return nil, fmt.Errorf("%w: a section lies outside of it", ErrCorrupt)
		}
		r.sections[i] = data[offset : offset+length]
	}
	if err := r.readReleases(); err != nil {
		return nil, err
	}
	return r, r.checkShapes()
}

func (r *Reader) readReleases() error {
	c := newCursor(r.sections[sectionReleases])
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
	slots := len(r.sections[sectionSlots])
	count := slots / slotSize
	if slots%slotSize != 0 || count == 0 || count&(count-1) != 0 {
		return fmt.Errorf("%w: the hash table has a wrong size", ErrCorrupt)
	}
	for section, size := range map[int]int{sectionAdvisories: advisorySize, sectionBlocks: blockSize, sectionRatings: ratingSize} {
		if len(r.sections[section])%size != 0 {
			return fmt.Errorf("%w: a table has a wrong size", ErrCorrupt)
		}
	}
	return nil
}

// Close unmaps the segment.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blocks, r.sections = nil, [sectionCount][]byte{}
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Advisories gives the number of advisories.
func (r *Reader) Advisories() int { return len(r.sections[sectionAdvisories]) / advisorySize }

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
		affected.decode(&c, r.sections[sectionStrings])
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
	slots := r.sections[sectionSlots]
	mask := uint64(len(slots)/slotSize - 1)
	for probe := range mask + 1 {
		slot := slots[((h+probe)&mask)*slotSize:]
		place := order.Uint32(slot[4:])
		if place == 0 {
			return nil, nil
		}
		if order.Uint32(slot) != uint32(h>>32) {
			continue
		}
		if entry, err := r.entry(place-1, number, name); entry != nil || err != nil {
			return entry, err
		}
	}
	return nil, nil
}

// entry reads the entry at a place, nil if it is another key's.
func (r *Reader) entry(place, release uint32, name string) ([]byte, error) {
	entries, pool := r.sections[sectionEntries], r.sections[sectionStrings]
	if uint64(place) >= uint64(len(entries)) {
		return nil, ErrCorrupt
	}
	c := newCursor(entries[place:])
	number, at := c.uvarint(), c.uvarint()
	entry := c.bytes(len(entries))
	if !c.ok || at >= uint64(len(pool)) {
		return nil, ErrCorrupt
	}
	p := newCursor(pool[at:])
	if number != uint64(release) || string(p.bytes(len(pool))) != name || !p.ok {
		return nil, nil
	}
	return entry, nil
}

// Advisory reads the details of an advisory by its number.
func (r *Reader) Advisory(number uint32) (Advisory, error) {
	if int(number) >= r.Advisories() {
		return Advisory{}, ErrCorrupt
	}
	at := r.sections[sectionAdvisories][number*advisorySize:]
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
	table, details := r.sections[sectionBlocks], r.sections[sectionDetails]
	if uint64(number) >= uint64(len(table)/blockSize) {
		return nil, ErrCorrupt
	}
	entry := table[int(number)*blockSize:]
	place, packed, size := order.Uint64(entry), uint64(order.Uint32(entry[8:])), order.Uint32(entry[12:])
	if place > uint64(len(details)) || packed > uint64(len(details))-place || size > maxBlock {
		return nil, ErrCorrupt
	}
	unpacker, err := decoder()
	if err != nil {
		return nil, err
	}
	block, err := unpacker.DecodeAll(details[place:place+packed], make([]byte, 0, size))
	if err != nil || len(block) != int(size) {
		return nil, fmt.Errorf("cannot unpack the details of an advisory: %w", ErrCorrupt)
	}
	return block, nil
}

// Rating gives the CVSS vector that some advisory of the segment gives a CVE,
// and that advisory's ID; ok is false if none does.
func (r *Reader) Rating(number cve.Number) (vector, source string, ok bool) {
	table := r.sections[sectionRatings]
	count := len(table) / ratingSize
	i := sort.Search(count, func(i int) bool { return order.Uint64(table[i*ratingSize:]) >= uint64(number) })
	if i == count || order.Uint64(table[i*ratingSize:]) != uint64(number) {
		return "", "", false
	}
	c := newCursor(nil)
	vector = pooled(&c, r.sections[sectionStrings], uint64(order.Uint32(table[i*ratingSize+8:])))
	source = pooled(&c, r.sections[sectionStrings], uint64(order.Uint32(table[i*ratingSize+12:])))
	return vector, source, c.ok
}
