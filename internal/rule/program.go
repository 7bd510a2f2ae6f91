package rule

import (
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
}

// readsOf lists the facts that an expression may look at, in the order of its
// text.
func readsOf(checked *cel.Ast) []read {
	var list []read
	covered := map[int64]bool{}
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if covered[e.ID()] {
			return
		}
		path := selectPath(e)
		if path == "" && e.Kind() == ast.IdentKind && isVariable(e.AsIdent()) {
			path = e.AsIdent()
		}
		if path == "" {
			return
		}
		for next, more := operand(e); more; next, more = operand(next) {
			covered[next.ID()] = true
		}
		steps, err := parsePath(path)
		if err != nil {
			return
		}
		list = append(list, read{path, steps[0].(string), steps[1:]})
	}))
	return list
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
