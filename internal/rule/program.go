package rule

import (
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
)

// program is a compiled expression that decides a rule. It has two forms: most
// evaluations meet no fact that is unknown, and the form that looks for them at
// every step takes several times as long.
type program struct {
	quick cel.Program
	// reads are the facts that the expression may look at.
	reads []read

	checked     *cel.Ast
	env         *environment
	partialOnce sync.Once
	partial     cel.Program
	partialErr  error
}

// careful gives the form for unknown facts.
func (p *program) careful() (cel.Program, error) {
	p.partialOnce.Do(func() {
		p.partial, p.partialErr = p.env.program(p.checked, cel.OptPartialEval)
	})
	return p.partial, p.partialErr
}

// program makes a program of a checked expression.
func (e *environment) program(checked *cel.Ast, more ...cel.EvalOption) (cel.Program, error) {
	options := []cel.ProgramOption{cel.EvalOptions(append(more, cel.OptOptimize)...)}
	if mayGrow(checked) {
		options = append(options, cel.CostLimit(costLimit))
	}
	return e.types.Program(checked, options...)
}

// mayGrow tells whether an expression can take longer than in proportion to its
// own length and that of the facts. Counting the cost of the others would take
// longer than they do.
func mayGrow(checked *cel.Ast) bool {
	grows := false
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.ComprehensionKind:
			grows = true
		case ast.CallKind:
			grows = grows || e.AsCall().FunctionName() == "replace"
		}
	}))
	return grows
}

// read is a fact that an expression looks at.
type read struct {
	// path has the variable in front, "container.user".
	path     string
	variable string
	steps    []any
	// fields are what is looked at in the items of a list, where that is known:
	// `mounts.exists(m, m.readOnly)` reads readOnly of each item.
	fields [][]any
	// fieldsKnown is false where all of an item may be looked at.
	fieldsKnown bool
}

// touches tells whether the fact at a path takes part in what is read.
func (r *read) touches(fact []any) bool {
	if !samePath(fact, r.steps) {
		return false
	}
	depth := len(r.steps) + 1
	if !r.fieldsKnown || len(fact) < depth {
		return true
	}
	return slices.ContainsFunc(r.fields, func(field []any) bool { return samePath(fact[depth:], field) })
}

// reader collects what an expression reads.
type reader struct {
	list    []read
	covered map[int64]bool
}

// readsOf lists the facts that an expression may look at, in the order of its
// text.
func readsOf(checked *cel.Ast) []read {
	r := &reader{covered: map[int64]bool{}}
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(r.visit))
	return r.list
}

func (r *reader) visit(e ast.Expr) {
	if r.covered[e.ID()] {
		return
	}
	switch e.Kind() {
	case ast.ComprehensionKind:
		over := e.AsComprehension()
		if fields, known := variableFields(over.IterVar(), over.LoopStep()); known && !over.HasIterVar2() {
			r.add(over.IterRange(), fields, true)
		}
	case ast.CallKind:
		if call := e.AsCall(); call.FunctionName() == "size" {
			for _, counted := range append(call.Args(), call.Target()) {
				r.add(counted, nil, true)
			}
		}
	}
	r.add(e, nil, false)
}

// add notes an expression if it is a chain of selections that begins at a
// variable. What the chain is made of is not looked at again.
func (r *reader) add(e ast.Expr, fields [][]any, fieldsKnown bool) {
	if e == nil || e.Kind() == ast.UnspecifiedExprKind {
		return
	}
	path, whole := followPath(e)
	if path == "" && e.Kind() == ast.IdentKind && isVariable(e.AsIdent()) {
		path = e.AsIdent()
	}
	if path == "" {
		return
	}
	steps, err := parsePath(path)
	if err != nil {
		return
	}
	for next, more := e, true; more; next, more = operand(next) {
		r.covered[next.ID()] = true
	}
	r.list = append(r.list, read{path, steps[0].(string), steps[1:], fields, fieldsKnown && whole})
}

// variableFields lists the fields of a bound variable that an expression reads;
// known is false if it uses the variable in another way.
func variableFields(name string, in ast.Expr) (fields [][]any, known bool) {
	known = true
	covered := map[int64]bool{}
	ast.PreOrderVisit(in, ast.NewExprVisitor(func(e ast.Expr) {
		switch {
		case covered[e.ID()]:
		case e.Kind() == ast.SelectKind && e.AsSelect().Operand().Kind() == ast.IdentKind && e.AsSelect().Operand().AsIdent() == name:
			covered[e.AsSelect().Operand().ID()] = true
			fields = append(fields, []any{e.AsSelect().FieldName()})
		case e.Kind() == ast.IdentKind && e.AsIdent() == name:
			known = false
		}
	}))
	return fields, known
}

// operand is what a selection selects from.
func operand(e ast.Expr) (ast.Expr, bool) {
	switch {
	case e.Kind() == ast.SelectKind:
		return e.AsSelect().Operand(), true
	case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == indexFunction:
		return e.AsCall().Args()[0], true
	}
	return nil, false
}

// itemField is the first field of `item` that an expression reads, "" for none.
func itemField(checked *cel.Ast) string {
	field := ""
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if field == "" && e.Kind() == ast.SelectKind {
			if of := e.AsSelect().Operand(); of.Kind() == ast.IdentKind && of.AsIdent() == itemVariable {
				field = e.AsSelect().FieldName()
			}
		}
	}))
	return field
}
