package compression

import (
	"bytes"
	stdgzip "compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"
)

// sample is text-like: it compresses, but not to nothing.
func sample(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("usr lib share doc copyright package version depends install ok installed x86_64 linux gnu")
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(byte(r.IntN(256)))
	}
	return b.Bytes()[:n]
}

// tool compresses with the format's reference program.
func tool(t testing.TB, data []byte, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func stdGzip(data []byte) []byte {
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func readAll(r io.Reader, limit Limit) ([]byte, Kind, error) {
	body, kind, err := NewReader(r, limit)
	if err != nil {
		return nil, kind, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return data, kind, err
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name   string
		header string
		want   Kind
	}{
		{"empty", "", Plain},
		{"tar entry", "etc/passwd", Plain},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", Gzip},
		{"gzip with a method nobody defined", "\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x03", Plain},
		{"zstd", "\x28\xb5\x2f\xfd\x04\x00", Zstd},
		{"first skippable frame", "\x50\x2a\x4d\x18\x00\x00\x00\x00", Zstd},
		{"last skippable frame", "\x5f\x2a\x4d\x18\x00\x00\x00\x00", Zstd},
		{"just beside the skippable frames", "\x60\x2a\x4d\x18\x00\x00\x00\x00", Plain},
		{"xz", "\xfd7zXZ\x00\x00\x04\xe6\xd6", XZ},
		{"bzip2", "BZh91AY&SY", Bzip2},
		{"tar entry that begins as bzip2 does", "BZh9-notes", Plain},
		{"three bytes", "\x28\xb5\x2f", Plain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Detect([]byte(tt.header)); got != tt.want {
				t.Errorf("Detect = %s, want %s", got, tt.want)
			}
		})
	}
}

// TestReadsWhatReferenceToolsWrite feeds what other programs compressed, also
// one byte at a time, and checks the result byte for byte.
func TestReadsWhatReferenceToolsWrite(t *testing.T) {
	data := sample(300_000)
	tests := []struct {
		name  string
		kind  Kind
		bytes func(t *testing.T) []byte
	}{
		{"plain", Plain, func(*testing.T) []byte { return data }},
		{"gzip -1", Gzip, func(t *testing.T) []byte { return tool(t, data, "gzip", "-1") }},
		{"gzip -9", Gzip, func(t *testing.T) []byte { return tool(t, data, "gzip", "-9") }},
		{"gzip of Go", Gzip, func(*testing.T) []byte { return stdGzip(data) }},
		{"gzip in members", Gzip, func(*testing.T) []byte {
			return bytes.Join([][]byte{stdGzip(data[:10]), stdGzip(nil), stdGzip(data[10:70000]), stdGzip(data[70000:])}, nil)
		}},
		{"gzip with zero padding", Gzip, func(*testing.T) []byte { return append(stdGzip(data), make([]byte, 1000)...) }},
		{"zstd -1", Zstd, func(t *testing.T) []byte { return tool(t, data, "zstd", "-1", "-c", "-q") }},
		{"zstd with the largest window", Zstd, func(t *testing.T) []byte { return tool(t, data, "zstd", "-3", "--long=27", "-c", "-q") }},
		{"zstd frames", Zstd, func(t *testing.T) []byte {
			return append(tool(t, data[:100000], "zstd", "-c", "-q"), tool(t, data[100000:], "zstd", "-c", "-q")...)
		}},
		{"zstd between skippable frames", Zstd, func(t *testing.T) []byte {
			skip := "\x53\x2a\x4d\x18\x05\x00\x00\x00hello"
			return []byte(skip + string(tool(t, data, "zstd", "-c", "-q")) + skip)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stored := tt.bytes(t)
			for reader, r := range map[string]io.Reader{
				"whole": bytes.NewReader(stored), "halves": iotest.HalfReader(bytes.NewReader(stored)),
				"with EOF": iotest.DataErrReader(bytes.NewReader(stored)), "bytes": iotest.OneByteReader(bytes.NewReader(stored)),
			} {
				got, kind, err := readAll(r, Limit{})
				if err != nil || kind != tt.kind || sha256.Sum256(got) != sha256.Sum256(data) {
					t.Errorf("%s: %d bytes as %s, error %v; want %d as %s", reader, len(got), kind, err, len(data), tt.kind)
				}
			}
		})
	}
}

func TestEmptyStreams(t *testing.T) {
	for name, stored := range map[string][]byte{"plain": nil, "gzip": stdGzip(nil), "skippable": []byte("\x50\x2a\x4d\x18\x00\x00\x00\x00")} {
		got, _, err := readAll(bytes.NewReader(stored), Limit{})
		if err != nil || len(got) != 0 {
			t.Errorf("%s: %d bytes, error %v; want none", name, len(got), err)
		}
	}
}

// TestTruncated cuts streams at every place: each must be reported, except
// where the cut stands exactly between two members or frames.
func TestTruncated(t *testing.T) {
	data := sample(5000)
	streams := map[string][]byte{"gzip": stdGzip(data), "zstd": tool(t, data, "zstd", "-c", "-q")}
	for name, stored := range streams {
		for n := HeaderSize; n < len(stored); n++ {
			got, _, err := readAll(bytes.NewReader(stored[:n]), Limit{})
			if !errors.Is(err, ErrTruncated) {
				t.Fatalf("%s cut at %d of %d: %v, want ErrTruncated", name, n, len(stored), err)
			}
			if !bytes.HasPrefix(data, got) {
				t.Fatalf("%s cut at %d: what came out is not how the data begin", name, n)
			}
		}
	}
}

func TestCorrupt(t *testing.T) {
	data := sample(50000)
	flip := func(stored []byte, at int) []byte {
		stored = bytes.Clone(stored)
		stored[at] ^= 0x55
		return stored
	}
	gz := stdGzip(data)
	tests := map[string][]byte{
		"gzip checksum":        flip(gz, len(gz)-6),
		"gzip length":          flip(gz, len(gz)-1),
		"gzip middle":          flip(gz, len(gz)/2),
		"gzip trailing data":   append(bytes.Clone(gz), "garbage"...),
		"gzip bad second part": append(bytes.Clone(gz), "\x1f\x8b\x09\x00\x00\x00\x00\x00\x00\x00\x00"...),
	}
	for name, stored := range tests {
		if _, _, err := readAll(bytes.NewReader(stored), Limit{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", name, err)
		}
	}
	zst := tool(t, data, "zstd", "--check", "-c", "-q")
	for name, stored := range map[string][]byte{
		"zstd checksum":      flip(zst, len(zst)-1),
		"zstd trailing data": append(bytes.Clone(zst), "garbage"...),
	} {
		if _, _, err := readAll(bytes.NewReader(stored), Limit{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", name, err)
		}
	}
}

func TestUnsupported(t *testing.T) {
	for _, name := range []string{"bzip2", "xz"} {
		t.Run(name, func(t *testing.T) {
			_, kind, err := NewReader(bytes.NewReader(tool(t, sample(1000), name, "-c")), Limit{})
			if !errors.Is(err, ErrUnsupported) || string(kind) != name || !strings.Contains(err.Error(), name) {
				t.Errorf("kind %s, error %v", kind, err)
			}
		})
	}
}

func TestSourceErrorPassesUnchanged(t *testing.T) {
	reset := errors.New("connection reset by peer")
	for name, stored := range map[string][]byte{"gzip": stdGzip(sample(100000)), "plain": sample(100000)} {
		for _, after := range []int{0, 5, 1000, 40000} {
			r := io.MultiReader(bytes.NewReader(stored[:after]), iotest.ErrReader(reset))
			if _, _, err := readAll(r, Limit{}); err != reset {
				t.Errorf("%s after %d bytes: %v, want the source's own error", name, after, err)
			}
		}
	}
}

func TestBombs(t *testing.T) {
	zeros := make([]byte, 4<<20)
	gz, zst := stdGzip(zeros), tool(t, zeros, "zstd", "-c", "-q")
	tests := []struct {
		name   string
		stored []byte
		limit  Limit
		bomb   bool
	}{
		{"gzip below the floor", gz, Limit{}, false},
		{"gzip ratio", gz, Limit{Floor: 1 << 20}, true},
		{"gzip ratio allowed", gz, Limit{Floor: 1 << 20, Ratio: 2000}, false},
		{"zstd ratio", zst, Limit{Floor: 1 << 20}, true},
		{"gzip absolute", gz, Limit{Max: 4<<20 - 1}, true},
		{"gzip exactly the limit", gz, Limit{Max: 4 << 20}, false},
		{"plain absolute", zeros, Limit{Max: 1 << 20}, true},
		{"plain ratio", zeros, Limit{Floor: 1}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := readAll(bytes.NewReader(tt.stored), tt.limit)
			if errors.Is(err, ErrBomb) != tt.bomb || (!tt.bomb && (err != nil || len(got) != len(zeros))) {
				t.Errorf("%d bytes, error %v; want a bomb: %t", len(got), err, tt.bomb)
			}
		})
	}
}

// TestWindowIsBounded refuses a frame that asks for more history than any
// layer needs, before anything is allocated for it.
func TestWindowIsBounded(t *testing.T) {
	// Magic, descriptor (no content size, no checksum), window descriptor
	// with exponent 18: 2^28 bytes; one raw block of no bytes, the last.
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00}
	if _, _, err := readAll(bytes.NewReader(frame), Limit{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("256 MiB window: %v, want ErrCorrupt", err)
	}
	frame[5] = 17 << 3
	if _, _, err := readAll(bytes.NewReader(frame), Limit{}); err != nil {
		t.Errorf("128 MiB window: %v, want none", err)
	}
}

func TestClose(t *testing.T) {
	for name, stored := range map[string][]byte{"gzip": stdGzip(sample(1000)), "plain": sample(1000)} {
		body, _, err := NewReader(bytes.NewReader(stored), Limit{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(body.Close(), body.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := body.Read(make([]byte, 1)); err != fs.ErrClosed {
			t.Errorf("%s: reading a closed reader: %v, want ErrClosed", name, err)
		}
	}
}

// TestPooledReadersStayApart reads many streams at once, some of which break
// off, so that a buffer handed to two of them or left dirty would be seen.
func TestPooledReadersStayApart(t *testing.T) {
	failed := make(chan error, 16)
	for i := range cap(failed) {
		data := sample(100000 + i)
		stored := stdGzip(data)
		go func() {
			for range 5 {
				_, _, _ = readAll(bytes.NewReader(stored[:len(stored)/2]), Limit{})
				got, _, err := readAll(bytes.NewReader(stored), Limit{})
				if err == nil && !bytes.Equal(got, data) {
					err = errors.New("other data came out")
				}
				if err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}
