package compression

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"testing"
)

// FuzzReader must end every stream within its limits, with one of the named
// errors, and must agree with the standard library on what is in a gzip stream.
func FuzzReader(f *testing.F) {
	gz := stdGzip(sample(300))
	for _, seed := range [][]byte{
		nil, gz, gz[:len(gz)/2], append(bytes.Clone(gz), gz...), append(bytes.Clone(gz), 0, 0), append(bytes.Clone(gz), "x"...),
		{0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00},
		[]byte("\x50\x2a\x4d\x18\x02\x00\x00\x00ab"),
		[]byte("BZh91AY&SY"), sample(600),
	} {
		f.Add(seed)
	}
	limit := Limit{Max: 1 << 20, Ratio: 500, Floor: 1 << 16}
	f.Fuzz(func(t *testing.T, stored []byte) {
		got, kind, err := readAll(bytes.NewReader(stored), limit)
		if int64(len(got)) > limit.Max {
			t.Fatalf("%d bytes came out, the limit is %d", len(got), limit.Max)
		}
		named := errors.Is(err, ErrBomb) || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrUnsupported)
		if err != nil && !named {
			t.Fatalf("error of no known kind: %v", err)
		}
		if kind == Gzip && !errors.Is(err, ErrBomb) {
			compareWithStandardLibrary(t, stored, got, err)
		}
	})
}

func compareWithStandardLibrary(t *testing.T, stored, got []byte, err error) {
	t.Helper()
	var want []byte
	r, stdErr := stdgzip.NewReader(bytes.NewReader(stored))
	if stdErr == nil {
		want, stdErr = io.ReadAll(r)
	}
	if Inflater == "isal" && errors.Is(stdErr, stdgzip.ErrHeader) {
		return // ISA-L takes longer names and reserved flags
	}
	if stdErr == nil && (err != nil || !bytes.Equal(got, want)) {
		t.Fatalf("%d bytes, error %v; the standard library reads %d", len(got), err, len(want))
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes; the standard library reads %d before %v", len(got), len(want), stdErr)
	}
}
