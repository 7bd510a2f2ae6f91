package filelist

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	files := []string{"0 usr/bin a", "0 usr/bin b", "0  top", "3 usr/bin c", "3 =odd =x", "3 =odd  y"}
	var b Builder
	for _, file := range files {
		fields := strings.SplitN(file, " ", 3)
		owner := 0
		if _, err := fmt.Sscan(fields[0], &owner); err != nil {
			t.Fatal(err)
		}
		b.Add(owner, fields[1], fields[2])
	}
	var got []string
	Each(b.Bytes(), func(owner int, dir, base []byte) { got = append(got, fmt.Sprintf("%d %s %s", owner, dir, base)) })
	if !slices.Equal(got, files) {
		t.Errorf("got %q, want %q", got, files)
	}
}

func TestImpossibleNames(t *testing.T) {
	var b Builder
	b.Add(0, "usr", "a\nb")
	b.Add(0, "u\nsr", "a")
	b.Add(0, "usr", "")
	b.Add(0, "usr", strings.Repeat("x", 256))
	b.Add(0, strings.Repeat("x", 4097), "a")
	if len(b.Bytes()) != 0 {
		t.Errorf("kept %q", b.Bytes())
	}
}

func TestBound(t *testing.T) {
	var b Builder
	dirs := []string{strings.Repeat("a", 4096), strings.Repeat("b", 4096)}
	for i := 0; i < 40_000 && !b.Full(); i++ {
		b.Add(0, dirs[i%2], "x")
	}
	if !b.Full() || len(b.Bytes()) > maxSize+2*maxPath {
		t.Errorf("full %v with %d bytes", b.Full(), len(b.Bytes()))
	}
}

func TestEachAllocatesNothing(t *testing.T) {
	var b Builder
	for i := range 1000 {
		b.Add(i/10, "usr/share/doc", fmt.Sprint(i))
	}
	list := b.Bytes()
	count := 0
	if allocations := testing.AllocsPerRun(10, func() { Each(list, func(int, []byte, []byte) { count++ }) }); allocations > 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func FuzzEach(f *testing.F) {
	f.Add([]byte("=1\n/usr\n a\n"))
	f.Fuzz(func(_ *testing.T, list []byte) { Each(list, func(int, []byte, []byte) {}) })
}
