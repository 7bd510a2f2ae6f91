package document

import "go.yaml.in/yaml/v4"

// unresolvedTag marks a node whose value depends on something that is not in
// the file. Its Value is the part that is known, its LineComment the reason.
const unresolvedTag = "!seawall/unresolved"

// Hole stands in the known part of an unresolved text for what is missing.
const Hole = "\x00"

// Unresolved makes a node for a value that depends on something that is not in
// the file. known is the text as far as it is known, with a Hole for each part
// that is not; "" for nothing. It stands where place does.
func Unresolved(place *yaml.Node, known, reason string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: unresolvedTag, Value: known, LineComment: reason, Line: place.Line, Column: place.Column}
}

// New makes a value of a node that a codec has built or changed. pointer is its
// place as a JSON pointer.
func New(file, pointer string, node *yaml.Node) Value {
	return Value{file: file, pointer: pointer, node: node}
}

// Node is the YAML node behind the value, nil for one that is not there.
func (v Value) Node() *yaml.Node { return v.node }

// File is the name of the file that the value stands in.
func (v Value) File() string { return v.file }

// IsUnresolved is true for a value that depends on something that is not in
// the file; it is neither a scalar nor a mapping nor a list.
func (v Value) IsUnresolved() bool { return v.node != nil && v.real().Tag == unresolvedTag }

// Known is the text of an unresolved value as far as it is known, with Holes.
func (v Value) Known() string {
	if !v.IsUnresolved() {
		return ""
	}
	return v.real().Value
}

// Reason says what an unresolved value depends on.
func (v Value) Reason() string {
	if !v.IsUnresolved() {
		return ""
	}
	return v.real().LineComment
}

// Unresolved says that a fact is unknown because its value is unresolved, and
// whether that is so.
func (f Facts) Unresolved(path string, v Value) bool {
	if v.IsUnresolved() {
		f.Note(path, v.Unknown(v.Reason()))
	}
	return v.IsUnresolved()
}

// Wrong says that a fact is unknown because its value is not of the wanted type.
func (f Facts) Wrong(path string, v Value, want string) {
	if !f.Unresolved(path, v) {
		f.Note(path, v.Unknown(wrongType(v, want)))
	}
}

// MoveTo gives every node below node the place of another one: that of the
// text that a document was embedded in.
func MoveTo(node, place *yaml.Node) {
	node.Line, node.Column = place.Line, place.Column
	for _, child := range node.Content {
		MoveTo(child, place)
	}
}

// Refer notes which other resource an unresolved node stands for, as the file
// calls it: "aws_iam_role.app.arn".
func Refer(unresolved *yaml.Node, reference string) { unresolved.HeadComment = reference }

// Reference is the resource that an unresolved value stands for, "" for none.
func (v Value) Reference() string {
	if !v.IsUnresolved() {
		return ""
	}
	return v.real().HeadComment
}
