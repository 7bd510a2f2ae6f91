package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	kflate "github.com/klauspost/compress/flate"
)

// readers are used again, as they are outside of tests: they are large.
var readers = sync.Pool{New: func() any { return new(Reader) }}

// inflateAll gives what came out, what the source has left, and the error.
func inflateAll(src io.Reader) (out, rest []byte, err error) {
	r := readers.Get().(*Reader)
	defer readers.Put(r)
	buffered := bufio.NewReaderSize(src, 4096)
	r.Reset(buffered)
	out, err = io.ReadAll(r)
	rest, _ = io.ReadAll(buffered) // an error of the source is in err already
	return out, rest, err
}

// standard does the same with the standard library.
func standard(stored []byte) (out, rest []byte, err error) {
	src := bytes.NewReader(stored)
	out, err = io.ReadAll(flate.NewReader(src))
	rest, _ = io.ReadAll(src) // memory does not fail
	return out, rest, err
}

// samples are data of which compressors make every kind of block and match.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	words := strings.Fields("usr lib share doc copyright package version depends install ok installed x86_64 linux gnu")
	var text, mixed, skewed bytes.Buffer
	for text.Len() < 200_000 {
		text.WriteString(words[r.IntN(len(words))])
		text.WriteByte(byte(r.IntN(256)))
	}
	for period := 1; mixed.Len() < 300_000; period++ {
		mixed.Write(bytes.Repeat(random[:period], 1+r.IntN(1000)/period))
		mixed.Write(text.Bytes()[period*500%190_000:][:r.IntN(2000)])
		mixed.Write(random[period*300%90_000:][:r.IntN(400)])
	}
	for skewed.Len() < 100_000 { // codes as long as they get
		skewed.WriteByte(byte(r.ExpFloat64() * 8))
	}
	return map[string][]byte{
		"empty": nil, "one byte": {'x'}, "few": []byte("few few few"), "random": random, "text": text.Bytes(),
		"mixed": mixed.Bytes(), "skewed": skewed.Bytes(), "zeros": make([]byte, 600_000),
		"far": bytes.Repeat(random[:32768], 5),
	}
}

// compressors write raw DEFLATE, in this process.
func compressors() map[string]func(testing.TB, []byte) []byte {
	all := map[string]func(testing.TB, []byte) []byte{}
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		all[fmt.Sprintf("go %d", level)] = func(t testing.TB, data []byte) []byte {
			var b bytes.Buffer
			w, err := flate.NewWriter(&b, level)
			return written(t, &b, w, err, data)
		}
		all[fmt.Sprintf("klauspost %d", level)] = func(t testing.TB, data []byte) []byte {
			var b bytes.Buffer
			w, err := kflate.NewWriter(&b, level)
			return written(t, &b, w, err, data)
		}
	}
	return all
}

// programs are compressors that share no code with Go's.
func programs() map[string]func(testing.TB, []byte) []byte {
	all := map[string]func(testing.TB, []byte) []byte{}
	for _, level := range []int{1, 6, 9} {
		all[fmt.Sprintf("gzip -%d", level)] = func(t testing.TB, data []byte) []byte {
			wrapped := run(t, data, "gzip", "-n", fmt.Sprintf("-%d", level))
			return wrapped[10 : len(wrapped)-8]
		}
	}
	for _, strategy := range []string{"DEFAULT_STRATEGY", "FILTERED", "HUFFMAN_ONLY", "RLE", "FIXED"} {
		all["zlib "+strategy] = func(t testing.TB, data []byte) []byte {
			return run(t, data, "python3", "-c", fmt.Sprintf(`import sys, zlib
c = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_%s)
sys.stdout.buffer.write(c.compress(sys.stdin.buffer.read()) + c.flush())`, strategy))
		}
	}
	return all
}

