package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"seawall/internal/asset"
)

// itemVariable is what an item of `each` is called in expressions.
const itemVariable = "item"

// unanswered is a fact that has no value for rules, with the reason.
type unanswered struct {
	// variable and steps are how expressions get at it.
	variable string
	steps    []any
	// name is the fact's path with the variable in front.
	name   string
	origin asset.Origin
}

// provenance is where a variable's facts come from. Containers of one workload
// share that of the workload.
type provenance struct {
	variable string
	origins  origins

	once sync.Once
	// list has the unanswered facts in a fixed order, byField their places in it
	// by their first field; "" is for all facts at once.
	list    []unanswered
	byField map[string][]int
	err     error
}

func (p *provenance) unanswered() error {
	p.once.Do(func() {
		p.byField = map[string][]int{}
		for _, path := range slices.Sorted(maps.Keys(p.origins)) {
			origin := p.origins[path]
			if origin.Kind != asset.Unknown && origin.Kind != asset.Inexpressible {
				continue
			}
			fact := unanswered{variable: p.variable, name: p.variable, origin: origin}
			field := ""
			if path != "" {
				fact.name += "." + path
				if fact.steps, p.err = parsePath(path); p.err != nil {
					p.err = fmt.Errorf("origin of a fact of %s: %w", p.variable, p.err)
					return
				}
				field, _ = fact.steps[0].(string)
			}
			p.byField[field] = append(p.byField[field], len(p.list))
			p.list = append(p.list, fact)
		}
	})
	return p.err
}

// touched lists the unanswered facts that a read depends on.
func (p *provenance) touched(r read) []unanswered {
	if len(r.steps) == 0 || len(p.list) == 0 {
		return p.list
	}
	var list []unanswered
	for _, i := range p.byField[""] {
		list = append(list, p.list[i])
	}
	field, _ := r.steps[0].(string)
	for _, i := range p.byField[field] {
		if r.touches(p.list[i].steps) {
			list = append(list, p.list[i])
		}
	}
	return list
}

// withoutItems leaves out the facts that are, or are in, single items of the
// list; those come back as facts of `item`, by the item's index.
func withoutItems(facts []unanswered, list *read) (rest []unanswered, byItem map[int][]unanswered) {
	depth := len(list.steps)
	for _, fact := range facts {
		if fact.variable != list.variable || len(fact.steps) <= depth {
			rest = append(rest, fact)
			continue
		}
		index, isIndex := fact.steps[depth].(int64)
		if !isIndex {
			rest = append(rest, fact)
			continue
		}
		if byItem == nil {
			byItem = map[int][]unanswered{}
		}
		byItem[int(index)] = append(byItem[int(index)], unanswered{itemVariable, fact.steps[depth+1:], fact.name, fact.origin})
	}
	return rest, byItem
}

func patterns(list []unanswered) []*cel.AttributePatternType {
	out := make([]*cel.AttributePatternType, len(list))
	for i, fact := range list {
		pattern := cel.AttributePattern(fact.variable)
		for _, step := range fact.steps {
			switch step := step.(type) {
			case string:
				pattern.QualString(step)
			case int64:
				pattern.QualInt(step)
			}
		}
		out[i] = pattern
	}
	return out
}

// explain turns an unknown value into a verdict with the reasons of the facts
// that made it so: not applicable if none of them can be expressed on the
// asset's platform, else unknown.
func explain(value *types.Unknown, list []unanswered) (Status, string) {
	var unknown, inexpressible []string
	for _, fact := range list {
		if !fact.causes(value) {
			continue
		}
		reasons := &unknown
		if fact.origin.Kind == asset.Inexpressible {
			reasons = &inexpressible
		}
		// An expression may read a fact more than once.
		if reason := fact.name + ": " + fact.origin.Reason; !slices.Contains(*reasons, reason) {
			*reasons = append(*reasons, reason)
		}
	}
	if len(unknown) == 0 && len(inexpressible) > 0 {
		return NotApplicable, strings.Join(inexpressible, "; ")
	}
	return Unknown, strings.Join(unknown, "; ")
}

// causes tells whether the unknown value was read from this fact, from a part
// of it, or from something it is a part of.
func (u *unanswered) causes(value *types.Unknown) bool {
	for _, id := range value.IDs() {
		trails, _ := value.GetAttributeTrails(id)
		for _, trail := range trails {
			if trail.Variable() == u.variable && samePath(trail.QualifierPath(), u.steps) {
				return true
			}
		}
	}
	return false
}

func samePath(a, b []any) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && a[i] != "*" {
			return false
		}
	}
	return true
}
