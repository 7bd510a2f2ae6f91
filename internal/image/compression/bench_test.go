package compression

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRead gives the speed over bytes that come out, read as the image
// engine reads: into one large buffer. SEAWALL_BENCH_TAR names a tar to read
// in place of made-up data.
func BenchmarkRead(b *testing.B) {
	data := sample(64 << 20)
	if path := os.Getenv("SEAWALL_BENCH_TAR"); path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	}
	for name, stored := range map[string][]byte{
		"gzip": tool(b, data, "gzip", "-6"), "zstd": tool(b, data, "zstd", "-3", "-c", "-q"), "plain": data,
	} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 256<<10)
			b.SetBytes(int64(len(data)))
			before := cpuTime(b)
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
			spent := cpuTime(b) - before
			b.ReportMetric(float64(len(data))*float64(b.N)/1e6/spent.Seconds(), "MB/CPU-s")
		})
	}
}

// cpuTime is what the process has used: wall time says little on a busy machine.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
