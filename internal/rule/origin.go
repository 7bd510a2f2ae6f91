package rule

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"seawall/internal/asset"
)

// originsVariable and a variable's name hold the origins of its facts. Such a
// name cannot be written in an expression.
const originsVariable = "@origins."

// originsType is what they are to the type checker.
var originsType = cel.OpaqueType("origins")

// origins are the origins of a variable's facts, as a value of CEL. Nothing but
// origin() can take it.
type origins map[string]asset.Origin

func (o origins) ConvertToNative(to reflect.Type) (any, error) {
	return nil, fmt.Errorf("origins cannot be a %s", to)
}

func (o origins) ConvertToType(ref.Type) ref.Val { return types.NewErr("origins cannot be converted") }
func (o origins) Equal(ref.Val) ref.Val          { return types.False }
func (o origins) Type() ref.Type                 { return originsType }
func (o origins) Value() any                     { return map[string]asset.Origin(o) }

// of is the origin of a fact: its own, else that of what it is a part of, up to
// all facts of the variable, else explicit.
func (o origins) of(path string) asset.Origin {
	for {
		if origin, known := o[path]; known {
			return origin
		}
		if path == "" {
			return asset.Origin{Kind: asset.Explicit}
		}
		path = parentPath(path)
	}
}

// place is the origin that says where a fact stands, or the nearest thing around
// it that has a place.
func (o origins) place(path string) (asset.Origin, bool) {
	for {
		if origin := o[path]; origin.File != "" {
			return origin, true
		}
		if path == "" {
			return asset.Origin{}, false
		}
		path = parentPath(path)
	}
}

// parentPath takes the last step off a path, `labels["a.b"]` gives `labels`.
func parentPath(path string) string {
	switch {
	case strings.HasSuffix(path, `"]`):
		return path[:max(strings.LastIndex(path, `["`), 0)]
	case strings.HasSuffix(path, "]"):
		return path[:max(strings.LastIndexByte(path, '['), 0)]
	}
	return path[:max(strings.LastIndexByte(path, '.'), 0)]
}

const originCall = "@origin"

// originFunction is what origin() becomes.
func originFunction() cel.EnvOption {
	kind := func(from, path ref.Val) ref.Val {
		known, isOrigins := from.(origins)
		text, isText := path.(types.String)
		if !isOrigins || !isText {
			return types.MaybeNoSuchOverloadErr(from)
		}
		return types.String(known.of(string(text)).Kind)
	}
	return cel.Function(originCall,
		cel.Overload("origins_string", []*cel.Type{originsType, cel.StringType}, cel.StringType, cel.BinaryBinding(kind)))
}

// originMacro defines origin("user"): where a fact of the rule's own asset
// comes from, as asset.OriginKind spells it. origin("workload.name") is for a fact
// of a parent. A fact without an entry is explicit. The path must be one that
// exists.
func originMacro(variables []variable) cel.Macro {
	return cel.GlobalMacro("origin", 1, func(m cel.MacroExprFactory, _ ast.Expr, arguments []ast.Expr) (ast.Expr, *cel.Error) {
		path, isText := literalText(arguments[0])
		if !isText {
			return nil, m.NewError(arguments[0].ID(), `origin() takes a path in quotes, such as origin("user")`)
		}
		of, path := splitVariable(variables, path)
		if _, err := fieldType(of.facts, path); err != nil {
			return nil, m.NewError(arguments[0].ID(), err.Error())
		}
		return m.NewCall(originCall, m.NewIdent(originsVariable+of.name), m.NewLiteral(types.String(path))), nil
	})
}

// splitVariable finds out whose fact a path is; without a variable's name in
// front it is the first one's.
func splitVariable(variables []variable, path string) (of variable, rest string) {
	for _, v := range variables {
		if rest, begins := strings.CutPrefix(path, v.name+"."); begins {
			return v, rest
		}
	}
	return variables[0], path
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().(types.String)
	return string(text), ok
}

// itemPath is the path of an item of a list, or of a field of it.
func itemPath(list string, index int, field string) string {
	path := list + "[" + strconv.Itoa(index) + "]"
	if field == "" {
		return path
	}
	return path + "." + field
}
