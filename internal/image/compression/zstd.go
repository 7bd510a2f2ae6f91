package compression

import (
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest zstd window that is decoded, in bytes: what the
// reference decoder accepts without --long=31, and what level 22 needs. A
// decoder keeps that much history in memory.
const maxWindow = 128 << 20

var zstdDecoders sync.Pool

// zstdReader reads a series of frames; skippable ones are passed over.
type zstdReader struct{ decoder *zstd.Decoder }

func newZstd(src io.Reader) (*zstdReader, error) {
	decoder, ok := zstdDecoders.Get().(*zstd.Decoder)
	if !ok {
		var err error
		// One goroutine each: the engine reads layers in parallel, and a
		// decoder of its own goroutines would only add memory and hand-overs.
		decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, fmt.Errorf("the zstd decoder could not be set up: %w", err)
		}
	}
	if err := decoder.Reset(src); err != nil {
		return nil, fmt.Errorf("the zstd decoder could not be started: %w", err)
	}
	return &zstdReader{decoder}, nil
}

func (z *zstdReader) Read(p []byte) (int, error) { return z.decoder.Read(p) }

func (z *zstdReader) Close() error {
	if err := z.decoder.Reset(nil); err != nil {
		return fmt.Errorf("the zstd decoder could not be released: %w", err)
	}
	zstdDecoders.Put(z.decoder)
	return nil
}
