package version

import (
	"cmp"
	"strings"
)

// mavenKind tells the items of a Maven version apart, in their order.
type mavenKind uint8

const (
	mavenQualifier mavenKind = iota
	mavenList
	mavenNumber
)

// mavenItem is one item of a parsed Maven version. Maven nests lists, but only
// at the end of the outer one; so a version is a flat sequence in which a
// mavenList opens the list that holds all later items: 1-rc-2 is 1 [rc [2]].
type mavenItem struct {
	kind mavenKind
	rank mavenRank // of a qualifier
	text string    // of a number, without leading zeros; of an unknown qualifier
}

// mavenRank orders the known qualifiers. Unknown ones come behind them, in the
// order of their text.
type mavenRank uint8

const (
	mavenAlpha mavenRank = iota
	mavenBeta
	mavenMilestone
	mavenRC
	mavenSnapshot
	mavenRelease
	mavenSP
	mavenUnknown
)

// compareMaven orders versions as ComparableVersion of Maven 3.8.7 and 3.9 does,
// see https://maven.apache.org/pom.html#version-order-specification. Any text
// has a place. Maven 4 differs where qualifiers follow each other: there
// 1.0.final-redhat precedes 1.0.sp1-redhat.
func compareMaven(a, b string) int {
	var bufferA, bufferB [16]mavenItem
	x, y := parseMaven(bufferA[:0], a), parseMaven(bufferB[:0], b)
	shared := min(len(x), len(y))
	for i := range shared {
		if c := x[i].compare(&y[i]); c != 0 {
			return c
		}
	}
	// What only one of them has is held against a release's emptiness.
	for i := range x[shared:] {
		if c := x[shared+i].compareToNothing(); c != 0 {
			return c
		}
	}
	for i := range y[shared:] {
		if c := y[shared+i].compareToNothing(); c != 0 {
			return -c
		}
	}
	return 0
}

func (m *mavenItem) compare(n *mavenItem) int {
	if m.kind != n.kind {
		return cmp.Compare(m.kind, n.kind)
	}
	switch m.kind {
	case mavenNumber:
		return compareNumbers(m.text, n.text)
	case mavenQualifier:
		if m.rank != n.rank {
			return cmp.Compare(m.rank, n.rank)
		}
		return compareFold(m.text, n.text)
	}
	return 0
}

func (m *mavenItem) compareToNothing() int {
	switch m.kind {
	case mavenNumber:
		return min(len(m.text), 1)
	case mavenQualifier:
		return cmp.Compare(m.rank, mavenRelease)
	}
	return 0
}

// parseMaven appends the items of v to items. Dots, hyphens and the change
// between digits and other text separate items; the latter two open a list.
func parseMaven(items []mavenItem, v string) []mavenItem {
	start, digits := 0, false // of the run that ends before i
	for i := range len(v) {
		switch c := v[i]; {
		case c == '.' || c == '-':
			items = append(items, newMavenItem(v[start:i], digits || i == start))
			if c == '-' {
				items = openMavenList(items)
			}
			start = i + 1
		case isDigit(c):
			if !digits && i > start {
				items = openMavenQualifierList(items)
				items = append(items, newMavenQualifier(v[start:i], true))
				items = openMavenList(items)
				start = i
			}
			digits = true
		default:
			if digits && i > start {
				items = openMavenList(append(items, newMavenItem(v[start:i], true)))
				start = i
			}
			digits = false
		}
	}
	if start < len(v) {
		if !digits {
			items = openMavenQualifierList(items)
		}
		items = append(items, newMavenItem(v[start:], digits))
	}
	return trimMavenLists(trimMavenNothings(items))
}

// openMavenList ends the current list, whose last zeros and release qualifiers
// do not count, and opens one in it.
func openMavenList(items []mavenItem) []mavenItem {
	return append(trimMavenNothings(items), mavenItem{kind: mavenList})
}

// openMavenQualifierList gives the last qualifier, and one before a digit, a
// list of its own: 1.0.rc1 is 1.0-rc1 (MNG-7644).
func openMavenQualifierList(items []mavenItem) []mavenItem {
	if len(items) == 0 || items[len(items)-1].kind == mavenList {
		return items
	}
	return openMavenList(items)
}

func trimMavenNothings(items []mavenItem) []mavenItem {
	for n := len(items); n > 0 && items[n-1].kind != mavenList && items[n-1].compareToNothing() == 0; n-- {
		items = items[:n-1]
	}
	return items
}

func trimMavenLists(items []mavenItem) []mavenItem {
	for n := len(items); n > 0 && items[n-1].kind == mavenList; n-- {
		items = items[:n-1]
	}
	return items
}

func newMavenItem(text string, number bool) mavenItem {
	if number {
		return mavenItem{kind: mavenNumber, text: trimZeros(text)}
	}
	return newMavenQualifier(text, false)
}

func newMavenQualifier(text string, beforeDigit bool) mavenItem {
	rank := mavenRankOf(text, beforeDigit)
	if rank != mavenUnknown {
		text = ""
	}
	return mavenItem{kind: mavenQualifier, rank: rank, text: text}
}

// mavenRankOf looks a qualifier up, without regard to case. The one-letter
// forms count only right before a digit.
func mavenRankOf(qualifier string, beforeDigit bool) mavenRank {
	if len(qualifier) == 1 && beforeDigit {
		switch lower(qualifier[0]) {
		case 'a':
			return mavenAlpha
		case 'b':
			return mavenBeta
		case 'm':
			return mavenMilestone
		}
	}
	for _, known := range mavenQualifiers {
		if strings.EqualFold(qualifier, known.name) {
			return known.rank
		}
	}
	return mavenUnknown
}

var mavenQualifiers = [...]struct {
	name string
	rank mavenRank
}{
	{"alpha", mavenAlpha},
	{"beta", mavenBeta},
	{"milestone", mavenMilestone},
	{"rc", mavenRC},
	{"cr", mavenRC},
	{"snapshot", mavenSnapshot},
	{"ga", mavenRelease},
	{"final", mavenRelease},
	{"release", mavenRelease},
	{"sp", mavenSP},
}
