package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of Packages.db (rpm, lib/backend/ndb/rpmpkg.c): a header of 32
// bytes, slots of 16 bytes in pages of 4096, blobs in blocks of 16 bytes. All
// numbers are little-endian.
const (
	ndbMagic     = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24
	ndbSlotMagic = 'S' | 'l'<<8 | 'o'<<16 | 't'<<24
	ndbBlobMagic = 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24
	ndbHeader    = 32
	ndbSlot      = 16
	ndbBlock     = 16
	ndbPage      = 4096
	// ndbMaxSlots bounds the slots in bytes: a million packages.
	ndbMaxSlots = 16 << 20
)

// readNDB calls visit for every blob of an ndb database. A damaged blob does
// not hide the others: the first error is given at the end.
func readNDB(file io.ReaderAt, size int64, visit func(blob []byte) error) error {
	head := make([]byte, ndbHeader)
	if _, err := file.ReadAt(head, 0); err != nil {
		return fmt.Errorf("read the ndb header: %w", err)
	}
	if binary.LittleEndian.Uint32(head) != ndbMagic {
		return errors.New("the file is not an ndb database")
	}
	end := int64(binary.LittleEndian.Uint32(head[12:])) * ndbPage
	if end > min(size, ndbMaxSlots) {
		return fmt.Errorf("the ndb database claims %d bytes of slots, but has %d bytes in all", end, size)
	}
	if end < ndbHeader {
		return errors.New("the ndb database has no slots")
	}
	slots := make([]byte, end-ndbHeader)
	if _, err := file.ReadAt(slots, ndbHeader); err != nil {
		return fmt.Errorf("read the ndb slots: %w", err)
	}
	return readNDBSlots(file, size, slots, visit)
}

func readNDBSlots(file io.ReaderAt, size int64, slots []byte, visit func([]byte) error) error {
	var first error
	budget := size // no honest file's blobs are larger than the file
	for ; len(slots) >= ndbSlot; slots = slots[ndbSlot:] {
		number := binary.LittleEndian.Uint32(slots[4:])
		if binary.LittleEndian.Uint32(slots) != ndbSlotMagic || number == 0 {
			continue // free
		}
		blob, err := readNDBBlob(file, int64(binary.LittleEndian.Uint32(slots[8:]))*ndbBlock, number, budget)
		budget -= int64(len(blob))
		if err == nil {
			err = visit(blob)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// readNDBBlob reads a blob: magic, the slot's number, generation, length, then
// the bytes.
func readNDBBlob(file io.ReaderAt, offset int64, number uint32, budget int64) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := file.ReadAt(head, offset); err != nil {
		return nil, fmt.Errorf("read package %d of the ndb database: %w", number, err)
	}
	length := int64(binary.LittleEndian.Uint32(head[12:]))
	if binary.LittleEndian.Uint32(head) != ndbBlobMagic || binary.LittleEndian.Uint32(head[4:]) != number || length > min(budget, maxBlobSize) {
		return nil, fmt.Errorf("package %d of the ndb database is damaged", number)
	}
	blob := make([]byte, length)
	if _, err := file.ReadAt(blob, offset+16); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read package %d of the ndb database: %w", number, err)
	}
	return blob, nil
}
