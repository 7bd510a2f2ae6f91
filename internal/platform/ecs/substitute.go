package ecs

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// pieces is a text that is put together, with a hole for each part that is not
// known and the reason of the first one.
type pieces struct {
	known     strings.Builder
	reason    string
	reference string
	count     int
	// spend is asked for the bytes of each part.
	spend func(bytes int) bool
}

func (p *pieces) add(v document.Value) {
	if v.IsScalar() && v.Text() == "" {
		return
	}
	p.count++
	switch {
	case !p.spend(len(v.Text()) + len(v.Known())):
		p.missing(document.Hole, "the file's functions make too much text", "")
	case v.IsUnresolved():
		p.missing(v.Known(), v.Reason(), v.Reference())
	case v.IsScalar():
		p.known.WriteString(v.Text())
	case v.Exists():
		p.missing(document.Hole, "it is not a text", "")
	}
}

func (p *pieces) missing(known, reason, reference string) {
	if known == "" {
		known = document.Hole
	}
	p.known.WriteString(known)
	if p.reason == "" {
		p.reason, p.reference = reason, reference
	}
}

// node gives the text, unresolved if a part is missing. A single part that
// stands for a resource stands for it as a whole.
func (p *pieces) node(place *yaml.Node) *yaml.Node {
	if p.reason == "" {
		return text(place, p.known.String())
	}
	if p.count > 1 || p.known.String() != document.Hole {
		p.reference = ""
	}
	return unresolved(place, p.known.String(), p.reason, p.reference)
}

// sub replaces ${Name} and ${Resource.Attribute}; ${!Name} stands for ${Name}.
func (in *intrinsics) sub(place, argument *yaml.Node, depth int) *yaml.Node {
	variables := document.Value{}
	template := argument
	if argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 {
		template = argument.Content[0]
		variables = document.New("", "", argument.Content[1])
	}
	if template.Kind != yaml.ScalarNode {
		return wrongUse(place, "Sub")
	}
	p := pieces{spend: in.spend}
	rest := template.Value
	for {
		before, after, found := strings.Cut(rest, "${")
		name, tail, closed := strings.Cut(after, "}")
		if !found || !closed {
			p.add(document.New("", "", text(place, rest)))
			return p.node(place)
		}
		p.add(document.New("", "", text(place, before)))
		p.add(in.variable(place, strings.TrimSpace(name), variables, depth))
		rest = tail
	}
}

func (in *intrinsics) variable(place *yaml.Node, name string, variables document.Value, depth int) document.Value {
	if literal, isLiteral := strings.CutPrefix(name, "!"); isLiteral {
		return document.New("", "", text(place, "${"+literal+"}"))
	}
	var node *yaml.Node
	switch own := variables.Get(name); {
	case own.Exists():
		node = in.node(own.Node(), depth)
	case strings.Contains(name, ".") && !strings.HasPrefix(name, "AWS::"):
		node = unresolved(place, document.Hole, "${"+name+"} is known only after deployment", name)
	default:
		node = in.ref(place, name)
	}
	if node == nil {
		return document.Value{}
	}
	return document.New("", "", node)
}

func (in *intrinsics) join(place, argument *yaml.Node, depth int) *yaml.Node {
	items, ok := in.arguments(argument, 2, depth)
	if !ok {
		return wrongUse(place, "Join")
	}
	separator, parts := document.New("", "", items[0]), document.New("", "", items[1])
	if parts.IsUnresolved() {
		return unresolved(place, document.Hole, parts.Reason(), "")
	}
	p := pieces{spend: in.spend}
	for i, part := range parts.Items() {
		if i > 0 {
			p.add(separator)
		}
		p.add(part)
	}
	return p.node(place)
}
