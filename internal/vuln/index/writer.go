package index

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"

	"seawall/internal/vuln/cve"
)

// Writer collects the advisories of one ecosystem and writes them as a segment.
type Writer struct {
	// spill holds the advisories' details until they can be put in order.
	spill      *os.File
	spillBuf   *bufio.Writer
	spillSize  int64
	advisories []spilled
	releases   []string
	// keys numbers the keys, and entries are theirs in the same order.
	keys     map[key]uint32
	entries  [][]byte
	pool     []byte
	interned map[string]uint64
	ratings  map[cve.Number]rating
	ranges   int
}

// key is what advisories are looked up under: the number of the release and the
// package's place in the pool.
type key struct {
	release uint32
	name    uint64
}

// spilled is where an advisory's details lie, and the number of the first key
// that it affects.
type spilled struct {
	place int64
	size  uint32
	key   uint32
}

type rating struct{ vector, source string }

// NewWriter starts a segment. Its temporary file is made in dir and gone after Close.
func NewWriter(dir string) (*Writer, error) {
	spill, err := os.CreateTemp(dir, ".details-*")
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file for the advisory index: %w", err)
	}
	// Unlinked at once, so that nothing is left behind whatever happens.
	if err := os.Remove(spill.Name()); err != nil {
		return nil, errors.Join(err, spill.Close())
	}
	return &Writer{
		spill: spill, spillBuf: bufio.NewWriterSize(spill, 1<<16),
		keys: map[key]uint32{}, interned: map[string]uint64{}, ratings: map[cve.Number]rating{},
	}, nil
}

// Close releases the temporary file.
func (w *Writer) Close() error { return w.spill.Close() }

// Counts gives the number of advisories and of ranges added so far; a list of
// versions counts as one range.
func (w *Writer) Counts() (advisories, ranges int) { return len(w.advisories), w.ranges }

// Entry is an affected package of an advisory with the key it is found under:
// the release and the package's name, which is never empty.
type Entry struct {
	Release, Name string
	Affected
}

// Add takes an advisory and what it affects. On an error nothing is added.
func (w *Writer) Add(advisory Advisory, affected []Entry) error {
	if len(affected) == 0 {
		return nil
	}
	for i := range affected {
		if err := affected[i].check(); err != nil {
			return fmt.Errorf("cannot keep the advisory %s: %w", advisory.ID, err)
		}
	}
	number := uint32(len(w.advisories))
	details := advisory.encode()
	if len(details) > maxBlock-blockTarget {
		return fmt.Errorf("cannot keep the advisory %s: %w: texts of %d bytes", advisory.ID, ErrTooLarge, len(details))
	}
	if _, err := w.spillBuf.Write(details); err != nil {
		return fmt.Errorf("cannot write the advisory index: %w", err)
	}
	first := w.number(affected[0].Release, affected[0].Name)
	w.advisories = append(w.advisories, spilled{w.spillSize, uint32(len(details)), first})
	w.spillSize += int64(len(details))
	for i := range affected {
		w.addEntry(number, &affected[i])
	}
	return nil
}

// number gives a key's number, a new one if the key is new.
func (w *Writer) number(release, name string) uint32 {
	k := key{w.releaseNumber(release), w.intern(name)}
	n, found := w.keys[k]
	if !found {
		n = uint32(len(w.entries))
		w.keys[k] = n
		w.entries = append(w.entries, nil)
	}
	return n
}

func (w *Writer) releaseNumber(release string) uint32 {
	i := slices.Index(w.releases, release)
	if i < 0 {
		i = len(w.releases)
		w.releases = append(w.releases, release)
	}
	return uint32(i)
}

func (w *Writer) addEntry(number uint32, e *Entry) {
	e.Advisory = number
	n := w.number(e.Release, e.Name)
	w.entries[n] = e.encode(w.entries[n], w.intern)
	w.ranges += len(e.Ranges)
	if len(e.Versions) > 0 {
		w.ranges++
	}
}

// Rate keeps the CVSS vector that an advisory gives a CVE, for records that
// carry none. Better vectors replace earlier ones.
func (w *Writer) Rate(number cve.Number, vector, source string, better func(vector, than string) bool) {
	old, found := w.ratings[number]
	if len(vector) > maxVersion || len(source) > maxVersion || (found && !better(vector, old.vector)) {
		return
	}
	w.ratings[number] = rating{vector, source}
}

func (w *Writer) intern(s string) uint64 {
	place, found := w.interned[s]
	if !found {
		place = uint64(len(w.pool))
		w.pool = appendText(w.pool, s)
		w.interned[s] = place
	}
	return place
}
