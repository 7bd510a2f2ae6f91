package index

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// WriteFile writes the segment to a new file at path and syncs it.
func (w *Writer) WriteFile(path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("cannot write the segment %s: %w", filepath.Base(path), err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := w.write(f); err != nil {
		return fmt.Errorf("cannot write the segment %s: %w", filepath.Base(path), err)
	}
	return f.Sync()
}

func (w *Writer) write(f *os.File) error {
	slots, entries, err := w.table()
	if err != nil {
		return err
	}
	out := &sections{w: bufio.NewWriterSize(f, 1<<18), place: headerSize}
	if _, err := f.Seek(headerSize, io.SeekStart); err != nil {
		return err
	}
	out.add(sectionReleases, appendList(nil, w.releases))
	out.add(sectionSlots, slots)
	out.add(sectionEntries, entries)
	ratings := w.ratingTable()
	out.add(sectionStrings, w.pool)
	out.add(sectionRatings, ratings)
	advisories, blocks, err := w.writeDetails(out)
	if err != nil {
		return err
	}
	out.add(sectionAdvisories, advisories)
	out.add(sectionBlocks, blocks)
	if err := out.flush(); err != nil {
		return err
	}
	_, err = f.WriteAt(out.header(), 0)
	return err
}

// table lays the entries out behind each other and hashes their keys. Four of
// five slots may be taken.
func (w *Writer) table() (slots, entries []byte, err error) {
	size := 8
	for size*4/5 < len(w.entries) {
		size *= 2
	}
	slots = make([]byte, size*slotSize)
	for _, k := range w.sortedKeys() {
		place, entry := len(entries), w.entries[w.keys[k]]
		entries = binary.AppendUvarint(entries, uint64(k.release))
		entries = binary.AppendUvarint(entries, k.name)
		entries = binary.AppendUvarint(entries, uint64(len(entry)))
		entries = append(entries, entry...)
		insert(slots, hash(k.release, w.pooledName(k)), uint32(place)+1)
	}
	if len(entries) >= MaxFileSize || len(w.pool) >= MaxFileSize/2 || len(w.releases) > maxReleases {
		return nil, nil, errors.New("there are more advisories than a segment can hold")
	}
	return slots, entries, nil
}

// sortedKeys makes the same segment of the same advisories every time.
func (w *Writer) sortedKeys() []key {
	return slices.SortedFunc(maps.Keys(w.keys), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(a.name, b.name))
	})
}

func (w *Writer) pooledName(k key) string {
	c := newCursor(w.pool[k.name:])
	return string(c.bytes(len(w.pool)))
}

func insert(slots []byte, h uint64, place uint32) {
	mask := uint64(len(slots)/slotSize - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := slots[i*slotSize:]
		if order.Uint32(slot[4:]) == 0 {
			order.PutUint32(slot, uint32(h>>32))
			order.PutUint32(slot[4:], place)
			return
		}
	}
}

func (w *Writer) ratingTable() []byte {
	var table []byte
	for _, number := range slices.Sorted(maps.Keys(w.ratings)) {
		r := w.ratings[number]
		table = order.AppendUint64(table, uint64(number))
		table = order.AppendUint32(table, uint32(w.intern(r.vector)))
		table = order.AppendUint32(table, uint32(w.intern(r.source)))
	}
	return table
}

// writeDetails packs the details, those of one package near each other: hits
// come by package.
func (w *Writer) writeDetails(out *sections) (advisories, blocks []byte, err error) {
	if err := w.spillBuf.Flush(); err != nil {
		return nil, nil, err
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, nil, err
	}
	defer encoder.Close()
	advisories = make([]byte, len(w.advisories)*advisorySize)
	out.begin(sectionDetails)
	var block []byte
	flush := func() {
		packed := encoder.EncodeAll(block, nil)
		blocks = order.AppendUint64(blocks, uint64(out.sectionLength(sectionDetails)))
		blocks = order.AppendUint32(blocks, uint32(len(packed)))
		blocks = order.AppendUint32(blocks, uint32(len(block)))
		out.append(packed)
		block = block[:0]
	}
	for _, number := range w.inOrder() {
		details := make([]byte, w.advisories[number].size)
		if _, err := w.spill.ReadAt(details, w.advisories[number].place); err != nil {
			return nil, nil, err
		}
		order.PutUint32(advisories[number*advisorySize:], uint32(len(blocks)/blockSize))
		order.PutUint32(advisories[number*advisorySize+4:], uint32(len(block)))
		block = append(binary.AppendUvarint(block, uint64(len(details))), details...)
		if len(block) >= blockTarget {
			flush()
		}
	}
	if len(block) > 0 {
		flush()
	}
	out.end(sectionDetails)
	return advisories, blocks, nil
}

func (w *Writer) inOrder() []int {
	numbers := make([]int, len(w.advisories))
	for i := range numbers {
		numbers[i] = i
	}
	slices.SortStableFunc(numbers, func(a, b int) int {
		return cmp.Compare(w.advisories[a].key, w.advisories[b].key)
	})
	return numbers
}
