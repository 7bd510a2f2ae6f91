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
	command           string
	inPart            bool
	// first and last are packages; the first is named.
	first, last *asset.Package
	packages    int
}

func (m *missed) add(p *asset.Package, reason, command string) {
	m.count(missedReason{ecosystem: p.Ecosystem, reason: reason, command: command, first: p}, func(r missedReason) bool {
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

// what names the packages, and how much of them was not looked up.
func (r missedReason) what() string {
	packages := fmt.Sprintf("known vulnerabilities of %d %s packages", r.packages, r.ecosystem)
	if r.packages == 1 {
		packages = "known vulnerabilities of " + strings.TrimSpace(r.first.Name+" "+r.first.Version)
	}
	if r.inPart {
		return "some of the " + packages
	}
	return packages
}

func (m *missed) problems() []Problem {
	var problems []Problem
	for _, r := range m.reasons {
		problems = append(problems, Problem{Ecosystem: r.ecosystem, Packages: r.packages, What: r.what(), Message: r.reason, Command: r.command})
	}
	return problems
}
