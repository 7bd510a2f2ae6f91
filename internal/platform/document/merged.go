package document

import "go.yaml.in/yaml/v4"

// Place is where a node stands: a file and a JSON pointer into it.
type Place struct{ File, Pointer string }

// Places are the places of nodes that were put together from several files. A
// node without an entry stands where its parent does.
type Places map[*yaml.Node]Place

// Merged makes a value of a tree that was put together from several files.
func Merged(node *yaml.Node, places Places) Value {
	place := places[node]
	return Value{place.File, place.Pointer, node, places}
}

// child is the value of a key or an index.
func (v Value) child(key string, node *yaml.Node) Value {
	if place, moved := v.places[node]; moved {
		return Value{place.File, place.Pointer, node, v.places}
	}
	return Value{v.file, v.pointer + "/" + escapePointer(key), node, v.places}
}

// WithText gives a text that stands where the value does: a part of it, such as
// the value of NAME=value.
func (v Value) WithText(text string) Value {
	part := *v.real()
	part.Kind, part.Tag, part.Value, part.Content, part.Alias = yaml.ScalarNode, "!!str", text, nil, nil
	v.node = &part
	return v
}

// IsQuoted is true for a scalar in quotes.
func (v Value) IsQuoted() bool {
	return v.IsScalar() && v.real().Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

// Column is the column that the value begins in, from 1; 0 for none.
func (v Value) Column() int {
	if v.node == nil {
		return 0
	}
	return v.node.Column
}

// Or gives another value where this one is not there, for a fact's place.
func (v Value) Or(other Value) Value {
	if v.Exists() {
		return v
	}
	return Value{other.file, other.pointer, absent(other.node), other.places}
}

// absent is a null that stands where a node does.
func absent(place *yaml.Node) *yaml.Node {
	if place == nil {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: place.Line, Column: place.Column}
}
