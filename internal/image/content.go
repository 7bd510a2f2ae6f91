package image

import (
	"errors"
	"io"
)

// content gives the bytes of an uncompressed tar in order, through one buffer.
// What it returns is valid until the next call.
//
// A plain layer in a file is read like this too and not mapped: fetching it in
// pieces that stay in the processor's cache measured faster than page faults
// (docs/decisions/0005).
type content struct {
	r io.Reader
	// again reads any place of the tar a second time, nil for a stream.
	again      io.ReaderAt
	buf        []byte
	start, end int
	err        error
}

// bufferSize is large enough that the reader's own cost per call vanishes.
const bufferSize = 256 << 10

func newContent(r io.Reader, again io.ReaderAt) *content {
	return &content{r: r, again: again, buf: make([]byte, bufferSize)}
}

// take gives the next 1 to n bytes, and io.EOF after the last.
func (c *content) take(n int) ([]byte, error) {
	if c.start == c.end {
		c.start, c.end = 0, 0
		if err := c.fill(1); err != nil {
			return nil, err
		}
	}
	n = min(n, c.end-c.start)
	taken := c.buf[c.start : c.start+n : c.start+n]
	c.start += n
	return taken, nil
}

// peek gives the next n bytes, at most bufferSize, without taking them; fewer
// at the end.
func (c *content) peek(n int) ([]byte, error) {
	if c.end-c.start < n {
		c.end = copy(c.buf, c.buf[c.start:c.end])
		c.start = 0
		if err := c.fill(n); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return c.buf[c.start:min(c.start+n, c.end)], nil
}

// fill reads until n bytes are buffered or the reader ends.
func (c *content) fill(n int) error {
	for c.end-c.start < n {
		if c.err != nil {
			return c.err
		}
		var got int
		got, c.err = c.r.Read(c.buf[c.end:])
		c.end += got
	}
	return nil
}
