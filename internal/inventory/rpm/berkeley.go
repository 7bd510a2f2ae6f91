package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of a Berkeley DB hash file (Berkeley DB 5.3, dbinc/db_page.h).
const (
	bdbHashMagic   = 0x00061561
	bdbPageHeader  = 26
	bdbOverflow    = 7
	bdbHashPage    = 13
	bdbUnsorted    = 2
	bdbItemData    = 1
	bdbItemOffPage = 3
)

// berkeley reads a hash database in the byte order of the machine that wrote it.
type berkeley struct {
	file     io.ReaderAt
	order    binary.ByteOrder
	pageSize int
	pages    uint32
	// last is the number of the last page, as the file claims.
	last uint32
	// budget is how many bytes of values are still read: no honest file's
	// values are larger than the file.
	budget int64
}

// readBerkeley calls visit for every value of the file Packages but the one of
// key 0, which is a counter. The buckets are not followed: every hash page is
// read in the order of the file. A damaged page does not hide the others: the
// first error is given at the end.
func readBerkeley(file io.ReaderAt, size int64, visit func(blob []byte) error) error {
	db, err := openBerkeley(file, size)
	if err != nil {
		return err
	}
	var first error
	if db.last >= db.pages {
		first = fmt.Errorf("the Berkeley DB file is cut off: it has %d of %d pages", db.pages, int64(db.last)+1)
	}
	for number := uint32(1); number < db.pages; number++ {
		if err := db.readPage(number, visit); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func openBerkeley(file io.ReaderAt, size int64) (*berkeley, error) {
	meta := make([]byte, 72)
	if _, err := file.ReadAt(meta, 0); err != nil {
		return nil, fmt.Errorf("read the Berkeley DB header: %w", err)
	}
	db := &berkeley{file: file, budget: size}
	switch uint32(bdbHashMagic) {
	case binary.LittleEndian.Uint32(meta[12:]):
		db.order = binary.LittleEndian
	case binary.BigEndian.Uint32(meta[12:]):
		db.order = binary.BigEndian
	default:
		return nil, errors.New("the file is not a Berkeley DB hash database")
	}
	pageSize := db.order.Uint32(meta[20:])
	if pageSize < 512 || pageSize > 65536 || pageSize&(pageSize-1) != 0 {
		return nil, fmt.Errorf("the Berkeley DB file claims pages of %d bytes", pageSize)
	}
	if meta[24] != 0 {
		return nil, errors.New("the Berkeley DB file is encrypted")
	}
	db.pageSize = int(pageSize)
	db.pages = uint32(min(size/int64(pageSize), 1<<31))
	db.last = db.order.Uint32(meta[32:])
	return db, nil
}

func (db *berkeley) page(number uint32) ([]byte, error) {
	if number >= db.pages {
		return nil, fmt.Errorf("the Berkeley DB file refers to page %d of %d", number, db.pages)
	}
	page := make([]byte, db.pageSize)
	if _, err := db.file.ReadAt(page, int64(number)*int64(db.pageSize)); err != nil && err != io.EOF {
		return nil, err
	}
	return page, nil
}

// readPage visits the values of a hash page: its items are keys and values in
// turn, and they grow from the page's end downwards.
func (db *berkeley) readPage(number uint32, visit func([]byte) error) error {
	page, err := db.page(number)
	if err != nil {
		return err
	}
	if kind := page[25]; kind != bdbHashPage && kind != bdbUnsorted {
		return nil
	}
	items := int(db.order.Uint16(page[20:]))
	if bdbPageHeader+2*items > len(page) {
		return fmt.Errorf("page %d of the Berkeley DB file claims %d items", number, items)
	}
	var first error
	for i := 0; i+1 < items; i += 2 {
		key, value := db.item(page, i), db.item(page, i+1)
		if isCounter(key) {
			continue
		}
		blob, err := db.value(value)
		if err == nil {
			err = visit(blob)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// isCounter tells rpm's own entry with key 0, which holds the largest package
// number and not a header.
func isCounter(key []byte) bool {
	return len(key) == 5 && key[0] == bdbItemData && key[1]|key[2]|key[3]|key[4] == 0
}

// item gives the bytes of the i-th item, its type first; nil if damaged. It
// ends where the item before begins.
func (db *berkeley) item(page []byte, i int) []byte {
	offset := func(i int) int { return int(db.order.Uint16(page[bdbPageHeader+2*i:])) }
	start, end := offset(i), len(page)
	if i > 0 {
		end = offset(i - 1)
	}
	if start >= end || end > len(page) {
		return nil
	}
	return page[start:end]
}

func (db *berkeley) value(item []byte) ([]byte, error) {
	switch {
	case len(item) >= 1 && item[0] == bdbItemData && int64(len(item)) <= db.budget:
		db.budget -= int64(len(item))
		return item[1:], nil
	case len(item) >= 12 && item[0] == bdbItemOffPage:
		return db.overflow(db.order.Uint32(item[4:]), int64(db.order.Uint32(item[8:])))
	}
	return nil, errors.New("an item of the Berkeley DB file is damaged")
}

// overflow joins the pages of a large value. Each page says in its header how
// many bytes it holds.
func (db *berkeley) overflow(number uint32, size int64) ([]byte, error) {
	if size > min(maxBlobSize, db.budget) {
		return nil, fmt.Errorf("a value of the Berkeley DB file claims %d bytes, more than the file has", size)
	}
	db.budget -= size
	var value []byte
	for int64(len(value)) < size {
		page, err := db.page(number)
		if err != nil {
			return nil, err
		}
		length := int(db.order.Uint16(page[22:]))
		if page[25] != bdbOverflow || length == 0 || bdbPageHeader+length > len(page) {
			return nil, fmt.Errorf("page %d of the Berkeley DB file is not part of a value", number)
		}
		value = append(value, page[bdbPageHeader:bdbPageHeader+length]...)
		number = db.order.Uint32(page[16:])
	}
	return value[:size], nil
}
