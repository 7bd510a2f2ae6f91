package rule

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"seawall/internal/finding"
	"seawall/internal/mask"
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
}

// evaluation is a rule meeting a target.
type evaluation struct {
	rule   *Rule
	judge  *judge
	target *Target
	facts  []unanswered
	vars   map[string]any
	active cel.PartialActivation
	result Result
	failed int
	mask   func() *mask.Mask
}

// evaluate judges one rule. The error is for a rule that does not compile or a
// context that ended; what goes wrong in an expression is a result.
func (r *Rule) evaluate(ctx context.Context, target *Target, prepared *prepared) (Result, error) {
	judge, err := r.compileJudge()
	if err != nil {
		return Result{}, err
	}
	e := &evaluation{
		rule: r, judge: judge, target: target, facts: prepared.facts, mask: prepared.mask,
		vars:   maps.Clone(prepared.vars),
		result: Result{Rule: r, Status: NotApplicable},
	}
	if e.active, err = cel.PartialVars(e.vars, prepared.patterns...); err != nil {
		return Result{}, fmt.Errorf("evaluate rule %s: %w", r.ID, err)
	}
	for _, row := range r.rows {
		maps.Copy(e.vars, row)
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
		if applies, decided := e.ask(e.judge.when); !decided {
			return nil
		} else if !applies {
			e.conclude(NotApplicable, "its condition does not hold: "+strings.TrimSpace(e.rule.nodes.when.Value))
			return nil
		}
	}
	if e.judge.each == nil {
		return e.require(values)
	}
	list := e.eval(e.judge.each)
	items, isList := list.(traits.Lister)
	if !isList {
		e.undecided(list)
		return nil
	}
	e.conclude(Pass, "")
	for it := items.Iterator(); it.HasNext() == types.True; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("evaluate rule %s: %w", e.rule.ID, err)
		}
		e.vars["item"] = it.Next()
		if err := e.require(values); err != nil {
			return err
		}
	}
	return nil
}

// require judges the row, or one item of it.
func (e *evaluation) require(values row) error {
	holds, decided := e.ask(e.judge.require)
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
	failure, err := e.describe(values)
	e.result.Failures = append(e.result.Failures, failure)
	return err
}

// ask evaluates a bool. If it is not decided, the result says why.
func (e *evaluation) ask(program cel.Program) (holds, decided bool) {
	value := e.eval(program)
	if answer, isBool := value.(types.Bool); isBool {
		return bool(answer), true
	}
	e.undecided(value)
	return false, false
}

// eval evaluates a program. A failure comes back as an error value.
func (e *evaluation) eval(program cel.Program) ref.Val {
	value, _, err := program.Eval(e.active)
	if err != nil {
		return types.WrapErr(err)
	}
	return value
}

// undecided records a value that is unknown or an error.
func (e *evaluation) undecided(value ref.Val) {
	switch value := value.(type) {
	case *types.Unknown:
		e.conclude(explain(value, e.facts))
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
