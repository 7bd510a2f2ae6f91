//go:build !isal || !cgo

package compression

import (
	"bufio"

	"github.com/klauspost/compress/gzip"
)

// Inflater names the library that inflates gzip streams.
const Inflater = "klauspost"

type klauspostInflater struct{ gzip.Reader }

func newInflater() inflater { return new(klauspostInflater) }

func (i *klauspostInflater) Reset(src *bufio.Reader) error {
	err := i.Reader.Reset(src)
	i.Multistream(false)
	return err
}
