package osv

import "slices"

// EventKind says what happens at a version.
type EventKind uint8

// The kinds of event that the OSV schema defines.
const (
	Introduced EventKind = iota
	Fixed
	LastAffected
	Limit
)

// Event is a change of status at a version.
type Event struct {
	Kind    EventKind
	Version string
}

// Range is a timeline of events of one package, sorted or not.
type Range []Event

// Compare orders two versions of one ecosystem: negative if a comes before b.
type Compare func(a, b string) (int, error)

// Comparable gives the ranges of an entry that versions can be compared with.
// GIT ranges are left out: they need the repository.
func (a *Affected) Comparable() []Range {
	var ranges []Range
	for _, r := range a.Ranges {
		if r.Type == "GIT" {
			continue
		}
		var events Range
		for _, e := range r.Events {
			events = e.appendTo(events)
		}
		if len(events) > 0 {
			ranges = append(ranges, events)
		}
	}
	return ranges
}

func (e VersionEvent) appendTo(events Range) Range {
	for kind, v := range [...]string{Introduced: e.Introduced, Fixed: e.Fixed, LastAffected: e.LastAffected, Limit: e.Limit} {
		if v != "" {
			events = append(events, Event{Kind: EventKind(kind), Version: v})
		}
	}
	return events
}

// Sort puts the events into the order of their versions, as the evaluation
// wants them. Events of one version keep the order they were written in, so
// that "introduced 1.5, fixed 1.5" is an empty range. "0" stands before every
// version where it introduces.
func (r Range) Sort(compare Compare) error {
	var failed error
	slices.SortStableFunc(r, func(a, b Event) int {
		if a.fromStart() || b.fromStart() {
			return boolRank(b.fromStart()) - boolRank(a.fromStart())
		}
		if a.unlimited() || b.unlimited() {
			return boolRank(a.unlimited()) - boolRank(b.unlimited())
		}
		order, err := compare(a.Version, b.Version)
		if err != nil {
			failed = err
		}
		return order
	})
	return failed
}

// Contains evaluates a sorted range as the schema's section "Evaluation" has it.
func (r Range) Contains(version string, compare Compare) (bool, error) {
	affected, limited, belowLimit := false, false, false
	for _, e := range r {
		order, err := e.compare(version, compare)
		if err != nil {
			return false, err
		}
		switch {
		case e.Kind == Limit:
			limited = true
			belowLimit = belowLimit || order < 0
		case e.Kind == Introduced && order >= 0:
			affected = true
		case e.Kind == Fixed && order >= 0, e.Kind == LastAffected && order > 0:
			affected = false
		}
	}
	return affected && (!limited || belowLimit), nil
}

// compare says where the version stands relative to the event.
func (e Event) compare(version string, compare Compare) (int, error) {
	switch {
	case e.fromStart():
		return 1, nil
	case e.unlimited():
		return -1, nil
	}
	return compare(version, e.Version)
}

func (e Event) fromStart() bool { return e.Kind == Introduced && e.Version == "0" }
func (e Event) unlimited() bool { return e.Kind == Limit && e.Version == "*" }

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
