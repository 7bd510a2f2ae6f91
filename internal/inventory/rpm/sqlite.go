package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// SQLite's page types of table b-trees (SQLite database file format, 1.6).
const (
	sqliteInterior = 0x05
	sqliteLeaf     = 0x0d
	sqliteMaxDepth = 20
)

// sqlite reads table b-trees of a SQLite database, read-only and without its
// journals.
type sqlite struct {
	file     io.ReaderAt
	pages    uint32
	pageSize int
	// usable is the page size less the bytes reserved at each page's end.
	usable int
	// visited pages are not read again, whatever a hostile file points to.
	visited map[uint32]bool
	// budget is how many bytes of rows are still read: no honest file's rows
	// are larger than the file.
	budget int64
}

// readSQLite calls visit for every blob of the table Packages of rpmdb.sqlite,
// whose columns are hnum (the row's ID) and blob (rpm, lib/backend/sqlite.c).
func readSQLite(file io.ReaderAt, size int64, visit func(blob []byte) error) error {
	db, err := openSQLite(file, size)
	if err != nil {
		return err
	}
	root := uint32(0)
	err = db.walk(1, 0, func(payload []byte) error {
		if columns := sqliteRecord(payload); len(columns) >= 4 && string(columns[0]) == "table" && string(columns[1]) == "Packages" {
			root = bigEndianUint(columns[3])
		}
		return nil
	})
	if err != nil {
		return err
	}
	if root == 0 {
		return errors.New("the SQLite file has no table Packages")
	}
	return db.walk(root, 0, func(payload []byte) error {
		columns := sqliteRecord(payload)
		if len(columns) < 2 {
			return errors.New("a row of the table Packages is damaged")
		}
		return visit(columns[1])
	})
}

