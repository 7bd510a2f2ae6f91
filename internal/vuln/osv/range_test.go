package osv

import (
	"cmp"
	"math/rand/v2"
	"strconv"
	"testing"
)

// numbers orders versions that are whole numbers.
func numbers(a, b string) (int, error) {
	x, err := strconv.Atoi(a)
	if err != nil {
		return 0, err
	}
	y, err := strconv.Atoi(b)
	return cmp.Compare(x, y), err
}

func events(pairs ...string) Range {
	kinds := map[string]EventKind{"introduced": Introduced, "fixed": Fixed, "last_affected": LastAffected, "limit": Limit}
	var r Range
	for i := 0; i < len(pairs); i += 2 {
		r = append(r, Event{kinds[pairs[i]], pairs[i+1]})
	}
	return r
}

// TestContains has the examples of the schema's sections "Evaluation" and
// "Examples", with whole numbers for versions.
func TestContains(t *testing.T) {
	for _, c := range []struct {
		name         string
		events       Range
		affected, ok []string
	}{
		{"every version", events("introduced", "0"), []string{"0", "1", "99"}, nil},
		{"fixed", events("introduced", "0", "fixed", "102"), []string{"0", "101"}, []string{"102", "103"}},
		{"two ranges", events("introduced", "100", "fixed", "102", "introduced", "300", "fixed", "325"), []string{"100", "101", "300", "324"}, []string{"99", "102", "299", "325"}},
		{"unsorted", events("fixed", "325", "introduced", "300", "fixed", "102", "introduced", "100"), []string{"100", "300"}, []string{"99", "102", "325"}},
		{"last affected", events("introduced", "0", "last_affected", "214"), []string{"214"}, []string{"215"}},
		{"empty", events("introduced", "5", "fixed", "5"), nil, []string{"4", "5", "6"}},
		{"fixed and introduced again", events("introduced", "1", "fixed", "5", "introduced", "5", "fixed", "7"), []string{"4", "5", "6"}, []string{"7"}},
		{"limit", events("introduced", "1", "limit", "5"), []string{"1", "4"}, []string{"0", "5"}},
		{"one of two limits", events("introduced", "1", "limit", "5", "limit", "8"), []string{"7"}, []string{"8"}},
		{"no limit", events("introduced", "1", "limit", "*"), []string{"7"}, []string{"0"}},
		{"never introduced", events("fixed", "5"), nil, []string{"1", "5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.events.Sort(numbers); err != nil {
				t.Fatal(err)
			}
			check := func(versions []string, want bool) {
				for _, v := range versions {
					if got, err := c.events.Contains(v, numbers); err != nil || got != want {
						t.Errorf("Contains(%s) = %v, %v; want %v", v, got, err, want)
					}
				}
			}
			check(c.affected, true)
			check(c.ok, false)
		})
	}
}

func TestContainsUnorderedVersion(t *testing.T) {
	if _, err := events("introduced", "0", "fixed", "x").Contains("3", numbers); err == nil {
		t.Error("a version that cannot be compared gave no error")
	}
	if in, err := events("introduced", "0").Contains("x", numbers); err != nil || !in {
		t.Errorf("a range over all versions needs no comparison, got %v, %v", in, err)
	}
}

// TestContainsLikeASimulation walks through all versions in order, switching a
// state at each event, and compares.
func TestContainsLikeASimulation(t *testing.T) {
	const versions = 30
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var r Range
		at := map[int]EventKind{}
		for v := range versions {
			if random.IntN(4) == 0 {
				at[v] = EventKind(random.IntN(3))
				r = append(r, Event{at[v], strconv.Itoa(v)})
			}
		}
		random.Shuffle(len(r), func(i, j int) { r[i], r[j] = r[j], r[i] })
		if err := r.Sort(numbers); err != nil {
			t.Fatal(err)
		}
		affected := false
		for v := range versions {
			kind, event := at[v]
			if event && kind != LastAffected {
				affected = kind == Introduced
			}
			if got, _ := r.Contains(strconv.Itoa(v), numbers); got != affected {
				t.Fatalf("%v: Contains(%d) = %v, the simulation says %v", r, v, got, affected)
			}
			if event && kind == LastAffected {
				affected = false
			}
		}
	}
}