func written(t testing.TB, b *bytes.Buffer, w io.WriteCloser, err error, data []byte) []byte {
	t.Helper()
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func run(t testing.TB, data []byte, name string, args ...string) []byte {
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

// TestReadsWhatCompressorsWrite also sees to it that the source stands behind
// the stream afterwards, however the bytes came in.
func TestReadsWhatCompressorsWrite(t *testing.T) {
	data := samples()
	for name, compress := range compressors() {
		t.Run(name, func(t *testing.T) {
			for kind, want := range data {
				stored := append(compress(t, want), "behind"...)
				for way, src := range map[string]io.Reader{
					"whole":  bytes.NewReader(stored),
					"halves": iotest.HalfReader(bytes.NewReader(stored)),
					"EOF":    iotest.DataErrReader(bytes.NewReader(stored)),
				} {
					got, rest, err := inflateAll(src)
					if err != nil || !bytes.Equal(got, want) || string(rest) != "behind" {
						t.Errorf("%s, %s: %d bytes, want %d, then %q, error %v", kind, way, len(got), len(want), rest, err)
					}
				}
			}
		})
	}
}

func TestReadsWhatProgramsWrite(t *testing.T) {
	var want []byte
	for _, data := range samples() {
		want = append(want, data...)
	}
	for name, compress := range programs() {
		t.Run(name, func(t *testing.T) {
			got, rest, err := inflateAll(bytes.NewReader(compress(t, want)))
			if err != nil || !bytes.Equal(got, want) || len(rest) != 0 {
				t.Errorf("%d bytes, want %d, then %q, error %v", len(got), len(want), rest, err)
			}
		})
	}
}

func TestOneByteAtATime(t *testing.T) {
	want := samples()["mixed"][:100_000]
	stored := append(compressors()["go 6"](t, want), "behind"...)
	src := bufio.NewReader(iotest.OneByteReader(bytes.NewReader(stored)))
	r := new(Reader)
	r.Reset(src)
	got, err := io.ReadAll(iotest.OneByteReader(r))
	rest, _ := io.ReadAll(src)
	if err != nil || !bytes.Equal(got, want) || string(rest) != "behind" {
		t.Errorf("%d bytes, want %d, then %q, error %v", len(got), len(want), rest, err)
	}
}

// TestReset reuses a reader in the middle of a stream and after errors: nothing
// of the one before may be seen by the next.
func TestReset(t *testing.T) {
	r := new(Reader)
	want := samples()["text"]
	stored := compressors()["go 6"](t, want)
	for _, before := range [][]byte{stored, stored[:1000], {7}} {
		r.Reset(bufio.NewReader(bytes.NewReader(before)))
		_, _ = io.ReadFull(r, make([]byte, 5000)) // whatever it gives
		r.Reset(bufio.NewReader(bytes.NewReader(stored)))
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, error %v; want %d", len(got), err, len(want))
		}
	}
	// A match into what an earlier stream left in the buffer.
	var w bitWriter
	w.fixedBlock()
	w.match(3, 1)
	w.endOfBlock()
	r.Reset(bufio.NewReader(bytes.NewReader(w.bytes())))
	if got, err := io.ReadAll(r); err != ErrCorrupt {
		t.Errorf("%q, error %v; want ErrCorrupt", got, err)
	}
}

// TestTruncated cuts streams at every byte.
func TestTruncated(t *testing.T) {
	want := samples()["mixed"][:4000]
	for name, level := range map[string]int{"stored": 0, "fixed and dynamic": 9, "no matches": flate.HuffmanOnly} {
		stored := compressors()[fmt.Sprintf("go %d", level)](t, want)
		for n := range stored {
			got, _, err := inflateAll(bytes.NewReader(stored[:n]))
			if err != io.ErrUnexpectedEOF || !bytes.HasPrefix(want, got) {
				t.Fatalf("%s cut at %d of %d: %d bytes, error %v", name, n, len(stored), len(got), err)
			}
		}
	}
}

func TestSourceError(t *testing.T) {
	reset := errors.New("connection reset by peer")
	stored := compressors()["go 6"](t, samples()["mixed"])
	for _, n := range []int{0, 1, 100, 5000, len(stored) - 1} {
		_, _, err := inflateAll(io.MultiReader(bytes.NewReader(stored[:n]), iotest.ErrReader(reset)))
		if err != reset {
			t.Errorf("after %d bytes: %v, want the source's own error", n, err)
		}
	}
}

// TestMatches writes streams of fixed codes with every distance and every
// length, which no compressor can be made to use.
func TestMatches(t *testing.T) {
	data := samples()["random"][:40_000]
	for first := 1; first <= windowSize; first += 4096 {
		var w bitWriter
		w.fixedBlock()
		want := bytes.Clone(data)
		for _, b := range data {
			w.literal(b)
		}
		for distance := first; distance < first+4096; distance++ {
			length := 3 + (distance*7+distance/256)%256
			w.match(length, distance)
			for range length {
				want = append(want, want[len(want)-distance])
			}
			w.literal(byte(distance))
			want = append(want, byte(distance))
		}
		w.endOfBlock()
		got, _, err := inflateAll(bytes.NewReader(w.bytes()))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("distances from %d: %d bytes, want %d, error %v", first, len(got), len(want), err)
		}
		if std, _, err := standard(w.bytes()); err != nil || !bytes.Equal(std, want) {
			t.Fatalf("the test's own stream is wrong: %v", err)
		}
	}
}

func TestShortDistances(t *testing.T) {
	for distance := 1; distance <= 40; distance++ {
		var w bitWriter
		w.fixedBlock()
		want := []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		for _, b := range want {
			w.literal(b)
		}
		for length := 3; length <= maxMatch; length++ {
			w.match(length, distance)
			w.literal(byte(length))
			for range length {
				want = append(want, want[len(want)-distance])
			}
			want = append(want, byte(length))
		}
		w.endOfBlock()
		got, _, err := inflateAll(bytes.NewReader(w.bytes()))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("distance %d: %d bytes, want %d, error %v", distance, len(got), len(want), err)
		}
	}
}
