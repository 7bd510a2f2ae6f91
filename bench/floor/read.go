package main

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

const bufferSize = 256 << 10

// plain gives the layer's tar stream, inflated if need be.
func plain(b blob) (io.Reader, error) {
	buffered := bufio.NewReaderSize(b.reader(), bufferSize)
	magic, err := buffered.Peek(2)
	if err != nil {
		return nil, err
	}
	if magic[0] != 0x1f || magic[1] != 0x8b {
		return b.reader(), nil // which archive/tar can seek in
	}
	return gzip.NewReader(buffered)
}

// inflate reads the whole layer and throws it away.
func inflate(b blob) (total, error) {
	stream, err := plain(b)
	if err != nil {
		return total{}, err
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{stream}, make([]byte, bufferSize))
	return total{bytes: n}, err
}

// readTar walks the layer with archive/tar and hashes every regular file if asked to.
func readTar(b blob, hash bool) (total, error) {
	var sum total
	stream, err := plain(b)
	if err != nil {
		return sum, err
	}
	reader := tar.NewReader(stream)
	digest, buffer := sha256.New(), make([]byte, bufferSize)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		sum.entries++
		if header.Typeflag != tar.TypeReg {
			continue
		}
		sum.files, sum.bytes = sum.files+1, sum.bytes+header.Size
		if !hash {
			continue
		}
		digest.Reset()
		if _, err := io.CopyBuffer(digest, struct{ io.Reader }{reader}, buffer); err != nil {
			return sum, err
		}
		digest.Sum(buffer[:0])
	}
}
