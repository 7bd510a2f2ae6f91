package rule

import (
	"context"
	"fmt"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// Status is how a rule ended on an asset.
type Status string

// The four ways a rule can end.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	// NotApplicable means that the rule says nothing about this asset.
	NotApplicable Status = "notApplicable"
	// Unknown means that the rule could not be decided. It is not a pass.
	Unknown Status = "unknown"
)

// weight orders statuses where several rows or items make one result: what is
// certain to be wrong outweighs what is not known, and that outweighs a pass.
var weight = map[Status]int{NotApplicable: 0, Pass: 1, Unknown: 2, Fail: 3}

// maxFailures bounds the failures of one rule on one asset that are described.
const maxFailures = 100

// Result is how one rule ended on one asset.
type Result struct {
	Rule   *Rule
	Status Status
	// Reason says why the rule is not applicable or unknown.
	Reason string
	// Failures has an entry for each thing that failed.
	Failures []Failure
}

// Failure is one thing that a rule found wrong.
type Failure struct {
	// Subject tells this failure from the rule's others on the asset and stays
	// the same after a rebuild: a path, a field, a variable's name.
	Subject  string
	Evidence finding.Evidence
	Location *finding.Location
	// Command is what to paste to repair it, "" for none.
	Command string
	// Changes are the facts to change to repair it.
	Changes []Change
}

// Change is a new value for a fact.
type Change struct {
	// Fact is the fact's path, "container.resources.memory.limit".
	Fact string
	// Value is a bool, int64, float64, string or []string.
	Value any
	// Origin is where the fact stands now, or could be written.
	Origin asset.Origin
}

// evaluation is a rule meeting a target.
type evaluation struct {
	rule   *Rule
	judge  *judge
	target *Target
	ready  *prepared
	// index is the item's place in the list of each, -1 for none.
	index  int
	result Result
	failed int
}

// evaluate judges one rule. The error is for a rule that does not compile or a
// context that ended; what goes wrong in an expression is a result.
func (r *Rule) evaluate(ctx context.Context, target *Target, ready *prepared) (Result, error) {
	judge, err := r.compileJudge()
	if err != nil {
		return Result{}, err
	}
	e := evaluation{rule: r, judge: judge, target: target, ready: ready, index: -1, result: Result{Rule: r, Status: NotApplicable}}
	for _, row := range r.rows {
		ready.active.row = row
		if err := e.row(ctx, row); err != nil {
			return Result{}, err
		}
	}
	if e.failed > maxFailures {
		e.result.Failures = append(e.result.Failures, Failure{
			Subject:  "more",
			Evidence: finding.Evidence{What: fmt.Sprintf("%d more are not listed", e.failed-maxFailures)},
		})
	}
	return e.result, nil
}

// row judges one row of `for`.
func (e *evaluation) row(ctx context.Context, values row) error {
	if e.judge.when != nil {
		if applies, decided := e.ask(e.judge.when, nil); !decided {
			return nil
		} else if !applies {
			e.conclude(NotApplicable, e.judge.skipped)
			return nil
		}
	}
	if e.judge.each == nil {
		return e.require(values, nil)
	}
	return e.items(ctx, values)
}

// items judges each item of a list. Where the list is a fact as it stands, one
// that is not known leaves the others decided.
func (e *evaluation) items(ctx context.Context, values row) error {
	facts := e.ready.touched(e.judge.each)
	var byItem map[int][]unanswered
	if e.judge.list != nil && len(facts) > 0 {
		facts, byItem = withoutItems(facts, e.judge.list)
	}
	list := e.eval(e.judge.each, facts)
	items, isList := list.(traits.Lister)
	if !isList {
		e.undecided(list, facts)
		return nil
	}
	e.conclude(Pass, "")
	active := e.ready.active
	defer func() { active.item, e.index = nil, -1 }()
	for it := items.Iterator(); it.HasNext() == types.True; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("evaluate rule %s: %w", e.rule.ID, err)
		}
		active.item = it.Next()
		e.index++
		if err := e.require(values, byItem[e.index]); err != nil {
			return err
		}
	}
	return nil
}

// require judges the row, or one item of it, of which the given facts are not
// known.
func (e *evaluation) require(values row, item []unanswered) error {
	holds, decided := e.ask(e.judge.require, item)
	switch {
	case !decided:
		return nil
	case holds:
		e.conclude(Pass, "")
		return nil
	}
	e.conclude(Fail, "")
	if e.failed++; e.failed > maxFailures {
		return nil
	}
	failure, err := e.describe(values, item)
	e.result.Failures = append(e.result.Failures, failure)
	return err
}

// ask evaluates a bool. If it is not decided, the result says why.
func (e *evaluation) ask(p *program, item []unanswered) (holds, decided bool) {
	facts := e.ready.touched(p)
	if len(item) > 0 {
		facts = append(slices.Clone(facts), item...)
	}
	value := e.eval(p, facts)
	if answer, isBool := value.(types.Bool); isBool {
		return bool(answer), true
	}
	e.undecided(value, facts)
	return false, false
}

// eval evaluates a program that may read the given unanswered facts. A failure
// comes back as an error value.
func (e *evaluation) eval(p *program, facts []unanswered) ref.Val {
	form := p.quick
	if len(facts) > 0 {
		careful, err := p.careful()
		if err != nil {
			return types.WrapErr(err)
		}
		form = careful
		e.ready.active.unknown = patterns(facts)
	}
	value, _, err := form.Eval(e.ready.active)
	if err != nil {
		return types.WrapErr(err)
	}
	return value
}

// undecided records a value that is unknown or an error.
func (e *evaluation) undecided(value ref.Val, facts []unanswered) {
	switch value := value.(type) {
	case *types.Unknown:
		e.conclude(explain(value, facts))
	case *types.Err:
		e.conclude(Unknown, "the rule's expression failed: "+value.Error())
	default:
		e.conclude(Unknown, fmt.Sprintf("the rule's expression gave a value of type %s", value.Type().TypeName()))
	}
}

// conclude raises the result to a status that outweighs it.
func (e *evaluation) conclude(status Status, reason string) {
	switch {
	case weight[status] > weight[e.result.Status], e.result.Reason == "" && status == e.result.Status:
		e.result.Status, e.result.Reason = status, reason
	}
}
