package ecs

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// expression turns an expression into nodes. Lists, objects and texts are
// walked, so that each part keeps its place; anything else is evaluated.
func (m *module) expression(e hclsyntax.Expression, depth int) *yaml.Node {
	place := e.Range()
	if depth > maxDepth {
		return document.Unresolved(nodeAt(place, yaml.ScalarNode, ""), "", "expressions are nested too deep")
	}
	switch e := e.(type) {
	case *hclsyntax.TupleConsExpr:
		out := nodeAt(place, yaml.SequenceNode, "!!seq")
		for _, item := range e.Exprs {
			out.Content = append(out.Content, m.expression(item, depth+1))
		}
		return out
	case *hclsyntax.ObjectConsExpr:
		return m.object(e, depth)
	case *hclsyntax.ParenthesesExpr:
		return m.expression(e.Expression, depth+1)
	case *hclsyntax.TemplateExpr:
		return m.template(e, depth)
	case *hclsyntax.TemplateWrapExpr:
		return m.expression(e.Wrapped, depth+1)
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "jsonencode" && len(e.Args) == 1 && !e.ExpandFinal {
			return m.expression(e.Args[0], depth+1)
		}
	case *hclsyntax.ScopeTraversalExpr:
		if local := m.local(e.Traversal, place); local != nil {
			return local
		}
	}
	return m.evaluate(e)
}

func (m *module) object(e *hclsyntax.ObjectConsExpr, depth int) *yaml.Node {
	out := nodeAt(e.Range(), yaml.MappingNode, "!!map")
	for _, item := range e.Items {
		key := m.evaluate(item.KeyExpr)
		out.Content = append(out.Content, key, m.expression(item.ValueExpr, depth+1))
	}
	return out
}

// local gives the nodes of `local.NAME`, at the place where it is used.
func (m *module) local(path hcl.Traversal, place hcl.Range) *yaml.Node {
	if len(path) != 2 || path.RootName() != "local" {
		return nil
	}
	attribute, isName := path[1].(hcl.TraverseAttr)
	if !isName || m.locals[attribute.Name] == nil {
		return nil
	}
	definition := m.locals[attribute.Name]
	for _, name := range m.open {
		if name == attribute.Name {
			return document.Unresolved(nodeAt(place, yaml.ScalarNode, ""), "", "local."+name+" refers to itself")
		}
	}
	m.open = append(m.open, attribute.Name)
	defer func() { m.open = m.open[:len(m.open)-1] }()
	if !m.spend(definition.Expr.Range()) {
		return document.Unresolved(nodeAt(place, yaml.ScalarNode, ""), "", "the module's locals expand to too much text")
	}
	node := m.expression(definition.Expr, 0)
	if definition.NameRange.Filename != place.Filename {
		document.MoveTo(node, nodeAt(place, yaml.ScalarNode, ""))
	}
	return node
}

// template puts a text with ${…} together. One that holds JSON, as heredocs
// for container_definitions do, becomes what the JSON says.
func (m *module) template(e *hclsyntax.TemplateExpr, depth int) *yaml.Node {
	place := nodeAt(e.Range(), yaml.ScalarNode, "!!str")
	p := pieces{spend: m.spendBytes}
	for _, part := range e.Parts {
		p.add(document.New("", "", m.expression(part, depth+1)))
	}
	whole := p.node(place)
	if trimmed := strings.TrimSpace(whole.Value); strings.HasPrefix(trimmed, "[{") || strings.HasPrefix(trimmed, "[") && strings.Contains(trimmed, `"name"`) {
		if node := m.embedded(e, whole); node != nil {
			return node
		}
	}
	return whole
}

// missingPart stands for a hole inside of JSON, where a NUL may not be. It is
// from the range for private use.
const missingPart = "\uE0FF"

// embedded reads a text of JSON. Its lines are those of the file if it is a
// heredoc; what had a hole is unresolved.
func (m *module) embedded(e *hclsyntax.TemplateExpr, whole *yaml.Node) *yaml.Node {
	documents, err := document.Parse("", []byte(strings.ReplaceAll(whole.Value, document.Hole, missingPart)))
	if err != nil || len(documents) != 1 {
		return nil
	}
	node := documents[0].Node()
	if strings.HasPrefix(string(e.SrcRange.SliceBytes(m.files[e.SrcRange.Filename])), "<<") {
		shift(node, e.SrcRange.Start.Line)
	} else {
		document.MoveTo(node, whole)
	}
	reason := document.New("", "", whole).Reason()
	return withHoles(node, reason, document.New("", "", whole).Reference())
}

func shift(node *yaml.Node, lines int) {
	node.Line += lines
	for _, child := range node.Content {
		shift(child, lines)
	}
}

// withHoles makes the scalars unresolved that hold a missing part.
func withHoles(node *yaml.Node, reason, reference string) *yaml.Node {
	for i, child := range node.Content {
		node.Content[i] = withHoles(child, reason, reference)
	}
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, missingPart) {
		return unresolved(node, strings.ReplaceAll(node.Value, missingPart, document.Hole), reason, reference)
	}
	return node
}
