package rule

import (
	"strconv"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"go.yaml.in/yaml/v4"
)

// judge is what decides a rule. when and each may be nil.
type judge struct {
	when, each, require cel.Program
	// fact is the path of the fact that the rule is about, "image.user".
	fact string
	// env is what the report's expressions are compiled against.
	env *environment
}

// report is what describes a failure. It is compiled when the first one occurs.
type report struct {
	message, where, value, want, subject, path template
	layer                                      cel.Program
}

// compileJudge compiles once what decides the rule.
func (r *Rule) compileJudge() (*judge, error) {
	r.judgeOnce.Do(func() {
		r.envs.mu.Lock()
		defer r.envs.mu.Unlock()
		r.judgeErr = r.buildJudge()
	})
	return &r.judge, r.judgeErr
}

func (r *Rule) buildJudge() error {
	env, err := r.envs.get(r.On, r.columns)
	if err != nil {
		return err
	}
	if r.nodes.when != nil {
		if _, r.judge.when, err = r.source.compile(env, "when", whole(r.nodes.when), isBool, "bool"); err != nil {
			return err
		}
	}
	if r.nodes.each != nil {
		var list *cel.Ast
		if list, r.judge.each, err = r.source.compile(env, "each", whole(r.nodes.each), isList, "a list"); err != nil {
			return err
		}
		r.judge.fact = firstPath(list.NativeRep().Expr())
		if env, err = r.envs.withItem(r.On, env, list.OutputType().Parameters()[0]); err != nil {
			return err
		}
	}
	required, program, err := r.source.compile(env, "require", whole(r.nodes.require), isBool, "bool")
	if err != nil {
		return err
	}
	if r.judge.fact == "" {
		r.judge.fact = firstPath(required.NativeRep().Expr())
	}
	r.judge.require, r.judge.env = program, env
	return nil
}

// compileReport compiles once what describes a failure.
func (r *Rule) compileReport() (*report, error) {
	r.reportOnce.Do(func() {
		r.envs.mu.Lock()
		defer r.envs.mu.Unlock()
		r.reportErr = r.buildReport()
	})
	return &r.report, r.reportErr
}

func (r *Rule) buildReport() error {
	texts := []struct {
		field string
		node  *yaml.Node
		place *template
	}{
		{"message", r.nodes.message, &r.report.message},
		{"evidence.where", r.nodes.where, &r.report.where},
		{"evidence.value", r.nodes.value, &r.report.value},
		{"evidence.want", r.nodes.want, &r.report.want},
		{"subject", r.nodes.subject, &r.report.subject},
		{"location.path", r.nodes.path, &r.report.path},
	}
	var err error
	for _, text := range texts {
		if text.node == nil {
			continue
		}
		if *text.place, err = r.source.compileTemplate(r.judge.env, text.field, text.node); err != nil {
			return err
		}
	}
	if r.nodes.layer != nil {
		_, r.report.layer, err = r.source.compile(r.judge.env, "location.layer", whole(r.nodes.layer), isInt, "int")
	}
	return err
}

// check compiles everything, also what only a repair will use.
func (r *Rule) check() error {
	if _, err := r.compileJudge(); err != nil {
		return err
	}
	if _, err := r.compileReport(); err != nil {
		return err
	}
	r.envs.mu.Lock()
	defer r.envs.mu.Unlock()
	for _, s := range r.set {
		if err := r.checkSetting(s); err != nil {
			return err
		}
	}
	return nil
}

// checkSetting holds a line of fix.set to a fact that exists and a value of its
// type.
func (r *Rule) checkSetting(s setting) error {
	env, err := r.envs.get(r.On, r.columns)
	if err != nil {
		return err
	}
	fact, _, err := r.source.compile(env, "fix.set", whole(s.path), anyType, "")
	if err != nil {
		return err
	}
	same := func(t *cel.Type) bool { return t.IsAssignableType(fact.OutputType()) }
	_, _, err = r.source.compile(env, "the value of fix.set", whole(s.value), same, fact.OutputType().String())
	return err
}

func whole(node *yaml.Node) expression { return expression{node, 0, node.Value} }

// firstPath is the first fact that an expression reads, "image.user", "" if it
// reads none.
func firstPath(e ast.Expr) string {
	path := ""
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if path == "" {
			path = selectPath(e)
		}
	}))
	return path
}

// selectPath is the path of a chain of selections that begins at a variable.
func selectPath(e ast.Expr) string {
	switch e.Kind() {
	case ast.SelectKind:
		operand := e.AsSelect().Operand()
		if operand.Kind() == ast.IdentKind {
			return root(operand.AsIdent(), e.AsSelect().FieldName())
		}
		if parent := selectPath(operand); parent != "" {
			return parent + "." + e.AsSelect().FieldName()
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != "_[_]" {
			return ""
		}
		index := call.Args()[1]
		if parent := selectPath(call.Args()[0]); parent != "" && index.Kind() == ast.LiteralKind {
			if text, isText := literalText(index); isText {
				return parent + "[" + strconv.Quote(text) + "]"
			}
			return parent
		}
	}
	return ""
}

// root begins a path if the name is a subject's variable, not a bound one.
func root(name, field string) string {
	for _, variables := range subjects {
		for _, v := range variables {
			if v.name == name {
				return name + "." + field
			}
		}
	}
	return ""
}
