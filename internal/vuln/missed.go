package vuln

import (
	"fmt"
	"slices"
	"strings"

	"seawall/internal/asset"
)

// missed counts the packages that were not looked up, by ecosystem and reason,
// and those that were looked up only in part, by ecosystem.
type missed struct {
	reasons []missedReason
}

type missedReason struct {
	ecosystem, reason string
	inPart            bool
	// first and last are packages; the first is named.
	first, last *asset.Package
	packages    int
}

func (m *missed) add(p *asset.Package, reason string) {
	m.count(missedReason{ecosystem: p.Ecosystem, reason: reason, first: p}, func(r missedReason) bool {
		return !r.inPart && r.reason == reason
	})
}

// addPart notes that one of the advisories about a package could not be
// evaluated. A package counts once, however many there are.
func (m *missed) addPart(p *asset.Package, err error) {
	reason := fmt.Sprintf("an advisory cannot be evaluated (%v)", err)
	m.count(missedReason{ecosystem: p.Ecosystem, reason: reason, inPart: true, first: p}, func(r missedReason) bool {
		return r.inPart
	})
}

func (m *missed) count(new missedReason, same func(missedReason) bool) {
	i := slices.IndexFunc(m.reasons, func(r missedReason) bool { return r.ecosystem == new.ecosystem && same(r) })
	if i < 0 {
		i = len(m.reasons)
		m.reasons = append(m.reasons, new)
	}
	if m.reasons[i].last != new.first {
		m.reasons[i].last = new.first
		m.reasons[i].packages++
	}
}

func (r missedReason) message() string {
	what := "not looked up"
	if r.inPart {
		what = "looked up only in part"
	}
	if r.packages == 1 {
		return fmt.Sprintf("%s: the package %s was %s", r.reason, strings.TrimSpace(r.first.Name+" "+r.first.Version), what)
	}
	return fmt.Sprintf("%s: %d packages were %s", r.reason, r.packages, what)
}

func (m *missed) problems() []Problem {
	var problems []Problem
	for _, r := range m.reasons {
		problems = append(problems, Problem{Ecosystem: r.ecosystem, Packages: r.packages, Message: r.message()})
	}
	return problems
}
