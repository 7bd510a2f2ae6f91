package golang

import (
	"encoding/binary"
	"errors"
	"io"
)

// mark says whether an ELF file has a section that Go's linker writes.
type mark int

const (
	absent mark = iota
	present
	// unknown is a file whose section headers are damaged or were taken off.
	unknown
)

const maxSectionNames = 1 << 20

// goSections are written by Go's linker (cmd/link/internal/ld): the build
// information since Go 1.13, the table of functions always.
var goSections = []string{".go.buildinfo", ".gopclntab"}

var errHeaders = errors.New("damaged ELF headers")

func isELF(content io.ReaderAt) bool {
	var magic [4]byte
	_, err := content.ReadAt(magic[:], 0)
	return err == nil && string(magic[:]) == magicELF
}

// findMark looks for the sections by their names alone. Most programs of an
// image are not Go, and the standard library's reader would search their data
// for a mark of its own. Offsets are those of Elf32_Ehdr, Elf64_Ehdr, Elf32_Shdr
// and Elf64_Shdr in the System V ABI (gabi, chapters ELF Header and Sections).
func findMark(content io.ReaderAt, size int64) mark {
	header := make([]byte, 64)
	if _, err := content.ReadAt(header, 0); err != nil {
		return absent
	}
	e := layoutOf(header)
	table := e.sectionTable(header)
	// Go's linker stays far below 0xff00 sections, above which the count moves.
	if table.offset == 0 || table.count == 0 || table.names >= table.count || table.entrySize < e.headerSize() {
		return unknown
	}
	headers, err := readRange(content, size, table.offset, int64(table.count)*int64(table.entrySize))
	if err != nil {
		return unknown
	}
	section := func(i int) []byte { return headers[i*table.entrySize:] }
	offset, length := e.sectionData(section(table.names))
	names, err := readRange(content, size, offset, min(length, maxSectionNames))
	if err != nil {
		return unknown
	}
	for i := range table.count {
		if start := int64(e.order.Uint32(section(i))); start < int64(len(names)) && isGoSection(names[start:]) {
			return present
		}
	}
	return absent
}

// isGoSection compares the name that text begins with.
func isGoSection(text []byte) bool {
	for _, name := range goSections {
		if len(text) > len(name) && text[len(name)] == 0 && string(text[:len(name)]) == name {
			return true
		}
	}
	return false
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

func layoutOf(header []byte) elfLayout {
	e := elfLayout{order: binary.LittleEndian, wide: header[4] == 2}
	if header[5] == 2 {
		e.order = binary.BigEndian
	}
	return e
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

// withoutSections shows an ELF file as if it had no section headers, which
// Elf32_Ehdr and Elf64_Ehdr say in e_shoff, e_shentsize, e_shnum and e_shstrndx.
type withoutSections struct {
	content io.ReaderAt
}

func (w *withoutSections) ReadAt(p []byte, offset int64) (int, error) {
	n, err := w.content.ReadAt(p, offset)
	if offset >= 64 {
		return n, err
	}
	header := make([]byte, 64)
	if _, err := w.content.ReadAt(header, 0); err != nil {
		return 0, err
	}
	fields := [][2]int{{0x20, 0x24}, {0x2e, 0x34}}
	if layoutOf(header).wide {
		fields = [][2]int{{0x28, 0x30}, {0x3a, 0x40}}
	}
	for _, f := range fields {
		clear(header[f[0]:f[1]])
	}
	copy(p[:n], header[offset:])
	return n, err
}
