package compression

import (
	"bufio"
	"errors"
	"io"
	"sync"
)

var errTrailingData = errors.New("data that are not gzip follow the last gzip member")

// inflater decompresses one gzip member (RFC 1952 section 2.3) after another.
// The build tag isal chooses which library does it.
type inflater interface {
	// Reset starts on the member whose header is next in src.
	Reset(src *bufio.Reader) error
	// Read gives io.EOF after the member's last byte and a good checksum, with
	// src standing behind the member.
	Read(p []byte) (int, error)
}

var inflaters = sync.Pool{New: func() any { return newInflater() }}

// gzipReader reads a series of members as one stream: eStargz and pigz write
// many. Zero bytes after the last one are padding, as gzip(1) takes them.
type gzipReader struct {
	src      *bufio.Reader
	inflater inflater
	inMember bool
	err      error
}

func newGzip(src *bufio.Reader) *gzipReader {
	return &gzipReader{src: src, inflater: inflaters.Get().(inflater)}
}

func (g *gzipReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for g.err == nil {
		if !g.inMember {
			g.err = g.nextMember()
			continue
		}
		n, err := g.inflater.Read(p)
		if err == io.EOF {
			g.inMember = false
		} else {
			g.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, g.err
}

// nextMember gives io.EOF if only padding is left.
func (g *gzipReader) nextMember() error {
	magic, err := g.src.Peek(2)
	if err != nil && err != io.EOF {
		return err
	}
	if len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return g.skipPadding()
	}
	err = g.inflater.Reset(g.src)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	g.inMember = err == nil
	return err
}

func (g *gzipReader) skipPadding() error {
	for {
		b, err := g.src.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			return errTrailingData
		}
	}
}

func (g *gzipReader) Close() error {
	inflaters.Put(g.inflater)
	g.inflater = nil
	return nil
}
