//go:build !isal || !cgo

package compression

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"

	"seawall/internal/image/compression/inflate"
)

// Inflater names what inflates gzip streams.
const Inflater = "own"

var (
	errHeader   = errors.New("gzip: the header is invalid")
	errChecksum = errors.New("gzip: the checksum or the length is wrong")
)

// Flags of a member's header (RFC 1952 section 2.3.1).
const (
	flagHeaderChecksum = 1 << 1
	flagExtra          = 1 << 2
	flagName           = 1 << 3
	flagComment        = 1 << 4
)

// nameSize bounds a name or comment in the header, with the zero behind it, in
// bytes: as much as compress/gzip takes.
const nameSize = 512

// ownInflater takes the wrapping of a member off: header before, checksum and
// length after the deflate stream.
type ownInflater struct {
	src     *bufio.Reader
	deflate inflate.Reader
	sum     hash.Hash32 // of the header, then of what came out
	size    uint32
}

func newInflater() inflater { return &ownInflater{sum: crc32.NewIEEE()} }

func (i *ownInflater) Reset(src *bufio.Reader) error {
	i.src, i.size = src, 0
	i.sum.Reset()
	if err := i.readHeader(); err != nil {
		return err
	}
	i.sum.Reset()
	i.deflate.Reset(src)
	return nil
}

// readHeader checks a header and skips what it says (RFC 1952 section 2.3).
func (i *ownInflater) readHeader() error {
	var fixed [10]byte
	if err := i.readSummed(fixed[:]); err != nil {
		return err
	}
	if fixed[0] != 0x1f || fixed[1] != 0x8b || fixed[2] != 8 {
		return errHeader
	}
	flags := fixed[3]
	if flags&flagExtra != 0 {
		if err := i.skipExtra(); err != nil {
			return err
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		if flags&flag != 0 {
			if err := i.skipName(); err != nil {
				return err
			}
		}
	}
	if flags&flagHeaderChecksum != 0 {
		return i.checkHeader()
	}
	return nil
}

func (i *ownInflater) readSummed(p []byte) error {
	_, err := io.ReadFull(io.TeeReader(i.src, i.sum), p)
	return err
}

func (i *ownInflater) skipExtra() error {
	var size [2]byte
	if err := i.readSummed(size[:]); err != nil {
		return err
	}
	_, err := io.CopyN(i.sum, i.src, int64(binary.LittleEndian.Uint16(size[:])))
	return err
}

func (i *ownInflater) skipName() error {
	var char [1]byte
	for range nameSize {
		if err := i.readSummed(char[:]); err != nil || char[0] == 0 {
			return err
		}
	}
	return errHeader
}

// checkHeader compares the low half of the checksum (RFC 1952 section 2.3.1,
// CRC16).
func (i *ownInflater) checkHeader() error {
	var stored [2]byte
	if _, err := io.ReadFull(i.src, stored[:]); err != nil {
		return err
	}
	if binary.LittleEndian.Uint16(stored[:]) != uint16(i.sum.Sum32()) {
		return errHeader
	}
	return nil
}

func (i *ownInflater) Read(p []byte) (int, error) {
	n, err := i.deflate.Read(p)
	i.sum.Write(p[:n])
	i.size += uint32(n)
	if err == io.EOF {
		err = i.checkTrailer()
	}
	return n, err
}

// checkTrailer gives io.EOF if the member is whole (RFC 1952 section 2.3.1,
// CRC32 and ISIZE).
func (i *ownInflater) checkTrailer() error {
	var stored [8]byte
	if _, err := io.ReadFull(i.src, stored[:]); err == io.EOF {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(stored[:4]) != i.sum.Sum32() || binary.LittleEndian.Uint32(stored[4:]) != i.size {
		return errChecksum
	}
	return io.EOF
}
