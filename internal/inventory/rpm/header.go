package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"seawall/internal/inventory/filelist"
)

// Tags of a package header (rpm, docs/manual/tags.md).
const (
	tagName            = 1000
	tagVersion         = 1001
	tagRelease         = 1002
	tagEpoch           = 1003
	tagVendor          = 1011
	tagLicense         = 1014
	tagPackager        = 1015
	tagArch            = 1022
	tagOldFilenames    = 1027
	tagSourceRPM       = 1044
	tagDirIndexes      = 1116
	tagBasenames       = 1117
	tagDirnames        = 1118
	tagModularityLabel = 5096
)

// Data types of a tag (rpm, docs/manual/format.md).
const (
	typeInt32       = 4
	typeString      = 6
	typeStringArray = 8
	typeI18NString  = 9
)

// Bounds of a header. rpm allows as many tags (lib/header.c), but larger
// headers, of 256 MiB; the largest of real packages have some 20 MiB.
const (
	maxTags     = 0xffff
	maxFiles    = 1 << 20
	maxBlobSize = 64 << 20
)

// record is one installed package as its header describes it.
type record struct {
	Name, Version, Release, Arch string
	Epoch                        int    `json:",omitempty"`
	SourceRPM                    string `json:",omitempty"`
	Vendor, Packager, License    string `json:",omitempty"`
	Module                       string `json:",omitempty"`
}

// header is a header in memory: index entries and the data they point into.
// All numbers are big-endian.
type header struct {
	index, data []byte
}

// newHeader splits a header as the databases store it: the number of index
// entries, the size of the data, the entries of 16 bytes, the data (rpm,
// docs/manual/format.md, "Header format", without the magic).
func newHeader(blob []byte) (header, error) {
	if len(blob) < 8 {
		return header{}, errors.New("a package header is shorter than 8 bytes")
	}
	tags, size := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	if tags > maxTags || size > maxBlobSize || uint64(len(blob)) < 8+16*uint64(tags)+uint64(size) {
		return header{}, fmt.Errorf("a package header claims %d tags and %d bytes, but has %d bytes in all", tags, size, len(blob))
	}
	end := 8 + 16*int(tags)
	return header{index: blob[8:end], data: blob[end : end+int(size)]}, nil
}

// find gives a tag's type, number of values and data up to the end of all data.
func (h header) find(tag uint32) (kind, count uint32, data []byte) {
	for entry := h.index; len(entry) >= 16; entry = entry[16:] {
		if binary.BigEndian.Uint32(entry) != tag {
			continue
		}
		if offset := binary.BigEndian.Uint32(entry[8:]); uint64(offset) <= uint64(len(h.data)) {
			return binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[12:]), h.data[offset:]
		}
	}
	return 0, 0, nil
}

// text gives a string tag, the first translation of a translated one.
func (h header) text(tag uint32) string {
	kind, _, data := h.find(tag)
	if kind != typeString && kind != typeI18NString && kind != typeStringArray {
		return ""
	}
	value, _, terminated := bytes.Cut(data, []byte{0})
	if !terminated {
		return ""
	}
	return strings.ToValidUTF8(string(value), "\uFFFD")
}

// numbers gives an array of 32-bit integers.
func (h header) numbers(tag uint32) []uint32 {
	kind, count, data := h.find(tag)
	if kind != typeInt32 || count > maxFiles || uint64(len(data)) < 4*uint64(count) {
		return nil
	}
	values := make([]uint32, count)
	for i := range values {
		values[i] = binary.BigEndian.Uint32(data[4*i:])
	}
	return values
}

// texts gives an array of strings; they share the header's memory.
func (h header) texts(tag uint32) [][]byte {
	kind, count, data := h.find(tag)
	if kind != typeStringArray || count > maxFiles || int64(count) > int64(len(data)) {
		return nil
	}
	values := make([][]byte, 0, count)
	for range count {
		value, rest, terminated := bytes.Cut(data, []byte{0})
		if !terminated {
			return nil
		}
		values, data = append(values, value), rest
	}
	return values
}

func (h header) record() record {
	r := record{
		Name: h.text(tagName), Version: h.text(tagVersion), Release: h.text(tagRelease), Arch: h.text(tagArch),
		SourceRPM: h.text(tagSourceRPM), Vendor: h.text(tagVendor), Packager: h.text(tagPackager),
		License: h.text(tagLicense), Module: h.text(tagModularityLabel),
	}
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 {
		r.Epoch = int(epoch[0])
	}
	return r
}

// addFiles lists the package's files: base names with the number of their
// directory, or, in headers of old rpm versions, whole names.
func (h header) addFiles(files *filelist.Builder, owner int) {
	dirs, bases, indexes := h.texts(tagDirnames), h.texts(tagBasenames), h.numbers(tagDirIndexes)
	for i := range min(len(bases), len(indexes)) {
		if int64(indexes[i]) < int64(len(dirs)) {
			files.Add(owner, strings.Trim(string(dirs[indexes[i]]), "/"), string(bases[i]))
		}
	}
	for _, name := range h.texts(tagOldFilenames) {
		dir, base := splitPath(string(name))
		files.Add(owner, strings.Trim(dir, "/"), base)
	}
}

func splitPath(name string) (dir, base string) {
	at := strings.LastIndexByte(name, '/')
	return name[:at+1], name[at+1:]
}

// evr joins epoch, version and release as advisories write them,
// "1:5.1.8-9.el9"; an epoch of 0 is not written.
func (r record) evr() string {
	version := r.Version
	if r.Release != "" {
		version += "-" + r.Release
	}
	if r.Epoch > 0 {
		version = strconv.Itoa(r.Epoch) + ":" + version
	}
	return version
}
