package golang

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"io"
	"runtime/debug"
)

const (
	magicELF = "\x7fELF"
	// magicUPX stands in what the packer UPX (upx.github.io) writes behind a
	// program's headers.
	magicUPX = "UPX!"
	// magicBuildInfo begins the build information (package debug/buildinfo).
	magicBuildInfo = "\xff Go buildinf:"
)

// maxRead bounds the bytes that are read of one program, and so the memory that
// a crafted one can claim. A large program's build information has some 100 KiB.
const maxRead = 32 << 20

var errDamaged = errors.New("it is a Go program whose build information is damaged or was taken out, so its modules are not listed: build it again, and don't strip more than -ldflags=-s does")

var errPacked = errors.New("it is packed with UPX, so the modules in it cannot be read: unpack it (upx -d), or scan it before it is packed")

// readBuildInfo gives a program's build information, nil if it has none. An
// error means that it is a Go program and its information is damaged, or that
// nobody can tell what it is.
func readBuildInfo(content io.ReaderAt, size int64) (*debug.BuildInfo, error) {
	if isPacked(content) {
		return nil, errPacked
	}
	mark := unknown
	elf := isELF(content)
	if elf {
		mark = findMark(content, size)
	}
	if mark == absent {
		return nil, nil
	}
	info, err := buildinfo.Read(&boundedReader{content: content, left: maxRead})
	if err != nil && elf {
		// The kernel loads a program without looking at its sections, so they
		// need not be right. Without them the data segment is searched.
		info, err = buildinfo.Read(&boundedReader{content: &withoutSections{content}, left: maxRead})
	}
	if err == nil {
		return info, nil
	}
	if mark == present || holdsMark(content, size) {
		return nil, errDamaged
	}
	return nil, nil
}

// isPacked tells if UPX's mark follows the headers, which for ELF and PE end
// before the first KiB.
func isPacked(content io.ReaderAt) bool {
	start := make([]byte, 1024)
	n, _ := content.ReadAt(start, 0)
	return bytes.Contains(start[:n], []byte(magicUPX))
}

// holdsMark searches a whole file whose headers don't tell what is in it.
func holdsMark(content io.ReaderAt, size int64) bool {
	chunk := make([]byte, 64<<10)
	for at := int64(0); at < size; at += int64(len(chunk) - len(magicBuildInfo)) {
		n, _ := content.ReadAt(chunk, at)
		if bytes.Contains(chunk[:n], []byte(magicBuildInfo)) {
			return true
		}
	}
	return false
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
