package rule

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v4"
)

// judge is what decides a rule. when and each may be nil.
type judge struct {
	when, each, require *program
	// fact is the path of the fact that the rule is about, "image.user".
	fact string
	// list is the list that each goes through if it is a fact as it stands, nil
	// for none and for one that each makes.
	list *read
	// field is the field of an item that require is about, "" for all of it.
	field string
	// skipped says why the rule is not applicable where when does not hold.
	skipped string
	// env is what the report's expressions are compiled against.
	env *environment
}

// report is what describes a failure. It is compiled when the first one occurs.
type report struct {
	message, where, value, want, subject, path template
	layer                                      cel.Program
	// command is by platform, "" for all others.
	command map[string]template
	changes []change
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
		if r.judge.when, err = r.source.compile(env, "when", whole(r.nodes.when), isBool, "bool"); err != nil {
			return err
		}
		r.judge.skipped = "its condition does not hold: " + strings.TrimSpace(r.nodes.when.Value)
	}
	if r.nodes.each != nil {
		if env, err = r.compileEach(env); err != nil {
			return err
		}
	}
	if r.judge.require, err = r.source.compile(env, "require", whole(r.nodes.require), isBool, "bool"); err != nil {
		return err
	}
	if r.judge.fact == "" {
		r.judge.fact = r.firstPath(r.judge.require.reads)
	}
	if r.judge.list != nil {
		r.judge.field = itemField(r.judge.require.checked)
	}
	r.judge.env = env
	return nil
}

// compileEach gives the environment that has `item`.
func (r *Rule) compileEach(env *environment) (*environment, error) {
	each, err := r.source.compile(env, "each", whole(r.nodes.each), isList, "a list")
	if err != nil {
		return nil, err
	}
	r.judge.each, r.judge.fact = each, r.firstPath(each.reads)
	if path, whole := followPath(each.checked.NativeRep().Expr()); whole && path != "" {
		r.judge.list = &each.reads[0]
	}
	return r.envs.withItem(r.On, env, each.checked.OutputType().Parameters()[0])
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
		if r.report.layer, err = r.source.compileCareful(r.judge.env, "location.layer", whole(r.nodes.layer), isInt, "int"); err != nil {
			return err
		}
	}
	if err := r.compileCommands(); err != nil {
		return err
	}
	return r.compileChanges()
}

func (r *Rule) compileCommands() error {
	r.report.command = map[string]template{}
	for platform, node := range r.nodes.command {
		var err error
		if r.report.command[platform], err = r.source.compileTemplate(r.judge.env, "fix.command", node); err != nil {
			return err
		}
	}
	return nil
}

// change is a compiled line of fix.set.
type change struct {
	path  string
	value cel.Program
}

// compileChanges holds each line of fix.set to a fact that exists and a value of
// its type.
func (r *Rule) compileChanges() error {
	for _, s := range r.set {
		fact, err := r.source.check(r.judge.env, "fix.set", whole(s.path), anyType, "")
		if err != nil {
			return err
		}
		same := func(t *cel.Type) bool { return t.IsAssignableType(fact.OutputType()) }
		value, err := r.source.compileCareful(r.judge.env, "the value of fix.set", whole(s.value), same, fact.OutputType().String())
		if err != nil {
			return err
		}
		r.report.changes = append(r.report.changes, change{s.path.Value, value})
	}
	return nil
}

// check compiles everything, also what only a failure will use.
func (r *Rule) check() error {
	if _, err := r.compileJudge(); err != nil {
		return err
	}
	_, err := r.compileReport()
	return err
}

func whole(node *yaml.Node) expression { return expression{node, 0, node.Value} }

// firstPath is the first fact of the asset itself that is read, else the first
// of a parent, "" for none.
func (r *Rule) firstPath(reads []read) string {
	for _, read := range reads {
		if read.variable == subjects[r.On][0].name {
			return read.path
		}
	}
	if len(reads) == 0 {
		return ""
	}
	return reads[0].path
}

// indexFunction is what CEL calls an index, a[b].
const indexFunction = "_[_]"

// followPath is the path of a chain of selections that begins at a variable, as
// far as it is written in the rule: to an index that is computed. It is whole if
// it goes to the end of the chain.
func followPath(e ast.Expr) (path string, whole bool) {
	switch e.Kind() {
	case ast.SelectKind:
		from := e.AsSelect().Operand()
		if from.Kind() == ast.IdentKind {
			return root(from.AsIdent(), e.AsSelect().FieldName()), true
		}
		path, whole = followPath(from)
		if path == "" || !whole {
			return path, false
		}
		return path + "." + e.AsSelect().FieldName(), true
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != indexFunction {
			return "", false
		}
		path, whole = followPath(call.Args()[0])
		index, known := literalIndex(call.Args()[1])
		if path == "" || !whole || !known {
			return path, false
		}
		return path + "[" + index + "]", true
	}
	return "", false
}

// literalIndex gives an index or a key that is written out.
func literalIndex(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	switch v := e.AsLiteral().(type) {
	case types.String:
		return strconv.Quote(string(v)), true
	case types.Int:
		return strconv.FormatInt(int64(v), 10), true
	}
	return "", false
}

// root begins a path if the name is a subject's variable, not a bound one.
func root(name, field string) string {
	if isVariable(name) {
		return name + "." + field
	}
	return ""
}

func isVariable(name string) bool {
	for _, variables := range subjects {
		for _, v := range variables {
			if v.name == name {
				return true
			}
		}
	}
	return false
}
