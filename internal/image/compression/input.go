package compression

import (
	"bufio"
	"io"
	"sync"
)

// inputBuffer is the size in bytes in which compressed data are fetched.
// Larger ones measured no faster.
const inputBuffer = 64 << 10

// input is the compressed side: buffered (the inflaters work in the buffer
// of a *bufio.Reader), counted, and with the source's own error kept apart from
// what a decompressor makes of it.
type input struct {
	*bufio.Reader
	source source
}

type source struct {
	r     io.Reader
	count int64
	err   error
}

var inputs = sync.Pool{New: func() any {
	return &input{Reader: bufio.NewReaderSize(nil, inputBuffer)}
}}

func newInput(r io.Reader) *input {
	in := inputs.Get().(*input)
	in.source = source{r: r}
	in.Reset(&in.source)
	return in
}

func (in *input) release() {
	in.source = source{}
	in.Reset(nil)
	inputs.Put(in)
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.count += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
