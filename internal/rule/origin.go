package rule

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"seawall/internal/asset"
)

// unanswered is a fact that has no value for rules, with the reason.
type unanswered struct {
	variable string
	path     string
	steps    []any
	origin   asset.Origin
}

// unansweredFacts lists the facts that expressions must not read, in a fixed order.
func unansweredFacts(facts []bound) ([]unanswered, error) {
	var list []unanswered
	for _, b := range facts {
		for _, path := range slices.Sorted(maps.Keys(b.origins)) {
			origin := b.origins[path]
			if origin.Kind != asset.Unknown && origin.Kind != asset.Inexpressible {
				continue
			}
			steps, err := originSteps(path)
			if err != nil {
				return nil, fmt.Errorf("origin of a fact of %s: %w", b.variable, err)
			}
			list = append(list, unanswered{b.variable, path, steps, origin})
		}
	}
	return list, nil
}

// originSteps reads the path of an origin; "" stands for all facts of the variable.
func originSteps(path string) ([]any, error) {
	if path == "" {
		return nil, nil
	}
	return parsePath(path)
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
		reason := fact.variable + "." + fact.path + ": " + fact.origin.Reason
		if fact.origin.Kind == asset.Inexpressible {
			inexpressible = append(inexpressible, reason)
		} else {
			unknown = append(unknown, reason)
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

// originsVariable holds the kinds of origin by path. Its name cannot be
// written in an expression.
const originsVariable = "@origins"

// originMacro defines origin("user"): where a fact of the rule's own asset
// comes from, as asset.OriginKind spells it. A fact without an entry is
// explicit. The path must be one that exists.
func originMacro(facts reflect.Type) cel.Macro {
	return cel.GlobalMacro("origin", 1, func(m cel.MacroExprFactory, _ ast.Expr, arguments []ast.Expr) (ast.Expr, *cel.Error) {
		path, isText := literalText(arguments[0])
		if !isText {
			return nil, m.NewError(arguments[0].ID(), `origin() takes a path in quotes, such as origin("user")`)
		}
		if _, err := fieldType(facts, path); err != nil {
			return nil, m.NewError(arguments[0].ID(), err.Error())
		}
		key := func() ast.Expr { return m.NewLiteral(types.String(path)) }
		origins := func() ast.Expr { return m.NewIdent(originsVariable) }
		return m.NewCall(operators.Conditional,
			m.NewCall(operators.In, key(), origins()),
			m.NewCall(operators.Index, origins(), key()),
			m.NewLiteral(types.String(asset.Explicit))), nil
	})
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().(types.String)
	return string(text), ok
}

func originKinds(origins map[string]asset.Origin) map[string]string {
	kinds := make(map[string]string, len(origins))
	for path, origin := range origins {
		kinds[path] = string(origin.Kind)
	}
	return kinds
}
