package ecs

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// functions are those of Terraform that need nothing but their arguments, and
// cannot make much out of little again and again.
var functions = sync.OnceValue(func() map[string]function.Function {
	return map[string]function.Function{
		"coalesce": stdlib.CoalesceFunc, "concat": stdlib.ConcatFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc,
		"length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc, "merge": stdlib.MergeFunc,
		"trimspace": stdlib.TrimSpaceFunc, "upper": stdlib.UpperFunc,
		"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "floor": stdlib.FloorFunc, "ceil": stdlib.CeilFunc,
		"jsonencode": stdlib.JSONEncodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "element": stdlib.ElementFunc,
		"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	}
})

// context evaluates the defaults of variables, and the locals as far as they go.
func (m *module) context() {
	variables := map[string]cty.Value{}
	for name, block := range m.variables {
		variables[name] = cty.DynamicVal
		if standard := block.Body.Attributes["default"]; standard != nil {
			if v := constant(standard.Expr); size(v, 0) <= maxValue {
				variables[name] = v
			}
		}
	}
	m.left = maxMade
	m.values = &hcl.EvalContext{Functions: functions(), Variables: map[string]cty.Value{"var": object(variables)}}
	m.locate()
}

// constant evaluates an expression that refers to nothing; unknown for others and null.
func constant(e hclsyntax.Expression) cty.Value {
	if costly(e) {
		return cty.DynamicVal
	}
	v, diagnostics := e.Value(nil)
	if diagnostics.HasErrors() || v.IsNull() {
		return cty.DynamicVal
	}
	return v
}

// maxValue bounds, in bytes, what a variable or local may hold to take part in
// other expressions; maxReferences how often one expression may use such.
const (
	maxValue      = 16 << 10
	maxReferences = 1000
)

// costly tells of expressions that a few lines make run for very long: loops in
// loops, joins of joins, formats that fill up with spaces, many references.
func costly(e hclsyntax.Expression) bool {
	loops, joins, wide := 0, 0, false
	_ = hclsyntax.VisitAll(e, func(node hclsyntax.Node) hcl.Diagnostics {
		switch node := node.(type) {
		case *hclsyntax.ForExpr, *hclsyntax.SplatExpr:
			loops++
		case *hclsyntax.FunctionCallExpr:
			if node.Name == "join" || node.Name == "format" {
				joins++
			}
		case *hclsyntax.LiteralValueExpr:
			wide = wide || node.Val.Type() == cty.String && node.Val.IsKnown() && !node.Val.IsNull() && fills(node.Val.AsString())
		}
		return nil
	})
	return loops > 1 || joins > 1 || wide && joins > 0 || len(e.Variables()) > maxReferences
}

// fills is true for a format with a width, such as %100d.
func fills(format string) bool {
	for part := range strings.SplitSeq(format, "%") {
		if strings.TrimLeft(part, " +-#") != "" && strings.ContainsAny(strings.TrimLeft(part, " +-#")[:1], "0123456789.*") {
			return true
		}
	}
	return false
}

// maxRounds bounds how long a chain of locals that use each other may be.
const maxRounds = 8

// locate evaluates locals again until no more become known.
func (m *module) locate() {
	values := map[string]cty.Value{}
	for range maxRounds {
		before := len(values)
		for _, name := range slices.Sorted(maps.Keys(m.locals)) {
			if _, done := values[name]; done {
				continue
			}
			if v := m.value(m.locals[name].Expr); v.IsWhollyKnown() && size(v, 0) <= maxValue {
				values[name] = v
			}
		}
		m.values.Variables["local"] = object(values)
		if len(values) == before {
			break
		}
	}
	for name := range m.locals {
		if _, known := values[name]; !known {
			values[name] = cty.DynamicVal
		}
	}
	m.values.Variables["local"] = object(values)
}

func object(values map[string]cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(values)
}

// value evaluates an expression; resources, data and what else only Terraform
// knows are unknown.
func (m *module) value(e hclsyntax.Expression) cty.Value {
	if literal, isLiteral := e.(*hclsyntax.LiteralValueExpr); isLiteral {
		return literal.Val
	}
	if !m.spend(e.Range()) || costly(e) {
		return cty.DynamicVal
	}
	context := m.values.NewChild()
	context.Variables = map[string]cty.Value{}
	for _, used := range e.Variables() {
		if _, known := m.values.Variables[used.RootName()]; !known {
			context.Variables[used.RootName()] = cty.DynamicVal
		}
	}
	v, diagnostics := e.Value(context)
	if diagnostics.HasErrors() {
		return cty.DynamicVal
	}
	v, _ = v.UnmarkDeep()
	return v
}

// evaluate gives the nodes of an expression's value; parts that are not known
// are unresolved.
func (m *module) evaluate(e hclsyntax.Expression) *yaml.Node {
	v := m.value(e)
	if !m.spendBytes(size(v, 0)) {
		v = cty.DynamicVal
	}
	reason, reference := dependence(e)
	return nodes(v, e.Range(), reason, reference, 0)
}

// dependence names what an expression depends on; a single reference stands for
// the value as a whole.
func dependence(e hclsyntax.Expression) (reason, reference string) {
	used := e.Variables()
	if len(used) == 0 {
		return "only Terraform can evaluate this expression", ""
	}
	name := path(used[0])
	if e, alone := e.(*hclsyntax.ScopeTraversalExpr); alone {
		reference = path(e.Traversal)
	}
	switch used[0].RootName() {
	case "var":
		return name + " has no default", reference
	case "local":
		return name + " depends on what only Terraform knows", reference
	}
	return name + " is known only to Terraform", reference
}

func path(traversal hcl.Traversal) string {
	words := []string{traversal.RootName()}
	for _, step := range traversal[1:] {
		if attribute, isName := step.(hcl.TraverseAttr); isName {
			words = append(words, attribute.Name)
		}
	}
	return strings.Join(words, ".")
}

// nodes turns a value into nodes at one place.
func nodes(v cty.Value, place hcl.Range, reason, reference string, depth int) *yaml.Node {
	switch {
	case !v.IsKnown() || depth > maxDepth:
		return unresolved(nodeAt(place, yaml.ScalarNode, ""), document.Hole, reason, reference)
	case v.IsNull():
		return scalar(place, "!!null", "")
	case v.Type().IsPrimitiveType():
		return primitive(v, place)
	case v.Type().IsObjectType() || v.Type().IsMapType():
		out := nodeAt(place, yaml.MappingNode, "!!map")
		for key, value := range v.Elements() {
			out.Content = append(out.Content, scalar(place, "!!str", key.AsString()), nodes(value, place, reason, "", depth+1))
		}
		return out
	case v.CanIterateElements():
		out := nodeAt(place, yaml.SequenceNode, "!!seq")
		for _, value := range v.Elements() {
			out.Content = append(out.Content, nodes(value, place, reason, "", depth+1))
		}
		return out
	}
	return unresolved(nodeAt(place, yaml.ScalarNode, ""), document.Hole, reason, reference)
}

func primitive(v cty.Value, place hcl.Range) *yaml.Node {
	tags := map[cty.Type]string{cty.String: "!!str", cty.Bool: "!!bool", cty.Number: "!!float"}
	written, err := convert.Convert(v, cty.String)
	if err != nil {
		return scalar(place, "!!null", "")
	}
	return scalar(place, tags[v.Type()], written.AsString())
}

// size is about how many bytes a value has.
func size(v cty.Value, depth int) int {
	if !v.IsKnown() || v.IsNull() || depth > maxDepth {
		return 1
	}
	if v.Type() == cty.String {
		return len(v.AsString())
	}
	total := 8
	if v.CanIterateElements() {
		for _, element := range v.Elements() {
			total += size(element, depth+1)
		}
	}
	return total
}

// evaluation is what looking at one expression costs, in bytes of the budget.
const evaluation = 256

// spend takes the bytes of an expression from what the module may make.
func (m *module) spend(place hcl.Range) bool {
	return m.spendBytes(evaluation + place.End.Byte - place.Start.Byte)
}

func (m *module) spendBytes(bytes int) bool {
	m.left -= bytes
	return m.left >= 0
}
