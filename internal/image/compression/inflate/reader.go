// Package inflate decompresses DEFLATE (RFC 1951). It does what compress/flate
// does, on the same streams, in less time: see
// docs/decisions/0004-inflate-of-our-own.md.
package inflate

import (
	"bufio"
	"errors"
	"io"
)

// ErrCorrupt is the error of data that are not DEFLATE.
var ErrCorrupt = errors.New("the deflate data are invalid")

const (
	// windowSize is how far back a match can reach (RFC 1951 section 2).
	windowSize = 32 << 10
	maxMatch   = 258
	// bufferSize is the window and what is decoded after it at one go.
	bufferSize = 256 << 10
	// roomNeeded is what one round of the fast loop may write: three pairs of
	// literals and a match, copied in words, so that the last one may run over.
	roomNeeded = 6 + maxMatch + 2*wordSize
	// fillLimit is where decoding stops: one more round always fits.
	fillLimit = bufferSize - roomNeeded
)

// Reader inflates one stream after another. It holds 256 KiB and its tables,
// whatever the stream says. Make it with new and start it with Reset.
type Reader struct {
	src *bufio.Reader
	// bits are read from src and not yet used, the next in the lowest place;
	// count is how many. Between two symbols they are fewer than a byte, but
	// for those that the code after them is already known to need.
	bits  uint64
	count uint

	block  blockKind
	stored int // bytes left in a stored block
	final  bool
	err    error

	litlen *litlenTable
	offset *offsetTable

	// buffer[given:made] has not been read from us yet; before it stands what
	// matches may still refer to.
	given, made int
	buffer      [bufferSize]byte

	ownLitlen litlenTable
	ownOffset offsetTable
	precode   precodeTable
}

// blockKind is what the next bits in the stream are.
type blockKind uint8

const (
	blockHeader blockKind = iota
	storedBlock
	huffmanBlock
)

// Reset starts on the stream whose first byte is next in src.
func (r *Reader) Reset(src *bufio.Reader) {
	r.src, r.err = src, nil
	r.bits, r.count = 0, 0
	r.block, r.final = blockHeader, false
	r.given, r.made = 0, 0
}

// Read gives io.EOF after the last byte of the stream's last block; the source
// then stands just behind it. Its other errors are ErrCorrupt,
// io.ErrUnexpectedEOF, or the source's own. What was decoded before an error is
// given first.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.given == r.made && r.err == nil {
		r.slide()
		r.err = r.fill()
	}
	if r.given == r.made {
		return 0, r.err
	}
	n := copy(p, r.buffer[r.given:r.made])
	r.given += n
	return n, nil
}

// slide moves the window to the front, once everything has been read.
func (r *Reader) slide() {
	if r.made > windowSize {
		copy(r.buffer[:], r.buffer[r.made-windowSize:r.made])
		r.given, r.made = windowSize, windowSize
	}
}

// fill decodes until the buffer is full or the stream ends.
func (r *Reader) fill() error {
	for r.made < fillLimit {
		var err error
		switch r.block {
		case storedBlock:
			err = r.readStored()
		case huffmanBlock:
			err = r.readHuffman()
		case blockHeader:
			if r.final {
				return io.EOF
			}
			err = r.readHeader()
		}
		if err != nil {
			return noEOF(err)
		}
	}
	return nil
}

// noEOF says of an end within the stream that it comes too early.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readStored copies from a block that is not compressed (RFC 1951 section
// 3.2.4).
func (r *Reader) readStored() error {
	if r.stored == 0 {
		r.block = blockHeader
		return nil
	}
	n, err := r.src.Read(r.buffer[r.made:min(r.made+r.stored, fillLimit)])
	r.made += n
	r.stored -= n
	return err
}

// readHuffman decodes symbols, in the fast loop wherever there is input enough.
func (r *Reader) readHuffman() error {
	for r.made < fillLimit && r.block == huffmanBlock {
		decode := r.decodeOne
		if r.src.Buffered() > inputNeeded {
			decode = r.decodeFast
		}
		if err := decode(); err != nil {
			return err
		}
	}
	return nil
}
