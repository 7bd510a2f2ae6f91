package mapped

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func randomBytes(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return data
}

func checksums(t *testing.T, data []byte) []byte {
	t.Helper()
	sums, err := Checksums(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func opened(t *testing.T, data, sums []byte) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, int64(len(data)), sums)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestChecksumIsCRC32C has the example of RFC 3720, section B.4.
func TestChecksumIsCRC32C(t *testing.T) {
	if got, want := checksums(t, make([]byte, 32)), []byte{0xaa, 0x36, 0x91, 0x8a}; !bytes.Equal(got, want) {
		t.Errorf("32 bytes of zeroes have the checksum %x, want %x", got, want)
	}
}

func TestCheck(t *testing.T) {
	for _, size := range []int{1, PageSize - 1, PageSize, PageSize + 1, 70*PageSize + 5} {
		data := randomBytes(size)
		sums := checksums(t, data)
		if len(sums) != SumsSize(int64(size)) {
			t.Fatalf("%d bytes have %d bytes of checksums, want %d", size, len(sums), SumsSize(int64(size)))
		}
		if err := opened(t, data, sums).Check(0, uint64(size)); err != nil {
			t.Errorf("%d bytes that are intact: %v", size, err)
		}
		damaged := bytes.Clone(data)
		damaged[size-1] ^= 1
		f := opened(t, damaged, sums)
		for range 2 { // a failure is not forgotten
			if err := f.Check(uint64(size-1), uint64(size)); !errors.Is(err, ErrDamaged) {
				t.Errorf("the damaged end of %d bytes gave %v", size, err)
			}
		}
		if size > PageSize {
			if err := f.Check(0, PageSize); err != nil {
				t.Errorf("the intact first page of %d bytes gave %v", size, err)
			}
			if err := f.Check(uint64(size-2), uint64(size)); !errors.Is(err, ErrDamaged) {
				t.Errorf("the last bytes of %d, which reach into the damaged page, gave %v", size, err)
			}
		}
		if err := f.Check(0, uint64(size+1)); !errors.Is(err, ErrDamaged) {
			t.Errorf("what lies behind the end gave %v", err)
		}
	}
}

func TestWrongNumberOfChecksums(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, randomBytes(PageSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, 1<<20, make([]byte, sumSize)); !errors.Is(err, ErrDamaged) {
		t.Errorf("one checksum for two pages gave %v", err)
	}
}

func TestCheckBySeveral(t *testing.T) {
	data := randomBytes(100 * PageSize)
	f := opened(t, data, checksums(t, data))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for at := uint64(0); at < uint64(len(data)); at += PageSize / 2 {
				if err := f.Check(at, at+1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
