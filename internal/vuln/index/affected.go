package index

import (
	"encoding/binary"
	"fmt"

	"seawall/internal/finding"
	"seawall/internal/vuln/osv"
)

// State is what a distribution decided about a vulnerability in one release.
type State uint8

// The states that records carry. EndOfLife: the release or package gets no
// more fixes. Unimportant: no practical effect in this distribution.
const (
	NoState State = iota
	EndOfLife
	Unimportant
	stateCount
)

// Affected says which versions of one package an advisory is about.
type Affected struct {
	// Advisory is the advisory's number in the segment.
	Advisory uint32
	// Severity is the distribution's own rating for this release.
	Severity finding.Severity
	State    State
	// Ranges are sorted; Versions are affected whatever the ranges say.
	Ranges   []osv.Range
	Versions []string
}

// check refuses what a reader would refuse.
func (a *Affected) check() error {
	if len(a.Ranges) > maxRanges || len(a.Versions) > maxVersions {
		return fmt.Errorf("%w: %d ranges and %d versions", ErrTooLarge, len(a.Ranges), len(a.Versions))
	}
	for _, r := range a.Ranges {
		if len(r) > maxEvents {
			return fmt.Errorf("%w: a range of %d events", ErrTooLarge, len(r))
		}
		for _, e := range r {
			if len(e.Version) > maxVersion {
				return fmt.Errorf("%w: a version of %d bytes", ErrTooLarge, len(e.Version))
			}
		}
	}
	return nil
}

// encode appends the entry; intern gives a string's place in the pool.
func (a *Affected) encode(b []byte, intern func(string) uint64) []byte {
	b = binary.AppendUvarint(b, uint64(a.Advisory))
	b = append(b, byte(a.Severity)|byte(a.State)<<4)
	b = binary.AppendUvarint(b, uint64(len(a.Ranges)))
	for _, r := range a.Ranges {
		b = binary.AppendUvarint(b, uint64(len(r)))
		for _, e := range r {
			b = binary.AppendUvarint(b, intern(e.Version)<<2|uint64(e.Kind))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(a.Versions)))
	for _, v := range a.Versions {
		b = binary.AppendUvarint(b, intern(v))
	}
	return b
}

// decode reads one entry into a, whose slices it uses again.
func (a *Affected) decode(c *cursor, pool []byte) {
	a.Advisory = uint32(c.count(1<<32 - 1))
	flags := c.byte()
	a.Severity, a.State = finding.Severity(flags&15), State(flags>>4)
	if a.Severity > finding.Critical || a.State >= stateCount {
		c.ok = false
		return
	}
	ranges := c.count(maxRanges)
	a.Ranges = a.Ranges[:0]
	for i := 0; i < ranges && c.ok; i++ {
		a.Ranges = append(a.Ranges, decodeRange(c, pool))
	}
	versions := c.count(maxVersions)
	a.Versions = a.Versions[:0]
	for i := 0; i < versions && c.ok; i++ {
		a.Versions = append(a.Versions, pooled(c, pool, c.uvarint()))
	}
}

func decodeRange(c *cursor, pool []byte) osv.Range {
	events := c.count(maxEvents)
	var r osv.Range
	for i := 0; i < events && c.ok; i++ {
		ref := c.uvarint()
		r = append(r, osv.Event{Kind: osv.EventKind(ref & 3), Version: pooled(c, pool, ref>>2)})
	}
	return r
}

// pooled reads a string of the pool; a wrong place marks c as failed.
func pooled(c *cursor, pool []byte, place uint64) string {
	if place >= uint64(len(pool)) {
		c.ok = false
		return ""
	}
	p := newCursor(pool[place:])
	s := p.bytes(maxVersion)
	c.ok = c.ok && p.ok
	return string(s)
}
