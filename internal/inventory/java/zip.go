package java

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// Sizes and marks of the parts of a zip archive, from PKWARE's APPNOTE.TXT
// 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.
const (
	localHeaderSize  = 30
	entryHeaderSize  = 46
	endSize          = 22
	end64Size        = 56
	end64LocatorSize = 20
	maxCommentSize   = 1<<16 - 1
	zip64Extra       = 1
	methodStored     = 0
	methodDeflated   = 8
	directoryBuffer  = 64 << 10
	unknown32        = 1<<32 - 1
	markLocalHeader  = "PK\x03\x04"
	markEntry        = "PK\x01\x02"
	markEnd          = "PK\x05\x06"
	markEnd64        = "PK\x06\x06"
	markEnd64Locator = "PK\x06\x07"
	flagEncrypted    = 1
)

// zipFile is a zip archive whose directory is read entry by entry, never held
// in memory: an archive can claim millions of entries.
type zipFile struct {
	content io.ReaderAt
	// start is where the archive begins: a launcher script may precede it.
	start int64
	// directory and length say where in content the directory stands.
	directory, length int64
}

// zipEntry is one entry of the directory. Sizes are as the directory claims.
type zipEntry struct {
	// name is valid until the next entry is read.
	name             []byte
	method, flags    uint16
	crc              uint32
	packed, unpacked int64
	// header is the offset of the local header from the archive's start.
	header int64
}

var errDamaged = errors.New("its zip directory is damaged")

var little = binary.LittleEndian

// openZip finds the directory by the record at the archive's end.
func openZip(content io.ReaderAt, size int64) (zipFile, error) {
	tail := make([]byte, min(size, endSize+maxCommentSize))
	if _, err := content.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return zipFile{}, err
	}
	at := findEnd(tail)
	if at < 0 {
		return zipFile{}, errors.New("it has no zip directory: truncated, or not a zip archive")
	}
	end := size - int64(len(tail)) + int64(at)
	length, offset := int64(little.Uint32(tail[at+12:])), int64(little.Uint32(tail[at+16:]))
	if length == unknown32 || offset == unknown32 {
		var err error
		if end, length, offset, err = findEnd64(content, end); err != nil {
			return zipFile{}, err
		}
	}
	if length < 0 || offset < 0 || length > end || offset > end-length {
		return zipFile{}, errDamaged
	}
	z := zipFile{content: content, start: end - length - offset, directory: end - length, length: length}
	if z.start > 0 && length > 0 && !z.hasMark(z.directory) && z.hasMark(offset) {
		z.start, z.directory = 0, offset // data stand between directory and end
	}
	return z, nil
}

func (z zipFile) hasMark(at int64) bool {
	var mark [4]byte
	_, err := z.content.ReadAt(mark[:], at)
	return err == nil && string(mark[:]) == markEntry
}

// findEnd gives the place of the last end record whose comment fits, -1 if
// there is none.
func findEnd(tail []byte) int {
	for at := len(tail) - endSize; at >= 0; at-- {
		if string(tail[at:at+4]) == markEnd && at+endSize+int(little.Uint16(tail[at+20:])) <= len(tail) {
			return at
		}
	}
	return -1
}

// findEnd64 reads the end record of a zip64 archive, which stands before the
// locator that stands before the plain end record.
func findEnd64(content io.ReaderAt, plainEnd int64) (end, length, offset int64, err error) {
	end = plainEnd - end64LocatorSize - end64Size
	record := make([]byte, end64Size+end64LocatorSize)
	if end < 0 {
		return 0, 0, 0, errDamaged
	}
	if _, err := content.ReadAt(record, end); err != nil {
		return 0, 0, 0, err
	}
	if string(record[:4]) != markEnd64 || string(record[end64Size:end64Size+4]) != markEnd64Locator {
		return 0, 0, 0, errDamaged
	}
	return end, int64(little.Uint64(record[40:])), int64(little.Uint64(record[48:])), nil
}

