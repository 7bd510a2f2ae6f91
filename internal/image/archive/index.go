package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxMembers bounds the members of an archive: an image has some for each layer.
const maxMembers = 100_000

// tarIndex gives the members of a mapped tar without copying them.
type tarIndex struct {
	files map[string][]byte
	links map[string]string
}

// index lists a tar's members. Of several with one name the last counts.
func index(data []byte) (*tarIndex, error) {
	t := &tarIndex{files: map[string][]byte{}, links: map[string]string{}}
	reader := bytes.NewReader(data)
	archive := tar.NewReader(reader)
	for range maxMembers {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("it is not a tar, or it is damaged: %w", err)
		}
		start := len(data) - reader.Len()
		if int64(reader.Len()) < header.Size && header.Typeflag == tar.TypeReg {
			return nil, fmt.Errorf("it is truncated: %s should have %d bytes, and %d are there", header.Name, header.Size, reader.Len())
		}
		t.add(header, data, start)
	}
	return nil, fmt.Errorf("it has more than %d members", maxMembers)
}

func (t *tarIndex) add(header *tar.Header, data []byte, start int) {
	name := clean(header.Name)
	switch header.Typeflag {
	case tar.TypeReg:
		t.files[name] = data[start : start+int(header.Size) : start+int(header.Size)]
	case tar.TypeSymlink:
		// Docker before version 25 links layers that two images share.
		t.links[name] = clean(path.Join(path.Dir(name), header.Linkname))
	case tar.TypeLink:
		t.links[name] = clean(header.Linkname)
	}
}

func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (t *tarIndex) get(name string) ([]byte, bool) {
	name = clean(name)
	for range 10 {
		if data, found := t.files[name]; found {
			return data, true
		}
		target, linked := t.links[name]
		if !linked {
			return nil, false
		}
		name = target
	}
	return nil, false
}