func openSQLite(file io.ReaderAt, size int64) (*sqlite, error) {
	head := make([]byte, 100)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("read the SQLite header: %w", err)
	}
	pageSize := int(binary.BigEndian.Uint16(head[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	usable := pageSize - int(head[20])
	if string(head[:16]) != "SQLite format 3\x00" || pageSize < 512 || pageSize&(pageSize-1) != 0 || usable < 480 {
		return nil, errors.New("the file is not a SQLite 3 database")
	}
	return &sqlite{
		file: file, pages: uint32(min(size/int64(pageSize), 1<<31)), pageSize: pageSize, usable: usable,
		visited: map[uint32]bool{}, budget: size,
	}, nil
}

// page reads a page once. Pages count from 1.
func (db *sqlite) page(number uint32) ([]byte, error) {
	if number == 0 || number > db.pages {
		return nil, fmt.Errorf("the SQLite file refers to page %d of %d", number, db.pages)
	}
	if db.visited[number] {
		return nil, fmt.Errorf("the SQLite file refers to page %d twice", number)
	}
	db.visited[number] = true
	page := make([]byte, db.pageSize)
	if _, err := db.file.ReadAt(page, int64(number-1)*int64(db.pageSize)); err != nil && err != io.EOF {
		return nil, err
	}
	return page, nil
}

// walk visits the payload of every row below a page of a table b-tree. A
// damaged page does not hide the others: the first error is given at the end.
func (db *sqlite) walk(number uint32, depth int, visit func(payload []byte) error) error {
	page, err := db.page(number)
	if err != nil {
		return err
	}
	if depth > sqliteMaxDepth {
		return errors.New("the SQLite file's tree is too deep")
	}
	start := 0
	if number == 1 {
		start = 100 // the file's header
	}
	kind, cells := page[start], int(binary.BigEndian.Uint16(page[start+3:]))
	switch kind {
	case sqliteLeaf:
		return db.walkLeaf(page, start+8, cells, visit)
	case sqliteInterior:
		return db.walkInterior(page, start, cells, depth, visit)
	}
	return fmt.Errorf("page %d of the SQLite file has type %d, not that of a table", number, kind)
}

func (db *sqlite) walkInterior(page []byte, start, cells, depth int, visit func([]byte) error) error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	for i := range cells {
		cell := cellOffset(page, start+12, i)
		if cell < 0 || cell+4 > len(page) {
			keep(errors.New("a cell of the SQLite file lies outside its page"))
			break
		}
		keep(db.walk(binary.BigEndian.Uint32(page[cell:]), depth+1, visit))
	}
	keep(db.walk(binary.BigEndian.Uint32(page[start+8:]), depth+1, visit))
	return first
}

func (db *sqlite) walkLeaf(page []byte, pointers, cells int, visit func([]byte) error) error {
	var first error
	for i := range cells {
		payload, err := db.payload(page, cellOffset(page, pointers, i))
		if err == nil {
			err = visit(payload)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// cellOffset reads the i-th cell pointer, -1 if it lies outside the page.
func cellOffset(page []byte, pointers, i int) int {
	at := pointers + 2*i
	if at+2 > len(page) {
		return -1
	}
	return int(binary.BigEndian.Uint16(page[at:]))
}

// payload gives a leaf cell's content with what overflows to other pages
// (file format, 1.6 and 1.7).
func (db *sqlite) payload(page []byte, cell int) ([]byte, error) {
	damaged := errors.New("a row of the SQLite file lies outside its page")
	if cell < 0 || cell > len(page) {
		return nil, damaged
	}
	size, n := sqliteVarint(page[cell:])
	_, m := sqliteVarint(page[cell+n:])
	if n == 0 || m == 0 || size > uint64(min(maxBlobSize, max(db.budget, 0))) {
		return nil, damaged
	}
	cell += n + m
	db.budget -= int64(size)
	local := db.local(int(size))
	if cell+local > db.usable {
		return nil, damaged
	}
	if local == int(size) {
		return page[cell : cell+local], nil
	}
	if cell+local+4 > db.usable {
		return nil, damaged
	}
	return db.overflow(page[cell:cell+local], int(size), binary.BigEndian.Uint32(page[cell+local:]))
}

// local is how many bytes of a payload stand in its own page.
func (db *sqlite) local(size int) int {
	if size <= db.usable-35 {
		return size
	}
	least := (db.usable-12)*32/255 - 23
	if local := least + (size-least)%(db.usable-4); local <= db.usable-35 {
		return local
	}
	return least
}

func (db *sqlite) overflow(head []byte, size int, next uint32) ([]byte, error) {
	payload := append([]byte(nil), head...)
	for len(payload) < size {
		page, err := db.page(next)
		if err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(page)
		payload = append(payload, page[4:4+min(size-len(payload), db.usable-4)]...)
	}
	return payload, nil
}

// sqliteRecord splits a record into its columns' bytes (file format, 2.1); nil
// if it is damaged. A column that is NULL or a constant has no bytes.
func sqliteRecord(payload []byte) [][]byte {
	headerSize, n := sqliteVarint(payload)
	if n == 0 || headerSize < uint64(n) || headerSize > uint64(len(payload)) {
		return nil
	}
	types, body := payload[n:headerSize], payload[headerSize:]
	var columns [][]byte
	for len(types) > 0 {
		serial, n := sqliteVarint(types)
		size := sqliteColumnSize(serial)
		if n == 0 || size > uint64(len(body)) {
			return nil
		}
		columns = append(columns, body[:size])
		types, body = types[n:], body[size:]
	}
	return columns
}

func sqliteColumnSize(serial uint64) uint64 {
	switch {
	case serial >= 12:
		return (serial - 12) / 2
	case serial <= 4:
		return serial
	case serial == 5:
		return 6
	case serial <= 7:
		return 8
	}
	return 0
}

// sqliteVarint reads a variable-length integer and tells its length, 0 if it
// is cut off.
func sqliteVarint(b []byte) (value uint64, length int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return value<<8 | uint64(b[i]), 9
		}
		value = value<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}

// bigEndianUint reads an integer column of up to four bytes; a page number
// beyond that is out of any file.
func bigEndianUint(b []byte) uint32 {
	if len(b) > 4 {
		return 0
	}
	value := uint32(0)
	for _, c := range b {
		value = value<<8 | uint32(c)
	}
	return value
}
