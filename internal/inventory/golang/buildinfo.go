package golang

import (
	"debug/buildinfo"
	"encoding/binary"
	"errors"
	"io"
	"runtime/debug"
	"strings"
)

const magicELF = "\x7fELF"

// maxRead bounds the bytes that are read of one program, and so the memory that
// a crafted one can claim. A large program's build information has some 100 KiB.
const maxRead = 32 << 20

// readBuildInfo gives a program's build information, nil if it has none. An
// error means that it is a Go program and its information is damaged.
func readBuildInfo(content io.ReaderAt, size int64) (*debug.BuildInfo, error) {
	marked := false
	if isELF(content) {
		mark, err := findMark(content, size)
		if err != nil || mark == absent {
			return nil, nil // damaged headers: not loadable either
		}
		marked = mark == present
	}
	info, err := buildinfo.Read(&boundedReader{content: content, left: maxRead})
	if err == nil {
		return info, nil
	}
	if marked {
		return nil, err
	}
	return nil, nil
}

// boundedReader fails when more than the allowed bytes were read in total.
type boundedReader struct {
	content io.ReaderAt
	left    int64
}

func (r *boundedReader) ReadAt(p []byte, offset int64) (int, error) {
	r.left -= int64(len(p))
	if r.left < 0 {
		return 0, errors.New("its headers claim more data than is sensible")
	}
	return r.content.ReadAt(p, offset)
}

// mark says whether an ELF file has the section of Go's build information.
type mark int

const (
	absent mark = iota
	present
	// unknown is a file without section headers: packed or stripped by force.
	unknown
)

const (
	buildInfoSection = ".go.buildinfo"
	maxSectionNames  = 1 << 20
)

var errHeaders = errors.New("damaged ELF headers")

func isELF(content io.ReaderAt) bool {
	var magic [4]byte
	_, err := content.ReadAt(magic[:], 0)
	return err == nil && string(magic[:]) == magicELF
}

// findMark looks for the section by its name alone. Most programs of an image
// are not Go, and the standard library's reader would search their data for a
// mark of its own. Offsets are those of Elf32_Ehdr, Elf64_Ehdr, Elf32_Shdr and
// Elf64_Shdr in the System V ABI (gabi, chapters ELF Header and Sections).
func findMark(content io.ReaderAt, size int64) (mark, error) {
	header := make([]byte, 64)
	if _, err := content.ReadAt(header, 0); err != nil {
		return absent, errHeaders
	}
	e := elfLayout{order: binary.ByteOrder(binary.LittleEndian), wide: header[4] == 2}
	if header[5] == 2 {
		e.order = binary.BigEndian
	}
	table := e.sectionTable(header)
	if table.offset == 0 {
		return unknown, nil
	}
	// Go's linker stays far below 0xff00 sections, above which the count moves.
	if table.count == 0 || table.names >= table.count || table.entrySize < e.headerSize() {
		return absent, nil
	}
	headers, err := readRange(content, size, table.offset, int64(table.count)*int64(table.entrySize))
	if err != nil {
		return absent, err
	}
	section := func(i int) []byte { return headers[i*table.entrySize:] }
	offset, length := e.sectionData(section(table.names))
	names, err := readRange(content, size, offset, min(length, maxSectionNames))
	if err != nil {
		return absent, err
	}
	for i := range table.count {
		start := int64(e.order.Uint32(section(i)))
		if start < int64(len(names)) && strings.HasPrefix(string(names[start:min(start+int64(len(buildInfoSection))+1, int64(len(names)))]), buildInfoSection+"\x00") {
			return present, nil
		}
	}
	return absent, nil
}

// readRange reads a part of the file that its headers claim to exist.
func readRange(content io.ReaderAt, size, offset, length int64) ([]byte, error) {
	if offset < 0 || length < 0 || offset > size || length > size-offset {
		return nil, errHeaders
	}
	data := make([]byte, length)
	if _, err := content.ReadAt(data, offset); err != nil && err != io.EOF {
		return nil, err
	}
	return data, nil
}

// elfLayout reads fields of 32-bit and 64-bit headers in either byte order.
type elfLayout struct {
	order binary.ByteOrder
	wide  bool
}

type sectionTable struct {
	offset                  int64
	entrySize, count, names int
}

func (e elfLayout) sectionTable(header []byte) sectionTable {
	if e.wide {
		return sectionTable{
			offset:    int64(e.order.Uint64(header[0x28:])),
			entrySize: int(e.order.Uint16(header[0x3a:])),
			count:     int(e.order.Uint16(header[0x3c:])),
			names:     int(e.order.Uint16(header[0x3e:])),
		}
	}
	return sectionTable{
		offset:    int64(e.order.Uint32(header[0x20:])),
		entrySize: int(e.order.Uint16(header[0x2e:])),
		count:     int(e.order.Uint16(header[0x30:])),
		names:     int(e.order.Uint16(header[0x32:])),
	}
}

func (e elfLayout) headerSize() int {
	if e.wide {
		return 64
	}
	return 40
}

// sectionData gives where in the file a section's data stand.
func (e elfLayout) sectionData(section []byte) (offset, length int64) {
	if e.wide {
		return int64(e.order.Uint64(section[0x18:])), int64(e.order.Uint64(section[0x20:]))
	}
	return int64(e.order.Uint32(section[0x10:])), int64(e.order.Uint32(section[0x14:]))
}
