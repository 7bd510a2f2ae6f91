package index

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seawall/internal/finding"
	"seawall/internal/mapped"
	"seawall/internal/vuln/cve"
	"seawall/internal/vuln/osv"
)

func newTestWriter(t testing.TB) *Writer {
	t.Helper()
	w, err := NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func written(t testing.TB, w *Writer) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.segment")
	if err := w.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t testing.TB, path string) *Reader {
	t.Helper()
	file, err := mapped.Open(path, MaxFileSize, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// randomEntries makes advisories with entries of every shape.
func randomEntries(random *rand.Rand, n int) (advisories []Advisory, entries [][]Entry) {
	for i := range n {
		advisories = append(advisories, Advisory{
			ID: fmt.Sprintf("X-%d", i), CVEs: []string{fmt.Sprintf("CVE-2024-%04d", i)}, Summary: "a summary",
			Details: string(make([]byte, random.IntN(3000))), Rating: "HIGH",
			Severities: []osv.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N"}},
			References: []string{"https://example.org/1"}, Published: time.Unix(int64(1+i), 0).UTC(),
		})
		var affected []Entry
		for range 1 + random.IntN(3) {
			e := Entry{Release: fmt.Sprintf("Debian:%d", 11+random.IntN(3)), Name: fmt.Sprintf("package-%d", random.IntN(50))}
			e.Severity, e.State = finding.Severity(random.IntN(6)), State(random.IntN(int(stateCount)))
			for range random.IntN(3) {
				e.Ranges = append(e.Ranges, osv.Range{{Kind: osv.Introduced, Version: "0"}, {Kind: osv.EventKind(random.IntN(4)), Version: fmt.Sprint(random.IntN(100))}})
			}
			for range random.IntN(3) {
				e.Versions = append(e.Versions, fmt.Sprint(random.IntN(100)))
			}
			affected = append(affected, e)
		}
		entries = append(entries, affected)
	}
	return advisories, entries
}

// TestRoundTrip writes advisories and reads every one back, by package, and
// compares with a plain map.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	advisories, entries := randomEntries(random, 300)
	w := newTestWriter(t)
	want := map[[2]string][]Affected{}
	for i := range advisories {
		if err := w.Add(advisories[i], entries[i]); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries[i] {
			e.Advisory = uint32(i)
			want[[2]string{e.Release, e.Name}] = append(want[[2]string{e.Release, e.Name}], e.Affected)
		}
	}
	r := opened(t, written(t, w))
	for key, affected := range want {
		var got []Affected
		err := r.Lookup(key[0], key[1], func(a *Affected) error {
			got = append(got, a.Clone())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(affected, got, cmpopts.IgnoreUnexported(Affected{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%v (-written +read):\n%s", key, diff)
		}
	}
	for i := range advisories {
		got, err := r.Advisory(uint32(i))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(advisories[i], got); diff != "" {
			t.Fatalf("advisory %d (-written +read):\n%s", i, diff)
		}
	}
	if !r.Covers("Debian:12") || r.Covers("Debian:10") {
		t.Error("the releases that are covered are wrong")
	}
	if err := r.Lookup("Debian:12", "no-such-package", func(*Affected) error { t.Error("found"); return nil }); err != nil {
		t.Error(err)
	}
}

func TestRatings(t *testing.T) {
	w := newTestWriter(t)
	better := func(vector, than string) bool { return vector > than }
	number, _ := cve.Parse("CVE-2024-3094")
	other, _ := cve.Parse("CVE-2021-44228")
	w.Rate(number, "b", "GHSA-1", better)
	w.Rate(number, "a", "GHSA-2", better)
	w.Rate(number, "c", "GHSA-3", better)
	w.Rate(other, "d", "GHSA-4", better)
	r := opened(t, written(t, w))
	if vector, source, err := r.Rating(number); err != nil || vector != "c" || source != "GHSA-3" {
		t.Errorf("rating %q from %q, %v", vector, source, err)
	}
	if vector, _, err := r.Rating(number + 1); err != nil || vector != "" {
		t.Errorf("a CVE that nobody rated has the rating %q, %v", vector, err)
	}
}

func TestTooLarge(t *testing.T) {
	w := newTestWriter(t)
	long := string(make([]byte, maxVersion+1))
	err := w.Add(Advisory{ID: "X"}, []Entry{{Release: "npm", Name: "a", Affected: Affected{Ranges: []osv.Range{{{Version: long}}}}}})
	if err == nil {
		t.Error("a version that no reader takes was written")
	}
	if n, _ := w.Counts(); n != 0 {
		t.Errorf("%d advisories were kept", n)
	}
}

// TestDamagedSegments cuts a segment off and changes bytes of it: no reading
// may panic or hang, and what is read is an error or something.
func TestDamagedSegments(t *testing.T) {
	data := sampleSegment(t)
	for length := 0; length < len(data); length += 7 {
		if _, err := Open(mapped.New(data[:length])); err == nil {
			t.Fatalf("a segment cut to %d of %d bytes was opened", length, len(data))
		}
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		damaged := append([]byte(nil), data...)
		for range 1 + random.IntN(8) {
			damaged[16+random.IntN(len(damaged)-16)] = byte(random.Uint32())
		}
		readAll(damaged)
	}
}

func sampleSegment(t testing.TB) []byte {
	t.Helper()
	w := newTestWriter(t)
	advisories, entries := randomEntries(rand.New(rand.NewPCG(7, 8)), 20)
	for i := range advisories {
		if err := w.Add(advisories[i], entries[i]); err != nil {
			t.Fatal(err)
		}
	}
	number, _ := cve.Parse("CVE-2024-0001")
	w.Rate(number, "CVSS:3.1/AV:N", "X-1", func(string, string) bool { return true })
	data, err := os.ReadFile(written(t, w))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readAll reads what can be read.
func readAll(data []byte) {
	r, err := Open(mapped.New(data))
	if err != nil {
		return
	}
	defer r.Close()
	for i := range 50 {
		_ = r.Lookup("Debian:12", fmt.Sprintf("package-%d", i), func(*Affected) error { return nil })
	}
	for i := range min(r.Advisories(), 100) {
		_, _ = r.Advisory(uint32(i))
	}
	number, _ := cve.Parse("CVE-2024-0001")
	_, _, _ = r.Rating(number)
	r.Covers("Debian:12")
}

func FuzzReader(f *testing.F) {
	f.Add(sampleSegment(f))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if len(data) >= 16 {
			// A wrong size is refused at once, which would end every attempt.
			order.PutUint64(data[8:], uint64(len(data)))
		}
		readAll(data)
	})
}

func FuzzAdvisory(f *testing.F) {
	a := Advisory{ID: "X", CVEs: []string{"CVE-2024-0001"}, Severities: []osv.Severity{{Type: "CVSS_V3", Score: "x"}}}
	f.Add(a.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeAdvisory(data)
		if err != nil {
			return
		}
		again, err := decodeAdvisory(a.encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
