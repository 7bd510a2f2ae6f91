package ecs

import (
	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// decision is what a condition gives; reason says why it is not known.
type decision struct {
	value, known bool
	reason       string
}

// choose gives the branch of !If, or, where the condition is not known, an
// unresolved value.
func (in *intrinsics) choose(place, argument *yaml.Node, depth int) *yaml.Node {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 3 {
		return wrongUse(place, "If")
	}
	d := in.condition(argument.Content[0].Value, depth)
	switch {
	case d.known && d.value:
		return in.node(argument.Content[1], depth)
	case d.known:
		return in.node(argument.Content[2], depth)
	}
	return in.either(place, argument, d.reason, depth)
}

// either gives the value if both branches have the same.
func (in *intrinsics) either(place, argument *yaml.Node, reason string, depth int) *yaml.Node {
	a, b := in.node(argument.Content[1], depth), in.node(argument.Content[2], depth)
	if a != nil && b != nil && a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && a.Value == b.Value && a.Tag == b.Tag {
		return a
	}
	return unresolved(place, document.Hole, "!If on the condition "+argument.Content[0].Value+": "+reason, "")
}

// condition decides a named condition once.
func (in *intrinsics) condition(name string, depth int) decision {
	if d, done := in.decided[name]; done {
		return d
	}
	v := in.conditions.Get(name)
	if !v.Exists() {
		return decision{reason: "there is no condition " + name}
	}
	in.decided[name] = decision{reason: "the condition " + name + " depends on itself"}
	in.decided[name] = in.decide(v.Node(), depth)
	return in.decided[name]
}

// decide evaluates a condition function.
func (in *intrinsics) decide(n *yaml.Node, depth int) decision {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	name, argument := functionOf(n)
	if depth > maxDepth || argument == nil {
		return decision{reason: "it is not a condition function"}
	}
	switch name {
	case "Condition":
		return in.condition(argument.Value, depth+1)
	case "Equals":
		return in.equals(argument, depth+1)
	case "And", "Or":
		return in.all(argument, name == "And", depth+1)
	case "Not":
		if argument.Kind == yaml.SequenceNode && len(argument.Content) == 1 {
			d := in.decide(argument.Content[0], depth+1)
			d.value = d.known && !d.value
			return d
		}
	}
	return decision{reason: "!" + name + " is not known before deployment"}
}

func (in *intrinsics) equals(argument *yaml.Node, depth int) decision {
	sides, ok := in.arguments(argument, 2, depth)
	if !ok {
		return decision{reason: "!Equals has not two values"}
	}
	a, b := document.New("", "", sides[0]), document.New("", "", sides[1])
	for _, side := range []document.Value{a, b} {
		if side.IsUnresolved() {
			return decision{reason: side.Reason()}
		}
	}
	return decision{value: a.Text() == b.Text(), known: true}
}

// all decides !And; !Or is the same with true and false exchanged. One side
// may decide although the others are not known.
func (in *intrinsics) all(argument *yaml.Node, and bool, depth int) decision {
	result := decision{value: and, known: true}
	for _, item := range argument.Content {
		switch d := in.decide(item, depth); {
		case d.known && d.value != and:
			return d
		case !d.known:
			result = d
		}
	}
	return result
}
