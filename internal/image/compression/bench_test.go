package compression

import (
	"bufio"
	"bytes"
	stdgzip "compress/gzip"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
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

// BenchmarkGzip sets what NewReader uses beside other libraries, the checksum
// included. SEAWALL_BENCH_LAYERS is a pattern of gzip files to read in place of
// made-up data.
func BenchmarkGzip(b *testing.B) {
	layers := [][]byte{stdGzip(sample(16 << 20))}
	if pattern := os.Getenv("SEAWALL_BENCH_LAYERS"); pattern != "" {
		layers = readFiles(b, pattern)
	}
	openers := map[string]func(io.Reader) (io.Reader, error){
		Inflater: func(r io.Reader) (io.Reader, error) {
			body, _, err := NewReader(r, Limit{})
			return body, err
		},
		"klauspost": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(bufio.NewReaderSize(r, inputBuffer)) },
		"standard":  func(r io.Reader) (io.Reader, error) { return stdgzip.NewReader(bufio.NewReaderSize(r, inputBuffer)) },
	}
	buf := make([]byte, 256<<10)
	for name, open := range openers {
		b.Run(name, func(b *testing.B) {
			before, total := cpuTime(b), int64(0)
			for b.Loop() {
				for _, layer := range layers {
					body, err := open(bytes.NewReader(layer))
					for n := 0; err == nil; total += int64(n) {
						n, err = body.Read(buf)
					}
					if err != io.EOF {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(total)/1e6/(cpuTime(b)-before).Seconds(), "MB/CPU-s")
		})
	}
}

func readFiles(b *testing.B, pattern string) [][]byte {
	b.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		b.Fatalf("no files %s: %v", pattern, err)
	}
	var files [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, data)
	}
	return files
}
