package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"strings"
)

// maxMembers bounds the members of an archive: an image has some for each layer.
const maxMembers = 100_000

// tarIndex gives the members of a tar where they stand in its file.
type tarIndex struct {
	file  io.ReaderAt
	files map[string]extent
	links map[string]string
}

// extent is a part of a file, in bytes.
type extent struct{ start, size int64 }

// index lists a tar's members. Of several with one name the last counts.
func index(file io.ReaderAt) (*tarIndex, error) {
	t := &tarIndex{file: file, files: map[string]extent{}, links: map[string]string{}}
	reader := io.NewSectionReader(file, 0, math.MaxInt64)
	archive := tar.NewReader(reader)
	for range maxMembers {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, damaged(err)
		}
		start, err := reader.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		if header.Typeflag == tar.TypeReg && header.Size > 0 && !holds(file, start+header.Size-1) {
			return nil, fmt.Errorf("it is truncated: %s should have %d bytes, which are not all there", header.Name, header.Size)
		}
		t.add(header, start)
	}
	return nil, fmt.Errorf("it has more than %d members", maxMembers)
}

// damaged says why the next member cannot be found.
func damaged(err error) error {
	switch {
	case errors.Is(err, tar.ErrHeader):
		return errors.New("it is not a tar, or it is damaged: what should be the header of a member is none")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it is truncated: %w", err)
	}
	return fmt.Errorf("it is not a tar, or it is damaged: %w", err)
}

// holds tells if a file reaches a place.
func holds(file io.ReaderAt, at int64) bool {
	var last [1]byte
	n, _ := file.ReadAt(last[:], at)
	return n == 1
}

func (t *tarIndex) add(header *tar.Header, start int64) {
	name := clean(header.Name)
	switch header.Typeflag {
	case tar.TypeReg:
		t.files[name] = extent{start, header.Size}
	case tar.TypeSymlink:
		// Docker before version 25 links layers that two images share.
		t.links[name] = clean(path.Join(path.Dir(name), header.Linkname))
	case tar.TypeLink:
		t.links[name] = clean(header.Linkname)
	}
}

func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (t *tarIndex) get(name string) (*io.SectionReader, error) {
	name = clean(name)
	for range 10 {
		if at, found := t.files[name]; found {
			return io.NewSectionReader(t.file, at.start, at.size), nil
		}
		target, linked := t.links[name]
		if !linked {
			return nil, fs.ErrNotExist
		}
		name = target
	}
	return nil, fs.ErrNotExist
}