// walk calls visit for every entry until it returns an error.
func (z zipFile) walk(visit func(zipEntry) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(z.content, z.directory, z.length), int(min(directoryBuffer, max(z.length, entryHeaderSize))))
	for {
		header, err := r.Peek(entryHeaderSize)
		if len(header) == 0 && err == io.EOF {
			return nil
		}
		if err != nil || string(header[:4]) != markEntry {
			return errDamaged
		}
		nameSize, extraSize := int(little.Uint16(header[28:])), int(little.Uint16(header[30:]))
		commentSize := int(little.Uint16(header[32:]))
		record, err := r.Peek(entryHeaderSize + nameSize + extraSize)
		if err != nil {
			return errDamaged
		}
		if err := visit(parseEntry(record, nameSize)); err != nil {
			return err
		}
		if _, err := r.Discard(len(record) + commentSize); err != nil {
			return errDamaged
		}
	}
}

func parseEntry(record []byte, nameSize int) zipEntry {
	e := zipEntry{
		name:     record[entryHeaderSize : entryHeaderSize+nameSize],
		flags:    little.Uint16(record[8:]),
		method:   little.Uint16(record[10:]),
		crc:      little.Uint32(record[16:]),
		packed:   int64(little.Uint32(record[20:])),
		unpacked: int64(little.Uint32(record[24:])),
		header:   int64(little.Uint32(record[42:])),
	}
	e.applyZip64(record[entryHeaderSize+nameSize:])
	return e
}

// applyZip64 takes the sizes that did not fit from the extra field: those that
// are marked unknown, in this order.
func (e *zipEntry) applyZip64(extra []byte) {
	for len(extra) >= 4 {
		id, size := little.Uint16(extra), int(little.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			return
		}
		if id == zip64Extra {
			values := extra[:size]
			for _, field := range []*int64{&e.unpacked, &e.packed, &e.header} {
				if *field == unknown32 && len(values) >= 8 {
					*field, values = int64(little.Uint64(values)), values[8:]
				}
			}
		}
		extra = extra[size:]
	}
}

// packedData gives an entry's bytes as they are stored.
func (z zipFile) packedData(e zipEntry) (*io.SectionReader, error) {
	if e.flags&flagEncrypted != 0 {
		return nil, errors.New("it is encrypted")
	}
	if e.header < 0 || e.packed < 0 || e.unpacked < 0 || e.header > z.directory {
		return nil, errDamaged
	}
	header := make([]byte, localHeaderSize)
	if _, err := z.content.ReadAt(header, z.start+e.header); err != nil || string(header[:4]) != markLocalHeader {
		return nil, errDamaged
	}
	data := z.start + e.header + localHeaderSize + int64(little.Uint16(header[26:])) + int64(little.Uint16(header[28:]))
	if data+e.packed < data || data+e.packed > z.directory {
		return nil, errDamaged
	}
	return io.NewSectionReader(z.content, data, e.packed), nil
}

// open unpacks an entry as a stream.
func (z zipFile) open(e zipEntry) (io.Reader, error) {
	packed, err := z.packedData(e)
	if err != nil {
		return nil, err
	}
	switch e.method {
	case methodStored:
		return packed, nil
	case methodDeflated:
		return flate.NewReader(packed), nil
	}
	return nil, fmt.Errorf("its compression method %d is not supported", e.method)
}

// read unpacks an entry whole, at most limit bytes whatever its size claims to
// be, and checks its sum.
func (z zipFile) read(e zipEntry, limit int64) ([]byte, error) {
	r, err := z.open(e)
	if err != nil {
		return nil, err
	}
	if e.unpacked > limit {
		return nil, fmt.Errorf("it is larger than %d bytes", limit)
	}
	// The claimed size is only a hint: deflate grows data 1032 times at most.
	var b bytes.Buffer
	b.Grow(int(min(e.unpacked, e.packed*1032) + bytes.MinRead))
	if _, err := b.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, fmt.Errorf("it is larger than %d bytes", limit)
	}
	if crc32.ChecksumIEEE(b.Bytes()) != e.crc {
		return nil, errors.New("its checksum is wrong")
	}
	return b.Bytes(), nil
}
