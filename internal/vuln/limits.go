package vuln

import "cmp"

// An image can declare any number of packages at no cost to who builds it.
// These limit what is kept of them.
const (
	// maxAlike is how many packages built from one source are listed with one
	// vulnerability; more are counted. texlive has some thousands of them, no
	// other source comes near.
	maxAlike = 1000
	// maxMatches is how many matches are listed in all. A machine with several
	// Ubuntu kernels and their tools has less than half as many.
	maxMatches = 200_000
)

// alikeKey is what matches that are alike have in common.
type alikeKey struct{ ecosystem, source, id string }

// alike are matches of one vulnerability in packages of one source.
type alike struct {
	// first is the place of the first one in the list.
	first  int
	listed int
}

// list keeps a package's matches as far as the limits allow, and counts the
// others.
func (m *matcher) list(matches []Match) {
	for _, match := range matches {
		key := alikeKey{match.Package.Ecosystem, cmp.Or(match.Package.Source.Name, match.Package.Name), match.ID}
		same := m.alike[key]
		switch {
		case same != nil && same.listed >= maxAlike:
			m.matches[same.first].Alike++
		case len(m.matches) >= maxMatches:
			m.unlisted++
		default:
			if same == nil {
				same = &alike{first: len(m.matches)}
				m.alike[key] = same
			}
			same.listed++
			m.matches = append(m.matches, match)
		}
	}
}
