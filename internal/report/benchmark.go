package report

import (
	"maps"
	"slices"

	"seawall/internal/finding"
)

// Benchmark is the result of a run by the controls of one benchmark.
type Benchmark struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Controls []Control `json:"controls"`
}

// Control is one demand of a benchmark.
type Control struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Status is one of the Control constants.
	Status string `json:"status"`
	// Rules are the IDs of the rules that judge it.
	Rules []string `json:"rules"`
	// Findings are the IDs of what its rules found, accepted ones too.
	Findings []string `json:"findings"`
	// Unknown says where it could not be checked.
	Unknown []Undecided `json:"unknown"`
}

// How a control can end. Of several results the worst counts, in the order
// fail, unknown, pass, not applicable. Accepted findings do not fail it.
const (
	ControlPass          = "pass"
	ControlFail          = "fail"
	ControlNotApplicable = "notApplicable"
	ControlUnknown       = "unknown"
	// ControlNotCovered is for what there is no rule for.
	ControlNotCovered = "notCovered"
)

// BenchmarkNames lists the benchmarks that a run can be judged by.
func BenchmarkNames() []string {
	names := make([]string, 0, len(benchmarks))
	for _, b := range benchmarks {
		names = append(names, b.name)
	}
	return names
}

// InBenchmark is true if a rule with these references judges a control of the
// benchmark.
func InBenchmark(name string, references []finding.Reference) bool {
	return len(controlsOf(name, references)) > 0
}

// controlsOf gives the IDs of the benchmark's controls among the references.
func controlsOf(name string, references []finding.Reference) []string {
	var ids []string
	b := benchmarkNamed(name)
	for _, reference := range references {
		if slices.Contains(b.includes, reference.Name) && !slices.Contains(b.overridden, reference.ID) {
			ids = append(ids, reference.ID)
		}
	}
	return ids
}

// NewBenchmark sums up the document's findings and checks by the controls of a
// benchmark. references are those of all rules, by their IDs.
func NewBenchmark(name string, references map[string][]finding.Reference, d *Document) *Benchmark {
	b := benchmarkNamed(name)
	rules := map[string][]string{}
	for _, rule := range slices.Sorted(maps.Keys(references)) {
		for _, id := range controlsOf(name, references[rule]) {
			rules[id] = append(rules[id], rule)
		}
	}
	result := &Benchmark{Name: b.name, Title: b.title, Controls: []Control{}}
	known := map[string]bool{}
	for _, c := range b.controls {
		known[c.id] = true
		result.Controls = append(result.Controls, newControl(c.id, c.title, rules[c.id], d))
	}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		if !known[id] {
			result.Controls = append(result.Controls, newControl(id, "", rules[id], d))
		}
	}
	return result
}

func newControl(id, title string, rules []string, d *Document) Control {
	c := Control{ID: id, Title: title, Status: ControlNotCovered, Rules: notNil(rules), Findings: []string{}, Unknown: []Undecided{}}
	open, decided := 0, 0
	for _, f := range d.Findings {
		if slices.Contains(rules, f.Rule) {
			c.Findings = append(c.Findings, f.ID)
			if f.Status == finding.Open {
				open++
			}
		}
	}
	for _, rule := range rules {
		check := d.Checks[rule]
		c.Unknown = append(c.Unknown, check.Unknown...)
		decided += check.Pass + check.Fail
	}
	switch {
	case open > 0:
		c.Status = ControlFail
	case len(c.Unknown) > 0:
		c.Status = ControlUnknown
	case decided > 0:
		c.Status = ControlPass
	case len(rules) > 0:
		c.Status = ControlNotApplicable
	}
	return c
}

// controlWords says a control's status to people.
func controlWords(status string) string {
	switch status {
	case ControlNotApplicable:
		return "not applicable"
	case ControlUnknown:
		return "could not check"
	case ControlNotCovered:
		return "no rule for it"
	}
	return status
}
