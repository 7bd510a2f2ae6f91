package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry is what both readers must agree on.
type tarEntry struct {
	Name, Link       string
	Type             byte
	Mode, Size       int64
	UID, GID, MTime  int64
	Capability, Hash string
}

// ours lists a tar with our reader.
func ours(c *content) ([]tarEntry, error) {
	var list []tarEntry
	t := newTarReader(c)
	for {
		h, err := t.next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		e := tarEntry{string(h.name), string(h.link), h.typeflag, h.mode, h.size, h.uid, h.gid, h.mtime, h.capability, ""}
		sum := sha256.New()
		for {
			chunk, err := t.take(7777)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return list, err
			}
			sum.Write(chunk)
		}
		e.Hash = fmt.Sprintf("%x", sum.Sum(nil))
		list = append(list, e)
	}
}

// oracle lists a tar with the standard library.
func oracle(data []byte) ([]tarEntry, error) {
	var list []tarEntry
	t := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, t); err != nil {
			return list, err
		}
		list = append(list, tarEntry{
			h.Name, h.Linkname, h.Typeflag, h.Mode, h.Size, int64(h.Uid), int64(h.Gid), h.ModTime.Unix(),
			h.PAXRecords["SCHILY.xattr.security.capability"], fmt.Sprintf("%x", sum.Sum(nil)),
		})
	}
}

// sampleTar has every kind of entry in one format.
func sampleTar(t testing.TB, format tar.Format) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	long := strings.Repeat("directory/", 20) + "file"
	headers := []tar.Header{
		{Name: "dir/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "dir/file", Typeflag: tar.TypeReg, Mode: 0o4755, Uid: 1000, Gid: 100, Size: 1300},
		{Name: "dir/empty", Typeflag: tar.TypeReg, Mode: 0o644},
		{Name: "dir/link", Typeflag: tar.TypeSymlink, Linkname: "../target"},
		{Name: "dir/hard", Typeflag: tar.TypeLink, Linkname: "dir/file"},
		{Name: "dev/null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		{Name: "dev/disk", Typeflag: tar.TypeBlock},
		{Name: "pipe", Typeflag: tar.TypeFifo},
	}
	if format != tar.FormatUSTAR {
		headers = append(headers,
			tar.Header{Name: long, Typeflag: tar.TypeReg, Size: 5},
			tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: long},
			tar.Header{Name: "big-ids", Typeflag: tar.TypeReg, Uid: 1 << 30, Gid: 1 << 29, Size: 512})
	} else {
		headers = append(headers, tar.Header{Name: strings.Repeat("p", 90) + "/" + strings.Repeat("n", 90), Typeflag: tar.TypeReg, Size: 3})
	}
	if format == tar.FormatPAX {
		headers = append(headers, tar.Header{
			Name: "capable", Typeflag: tar.TypeReg, Mode: 0o755, Size: 1,
			PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		})
	}
	for _, h := range headers {
		h.Format, h.ModTime = format, time.Unix(1_700_000_000, 0)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte("x"), int(h.Size))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var tarFormats = []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU}

func TestTarAgreesWithStandardLibrary(t *testing.T) {
	for _, format := range tarFormats {
		t.Run(format.String(), func(t *testing.T) {
			data := sampleTar(t, format)
			want, err := oracle(data)
			if err != nil {
				t.Fatal(err)
			}
			for name, c := range map[string]*content{
				"whole":           newContent(bytes.NewReader(data), nil),
				"byte by byte":    newContent(iotest.OneByteReader(bytes.NewReader(data)), nil),
				"data with error": newContent(iotest.DataErrReader(bytes.NewReader(data)), nil),
			} {
				got, err := ours(c)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s differs from archive/tar (-theirs +ours):\n%s", name, diff)
				}
			}
		})
	}
}

// A tar that stops anywhere but between two entries is an error, and every
// entry before is given. The standard library lets a missing padding pass.
func TestTarTruncated(t *testing.T) {
	data := sampleTar(t, tar.FormatPAX)
	end := len(bytes.TrimRight(data, "\x00"))
	for n := 1; n < end; n += 97 {
		want, wantErr := oracle(data[:n])
		got, err := ours(newContent(bytes.NewReader(data[:n]), nil))
		if err == nil && (wantErr != nil || n%blockSize != 0) {
			t.Errorf("cut at %d: no error, archive/tar's is %v", n, wantErr)
		}
		if len(got) < len(want)-1 {
			t.Errorf("cut at %d: %d entries, archive/tar gives %d", n, len(got), len(want))
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must2(t testing.TB, write func([]byte) (int, error), data []byte) {
	t.Helper()
	_, err := write(data)
	must(t, err)
}

func fixChecksum(block []byte) {
	copy(block[148:156], fmt.Sprintf("%06o\x00 ", unsignedSum(block)))
}

// An empty value takes a record back (pax, "pax Extended Header"), also a
// global one.
func TestPAXUnset(t *testing.T) {
	e := extended{}
	for _, key := range []string{"path", "linkpath", "size", "uid", "gid", "mtime", "SCHILY.xattr.security.capability"} {
		must(t, e.set(key, []byte("7")))
		must(t, e.set(key, nil))
	}
	if e.path != nil || e.link != nil || e.hasSize || e.hasUID || e.hasGID || e.hasTime || e.capability != "" {
		t.Errorf("left: %+v", e)
	}
}

func TestParseNumber(t *testing.T) {
	tests := []struct {
		field string
		want  int64
		ok    bool
	}{
		{"0000644\x00", 0o644, true},
		{"   644 \x00", 0o644, true},
		{"\x00\x00\x00", 0, true},
		{"12a", 0, false},
		{"-1", 0, false},
		{"\x80\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00", 1 << 32, true},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", -1, true},
		{"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0, false},
	}
	for _, test := range tests {
		got, ok := parseNumber([]byte(test.field))
		if got != test.want || ok != test.ok {
			t.Errorf("parseNumber(%q) = %d, %v; want %d, %v", test.field, got, ok, test.want, test.ok)
		}
	}
}

// FuzzTar: what is read does not depend on how the bytes arrive.
func FuzzTar(f *testing.F) {
	for _, format := range tarFormats {
		f.Add(sampleTar(f, format))
	}
	f.Add([]byte("not a tar"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, err := ours(newContent(bytes.NewReader(data), nil))
		pieces, errPieces := ours(newContent(iotest.HalfReader(bytes.NewReader(data)), nil))
		if diff := cmp.Diff(whole, pieces); diff != "" || (err == nil) != (errPieces == nil) {
			t.Fatalf("whole and in pieces differ (%v, %v):\n%s", err, errPieces, diff)
		}
	})
}
