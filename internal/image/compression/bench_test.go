package compression

import (
	"bytes"
	"io"
	"testing"
)

// BenchmarkRead gives the speed over bytes that come out, read as the image
// engine reads: into one large buffer.
func BenchmarkRead(b *testing.B) {
	data := sample(64 << 20)
	for name, stored := range map[string][]byte{
		"gzip": tool(b, data, "gzip", "-6"), "zstd": tool(b, data, "zstd", "-3", "-c", "-q"), "plain": data,
	} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 256<<10)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				body, _, err := NewReader(bytes.NewReader(stored), Limit{})
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = body.Read(buf)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				body.Close()
			}
		})
	}
}
