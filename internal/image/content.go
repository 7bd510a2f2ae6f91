package image

import (
	"errors"
	"io"
)

// content gives the bytes of an uncompressed tar in order, without copying
// where they are mapped. What it returns is valid until the next call.
type content interface {
	// take gives the next 1 to n bytes, and io.EOF after the last.
	take(n int) ([]byte, error)
	// peek gives the next n bytes without taking them, fewer at the end.
	// n is at most peekMax.
	peek(n int) ([]byte, error)
}

const peekMax = 512

// mapped is content that is in memory as a whole.
type mapped struct {
	data     []byte
	progress *layerProgress
}

func (m *mapped) take(n int) ([]byte, error) {
	if len(m.data) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(m.data))
	taken := m.data[:n:n]
	m.data = m.data[n:]
	if m.progress != nil {
		m.progress.add(int64(n))
	}
	return taken, nil
}

func (m *mapped) peek(n int) ([]byte, error) {
	return m.data[:min(n, len(m.data))], nil
}

// streamed is content that comes from a reader through one buffer.
type streamed struct {
	r     io.Reader
	buf   []byte
	start int
	end   int
	err   error
}

// streamBuffer is large enough that the reader's own cost per call vanishes.
const streamBuffer = 256 << 10

func newStreamed(r io.Reader) *streamed {
	return &streamed{r: r, buf: make([]byte, streamBuffer)}
}

func (s *streamed) take(n int) ([]byte, error) {
	if s.start == s.end {
		s.start, s.end = 0, 0
		if err := s.fill(1); err != nil {
			return nil, err
		}
	}
	n = min(n, s.end-s.start)
	taken := s.buf[s.start : s.start+n : s.start+n]
	s.start += n
	return taken, nil
}

func (s *streamed) peek(n int) ([]byte, error) {
	if s.end-s.start < n {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
		if err := s.fill(n); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
	return s.buf[s.start:min(s.start+n, s.end)], nil
}

// fill reads until n bytes are buffered or the reader ends.
func (s *streamed) fill(n int) error {
	for s.end-s.start < n {
		if s.err != nil {
			return s.err
		}
		var got int
		got, s.err = s.r.Read(s.buf[s.end:])
		s.end += got
	}
	return nil
}
