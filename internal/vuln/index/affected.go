package index

import (
	"encoding/binary"
	"fmt"
	"slices"

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

	// events is what Ranges are cut from when they were read.
	events []osv.Event
}

// Clone copies what a reader gave, whose slices it uses again.
func (a *Affected) Clone() Affected {
	c := *a
	c.events = nil
	c.Versions = slices.Clone(a.Versions)
	c.Ranges = make([]osv.Range, len(a.Ranges))
	for i, r := range a.Ranges {
		c.Ranges[i] = slices.Clone(r)
	}
	return c
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

// untilFixed marks the most common entry, a single range from the first version
// to a fixed one: only this one is written.
const untilFixed = 0x80

func (a *Affected) isUntilFixed() bool {
	return len(a.Ranges) == 1 && len(a.Versions) == 0 && len(a.Ranges[0]) == 2 &&
		a.Ranges[0][0] == osv.Event{Kind: osv.Introduced, Version: "0"} && a.Ranges[0][1].Kind == osv.Fixed
}

// encode appends the entry; intern gives a string's place in the pool.
func (a *Affected) encode(b []byte, intern func(string) uint64) []byte {
	b = binary.AppendUvarint(b, uint64(a.Advisory))
	flags := byte(a.Severity) | byte(a.State)<<4
	if a.isUntilFixed() {
		return binary.AppendUvarint(append(b, flags|untilFixed), intern(a.Ranges[0][1].Version))
	}
	b = append(b, flags)
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
func (a *Affected) decode(c *cursor, r *Reader) {
	a.Advisory = uint32(c.count(1<<32 - 1))
	flags := c.byte()
	a.Severity, a.State = finding.Severity(flags&15), State(flags>>4&7)
	if a.Severity > finding.Critical || a.State >= stateCount {
		c.ok = false
		return
	}
	a.Ranges, a.events, a.Versions = a.Ranges[:0], a.events[:0], a.Versions[:0]
	if flags&untilFixed != 0 {
		a.events = append(a.events, osv.Event{Version: "0"}, osv.Event{Kind: osv.Fixed, Version: r.pooled(c, c.uvarint())})
		a.Ranges = append(a.Ranges, a.events)
		return
	}
	ranges := c.count(maxRanges)
	for i := 0; i < ranges && c.ok; i++ {
		a.decodeRange(c, r)
	}
	versions := c.count(maxVersions)
	for i := 0; i < versions && c.ok; i++ {
		a.Versions = append(a.Versions, r.pooled(c, c.uvarint()))
	}
}

func (a *Affected) decodeRange(c *cursor, r *Reader) {
	start, events := len(a.events), c.count(maxEvents)
	for i := 0; i < events && c.ok; i++ {
		ref := c.uvarint()
		a.events = append(a.events, osv.Event{Kind: osv.EventKind(ref & 3), Version: r.pooled(c, ref>>2)})
	}
	// When events grew to another place, the ranges cut before keep the old.
	a.Ranges = append(a.Ranges, a.events[start:len(a.events):len(a.events)])
}
