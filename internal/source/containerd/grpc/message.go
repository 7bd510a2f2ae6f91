package grpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// maxMessage is what containerd's own client allows a message, in bytes.
	maxMessage = 16 << 20
	// prefixSize is that of a message's prefix: a byte that tells if it is
	// compressed, and its length.
	prefixSize = 5
)

// frame puts the prefix before a message.
func frame(message []byte) []byte {
	framed := make([]byte, prefixSize, prefixSize+len(message))
	binary.BigEndian.PutUint32(framed[1:], uint32(len(message)))
	return append(framed, message...)
}

// readMessage reads a message into a buffer, which grows as it arrives and not as
// its prefix promises. The error is io.EOF if there is none.
func readMessage(r io.Reader, buffer *bytes.Buffer) ([]byte, error) {
	var prefix [prefixSize]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, err
	}
	if prefix[0] != 0 {
		return nil, errors.New("the server sends a compressed message, which it was not asked for")
	}
	length := int64(binary.BigEndian.Uint32(prefix[1:]))
	if length > maxMessage {
		return nil, fmt.Errorf("the server sends a message of %d bytes, the limit is %d", length, maxMessage)
	}
	buffer.Reset()
	_, err := io.CopyN(buffer, r, length)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return buffer.Bytes(), err
}
