package rule

import (
	"fmt"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	celenv "cel.dev/cel-go/common/env"
	"cel.dev/cel-go/ext"
	"cel.dev/cel-go/parser"
	"go.yaml.in/yaml/v4"
)

// costLimit bounds one evaluation of one expression, in CEL's cost units (about
// one per step; a millisecond is some 100 000). Facts come from hostile images.
const costLimit = 2_000_000

// maxExpression bounds an expression, in characters.
const maxExpression = 10_000

// regexProgramLimit bounds the compiled size of a regular expression, in
// instructions.
const regexProgramLimit = 2000

// environment is what expressions are compiled against.
type environment struct {
	types *cel.Env
	// parser is cel-go's recursive one: the one that an Env brings reads its
	// tables first, which takes as long as compiling all rules.
	parser *parser.Parser
}

// extend adds variables.
func (e *environment) extend(options ...cel.EnvOption) (*environment, error) {
	types, err := e.types.Extend(options...)
	return &environment{types, e.parser}, err
}

// check parses an expression and finds out its types. mistake is the first one.
func (e *environment) check(text string) (checked *cel.Ast, mistake *common.Error) {
	source := common.NewTextSource(text)
	parsed, mistakes := e.parser.Parse(source)
	if list := mistakes.GetErrors(); len(list) > 0 {
		return nil, list[0]
	}
	// cel makes its own form of a tree only of the serialized one.
	serialized, err := ast.ToProto(parsed)
	if err != nil {
		return nil, &common.Error{Location: common.NoLocation, Message: err.Error()}
	}
	tree, err := cel.CheckedExprToAstWithSource(serialized, source)
	if err != nil {
		return nil, &common.Error{Location: common.NoLocation, Message: err.Error()}
	}
	checked, issues := e.types.Check(tree)
	if issues.Err() != nil {
		return nil, issues.Errors()[0]
	}
	return checked, nil
}

// environments are kept, for building one costs more than compiling an
// expression. Whoever calls its methods holds mu.
type environments struct {
	mu   sync.Mutex
	byOn map[string]*environment
	// byItem are those that also know `item`, by `on` and the item's type.
	byItem map[string]*environment
}

func newEnvironments() *environments {
	return &environments{byOn: map[string]*environment{}, byItem: map[string]*environment{}}
}

// get gives the environment for a rule's `on` and the columns of its `for`.
func (e *environments) get(on string, columns []column) (*environment, error) {
	env := e.byOn[on]
	if env == nil {
		var err error
		if env, err = newEnvironment(subjects[on]); err != nil {
			return nil, fmt.Errorf("set up the rule language for %q: %w", on, err)
		}
		e.byOn[on] = env
	}
	if len(columns) == 0 {
		return env, nil
	}
	options := make([]cel.EnvOption, len(columns))
	for i, c := range columns {
		options[i] = cel.Variable(c.variable(), c.celType)
	}
	return env.extend(options...)
}

// withItem adds `item`. It keeps what it makes of an environment without columns.
func (e *environments) withItem(on string, env *environment, item *cel.Type) (*environment, error) {
	key := on + " " + item.String()
	plain := e.byOn[on] == env
	if known := e.byItem[key]; plain && known != nil {
		return known, nil
	}
	extended, err := env.extend(cel.Variable(itemVariable, item))
	if err != nil {
		return nil, fmt.Errorf("set up the rule language for items of type %s: %w", item, err)
	}
	if plain {
		e.byItem[key] = extended
	}
	return extended, nil
}

func newEnvironment(variables []variable) (*environment, error) {
	options := []cel.EnvOption{
		ext.Strings(),
		cel.Variable("now", cel.TimestampType),
		// cel.RegexProgramSizeLimit would measure every pattern twice.
		cel.FromConfig(celenv.NewConfig("rules").AddLimits(celenv.NewLimit("cel.limit.regex_program_size", regexProgramLimit))),
	}
	options = append(options, originFunction())
	for _, v := range variables {
		options = append(options,
			ext.NativeTypes(ext.ParseStructTag("json"), v.facts),
			cel.Variable(v.name, cel.ObjectType(v.facts.String())),
			cel.Variable(originsVariable+v.name, originsType))
	}
	types, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	macros := append(slices.Clone(parser.AllMacros), originMacro(variables))
	p, err := parser.NewParser(parser.EnablePrattParser(true), parser.ExpressionSizeCodePointLimit(maxExpression), parser.Macros(macros...))
	return &environment{types, p}, err
}

// expression is a piece of CEL and where it stands: node's value from start on.
type expression struct {
	node  *yaml.Node
	start int
	text  string
}

// wanted lists the types that an expression may have.
type wanted func(*cel.Type) bool

func isBool(t *cel.Type) bool { return t.Kind() == cel.BoolKind }
func isInt(t *cel.Type) bool  { return t.Kind() == cel.IntKind }
func isList(t *cel.Type) bool { return t.Kind() == cel.ListKind }
func anyType(*cel.Type) bool  { return true }

// check type-checks an expression. Mistakes are reported at their place in the
// rule's file.
func (s *source) check(env *environment, field string, e expression, want wanted, description string) (*cel.Ast, error) {
	checked, mistake := env.check(e.text)
	if mistake != nil {
		at := expressionOffset(e.text, mistake.Location.Line(), mistake.Location.Column())
		return nil, s.errorIn(e.node, e.start+at, "in %s: %s", field, mistake.Message)
	}
	if !want(checked.OutputType()) {
		return nil, s.errorIn(e.node, e.start, "%s is of type %s, it must be %s", field, checked.OutputType(), description)
	}
	return checked, nil
}

// compile compiles an expression that decides a rule.
func (s *source) compile(env *environment, field string, e expression, want wanted, description string) (*program, error) {
	checked, err := s.check(env, field, e, want, description)
	if err != nil {
		return nil, err
	}
	quick, err := env.program(checked)
	if err != nil {
		return nil, s.errorIn(e.node, e.start, "in %s: %v", field, err)
	}
	return &program{quick: quick, reads: readsOf(checked), checked: checked, env: env}, nil
}

// compileCareful compiles an expression that only describes a failure: it has
// just the form that is careful with unknown facts.
func (s *source) compileCareful(env *environment, field string, e expression, want wanted, description string) (cel.Program, error) {
	checked, err := s.check(env, field, e, want, description)
	if err != nil {
		return nil, err
	}
	careful, err := env.program(checked, cel.OptPartialEval)
	if err != nil {
		return nil, s.errorIn(e.node, e.start, "in %s: %v", field, err)
	}
	return careful, nil
}
