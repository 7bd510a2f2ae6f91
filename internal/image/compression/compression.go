// Package compression reads layers in whichever compression they are stored:
// plain, gzip or zstd, told by the first bytes and not by a media type, because
// media types lie. What comes out is bounded, so that a small hostile blob
// cannot keep the reader busy for ever.
package compression

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Kind is how a stream is compressed.
type Kind string

// The kinds that Detect tells apart. Bzip2 and XZ are recognised only to be
// refused by name.
const (
	Plain Kind = "plain"
	Gzip  Kind = "gzip"
	Zstd  Kind = "zstd"
	Bzip2 Kind = "bzip2"
	XZ    Kind = "xz"
)

// HeaderSize is the number of leading bytes that Detect needs.
const HeaderSize = 10

// Errors that reading can end with, apart from those of the source itself.
var (
	ErrUnsupported = errors.New("compression not supported")
	ErrTruncated   = errors.New("compressed data end too early")
	ErrCorrupt     = errors.New("compressed data are corrupt")
	ErrBomb        = errors.New("decompression bomb")
)

// Detect tells the compression from the first HeaderSize bytes of a stream (or
// all of a shorter one): RFC 1952 section 2.3.1, RFC 8878 sections 3.1.1 and
// 3.1.2 (skippable frames), the .xz format section 2.1.1.1, and the block magic
// that follows bzip2's "BZh", without which a plain tar whose first file is
// called BZh would be taken for bzip2. Anything else is Plain.
func Detect(header []byte) Kind {
	switch {
	case bytes.HasPrefix(header, []byte{0x1f, 0x8b, 8}):
		return Gzip
	case bytes.HasPrefix(header, []byte{0x28, 0xb5, 0x2f, 0xfd}), isSkippableFrame(header):
		return Zstd
	case bytes.HasPrefix(header, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		return XZ
	case isBzip2(header):
		return Bzip2
	}
	return Plain
}

func isSkippableFrame(header []byte) bool {
	return len(header) >= 4 && header[0]&0xf0 == 0x50 && bytes.Equal(header[1:4], []byte{0x2a, 0x4d, 0x18})
}

// isBzip2 looks for the first block's magic (pi) or the footer's (its square
// root), which follows at once in an empty stream.
func isBzip2(header []byte) bool {
	if len(header) < 10 || !bytes.HasPrefix(header, []byte("BZh")) {
		return false
	}
	magic := header[4:10]
	return bytes.Equal(magic, []byte{0x31, 0x41, 0x59, 0x26, 0x53, 0x59}) ||
		bytes.Equal(magic, []byte{0x17, 0x72, 0x45, 0x38, 0x50, 0x90})
}

// NewReader decompresses r. The reader must be closed, which gives its buffers
// back and leaves r alone; read with large buffers. Its errors are those of r
// unchanged, or wrap ErrTruncated, ErrCorrupt or ErrBomb; NewReader's own may
// wrap ErrUnsupported. Checksums that the format has are verified.
func NewReader(r io.Reader, limit Limit) (io.ReadCloser, Kind, error) {
	in := newInput(r)
	header, err := in.Peek(HeaderSize)
	if err != nil && err != io.EOF {
		in.release()
		return nil, "", err
	}
	kind := Detect(header)
	body, err := open(kind, in)
	if err != nil {
		in.release()
		return nil, kind, err
	}
	return &reader{kind: kind, in: in, body: body, limit: limit.withDefaults()}, kind, nil
}

func open(kind Kind, in *input) (io.ReadCloser, error) {
	switch kind {
	case Gzip:
		return newGzip(in.Reader), nil
	case Zstd:
		return newZstd(in.Reader)
	case Plain:
		return io.NopCloser(in.Reader), nil
	}
	return nil, fmt.Errorf("%w: the data are compressed with %s; build the image with gzip or zstd layers", ErrUnsupported, kind)
}

// reader watches over a decompressor: limits, and errors that say whose fault
// they are.
type reader struct {
	kind  Kind
	in    *input
	body  io.ReadCloser // nil once closed
	limit Limit
	out   int64
}

func (r *reader) Read(p []byte) (int, error) {
	if r.body == nil {
		return 0, fs.ErrClosed
	}
	n, err := r.body.Read(p)
	r.out += int64(n)
	if bomb := r.limit.check(r.kind, r.in.source.count, r.out); bomb != nil {
		return 0, bomb
	}
	if err != nil && err != io.EOF {
		return n, r.explain(err)
	}
	return n, err
}

func (r *reader) explain(err error) error {
	switch {
	case r.in.source.err != nil:
		return r.in.source.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: the %s stream stops in the middle, after %d bytes", ErrTruncated, r.kind, r.in.source.count)
	}
	return fmt.Errorf("%w: %s stream, within its first %d bytes: %w", ErrCorrupt, r.kind, r.in.source.count, err)
}

// Close gives the buffers back. It is safe to call twice.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	r.in.release()
	return err
}
