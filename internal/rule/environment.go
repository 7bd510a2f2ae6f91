package rule

import (
	"fmt"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
	"go.yaml.in/yaml/v4"
)

// costLimit bounds one evaluation of one expression, in CEL's cost units (about
// one per step; a millisecond is some 100 000). Facts come from hostile images.
const costLimit = 2_000_000

// regexProgramLimit bounds the compiled size of a regular expression, in
// instructions.
const regexProgramLimit = 2000

// environments holds what expressions are compiled against. Building one costs
// more than compiling an expression, so they are kept. Whoever calls its
// methods holds mu.
type environments struct {
	mu   sync.Mutex
	byOn map[string]*cel.Env
	// byItem are those that also know `item`, by `on` and the item's type.
	byItem map[string]*cel.Env
}

func newEnvironments() *environments {
	return &environments{byOn: map[string]*cel.Env{}, byItem: map[string]*cel.Env{}}
}

// get gives the environment for a rule's `on` and the columns of its `for`.
func (e *environments) get(on string, columns []column) (*cel.Env, error) {
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
	return env.Extend(options...)
}

// withItem adds `item`. It keeps what it makes of an environment without columns.
func (e *environments) withItem(on string, env *cel.Env, item *cel.Type) (*cel.Env, error) {
	key := on + " " + item.String()
	plain := e.byOn[on] == env
	if known := e.byItem[key]; plain && known != nil {
		return known, nil
	}
	extended, err := env.Extend(cel.Variable("item", item))
	if err != nil {
		return nil, fmt.Errorf("set up the rule language for items of type %s: %w", item, err)
	}
	if plain {
		e.byItem[key] = extended
	}
	return extended, nil
}

func newEnvironment(variables []variable) (*cel.Env, error) {
	options := []cel.EnvOption{
		ext.Strings(),
		cel.Variable("now", cel.TimestampType),
		cel.Variable(originsVariable, cel.MapType(cel.StringType, cel.StringType)),
		originMacro(variables[0].facts),
		cel.ParserExpressionSizeLimit(10_000),
		cel.RegexProgramSizeLimit(regexProgramLimit),
	}
	for _, v := range variables {
		options = append(options,
			ext.NativeTypes(ext.ParseStructTag("json"), v.facts),
			cel.Variable(v.name, cel.ObjectType(v.facts.String())))
	}
	return cel.NewEnv(options...)
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

// compile type-checks an expression. Mistakes are reported at their place in
// the rule's file.
func (s *source) compile(env *cel.Env, field string, e expression, want wanted, description string) (*cel.Ast, cel.Program, error) {
	checked, issues := env.Compile(e.text)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		at := expressionOffset(e.text, first.Location.Line(), first.Location.Column())
		line, column := s.scalarPlace(e.node, e.start+at)
		return nil, nil, s.errorAt(line, column, "in "+field+": "+first.Message)
	}
	if !want(checked.OutputType()) {
		line, column := s.scalarPlace(e.node, e.start)
		return nil, nil, s.errorAt(line, column, fmt.Sprintf("%s is of type %s, it must be %s", field, checked.OutputType(), description))
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize, cel.OptPartialEval), cel.CostLimit(costLimit))
	if err != nil {
		line, column := s.scalarPlace(e.node, e.start)
		return nil, nil, s.errorAt(line, column, "in "+field+": "+err.Error())
	}
	return checked, program, nil
}
