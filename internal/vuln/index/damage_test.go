package index

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seawall/internal/mapped"
	"seawall/internal/vuln/cve"
)

// answers are everything that a segment says about the packages and CVEs of
// randomEntries; a question that gave an error has none.
type answers struct {
	Affected   map[string][]Affected
	Advisories map[uint32]Advisory
	Ratings    map[cve.Number][2]string
	Covers     map[string]bool
}

func ask(r *Reader, advisories int) answers {
	a := answers{map[string][]Affected{}, map[uint32]Advisory{}, map[cve.Number][2]string{}, map[string]bool{}}
	for release := 11; release < 14; release++ {
		name := fmt.Sprintf("Debian:%d", release)
		a.Covers[name] = r.Covers(name)
		for i := range 50 {
			var found []Affected
			pkg := fmt.Sprintf("package-%d", i)
			err := r.Lookup(name, pkg, func(a *Affected) error { found = append(found, a.Clone()); return nil })
			if err == nil {
				a.Affected[name+" "+pkg] = found
			}
		}
	}
	for i := range advisories {
		if advisory, err := r.Advisory(uint32(i)); err == nil {
			a.Advisories[uint32(i)] = advisory
		}
		number, _ := cve.Parse(fmt.Sprintf("CVE-2024-%04d", i))
		if vector, source, err := r.Rating(number); err == nil {
			a.Ratings[number] = [2]string{vector, source}
		}
	}
	return a
}

// TestDamageChangesNoAnswer changes one byte of a segment at a time: whatever
// is asked has the old answer, or an error.
func TestDamageChangesNoAnswer(t *testing.T) {
	const count = 400
	random := rand.New(rand.NewPCG(21, 22))
	w := newTestWriter(t)
	advisories, entries := randomEntries(random, count)
	for i := range advisories {
		advisories[i].Details = fmt.Sprintf("%x", random.Perm(200))
		if err := w.Add(advisories[i], entries[i]); err != nil {
			t.Fatal(err)
		}
		number, _ := cve.Parse(advisories[i].CVEs[0])
		w.Rate(number, fmt.Sprintf("CVSS:%d", i), advisories[i].ID, func(string, string) bool { return true })
	}
	path := written(t, w)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sums := pageSums(t, path)
	if len(data) < 5*mapped.PageSize {
		t.Fatalf("a segment of %d bytes has too few pages to tell", len(data))
	}
	want := ask(opened(t, path), count)
	refused := 0
	for range 40 {
		at := random.IntN(len(data))
		old := data[at]
		data[at] ^= byte(1 + random.IntN(255))
		refused += len(want.Affected) + len(want.Advisories) - checkDamaged(t, data, sums, want, count)
		data[at] = old
	}
	if refused == 0 {
		t.Error("no damage was noticed")
	}
}

// checkDamaged gives the number of answers that were still given.
func checkDamaged(t *testing.T, data, sums []byte, want answers, count int) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := mapped.Open(path, MaxFileSize, sums)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := Open(file)
	if err != nil {
		return 0
	}
	got := ask(r, count)
	known := answers{map[string][]Affected{}, map[uint32]Advisory{}, map[cve.Number][2]string{}, want.Covers}
	for key := range got.Affected {
		known.Affected[key] = want.Affected[key]
	}
	for key := range got.Advisories {
		known.Advisories[key] = want.Advisories[key]
	}
	for key := range got.Ratings {
		known.Ratings[key] = want.Ratings[key]
	}
	if diff := cmp.Diff(known, got, cmpopts.IgnoreUnexported(Affected{})); diff != "" {
		t.Fatalf("the damage changed an answer (-right +got):\n%s", diff)
	}
	return len(got.Affected) + len(got.Advisories)
}
