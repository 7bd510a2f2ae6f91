package document

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
)

// Value is one value of a file. The zero Value is one that is not there: what
// is asked of it is not there either.
type Value struct {
	file    string
	pointer string
	node    *yaml.Node
	places  Places
}

// Exists is false for a value that is not in the file, or is null.
func (v Value) Exists() bool { return v.node != nil && v.real().ShortTag() != "!!null" }

// IsMapping is true for an object of JSON, a mapping of YAML.
func (v Value) IsMapping() bool { return v.node != nil && v.real().Kind == yaml.MappingNode }

// IsList is true for an array of JSON, a sequence of YAML.
func (v Value) IsList() bool { return v.node != nil && v.real().Kind == yaml.SequenceNode }

// IsScalar is true for a text, a number or a truth value that is written in the
// file; not for null.
func (v Value) IsScalar() bool {
	return v.Exists() && v.real().Kind == yaml.ScalarNode && !v.IsUnresolved()
}

// IsText is true for a scalar that is written as a text, so neither a number
// nor a truth value.
func (v Value) IsText() bool { return v.IsScalar() && v.real().ShortTag() == "!!str" }

// real follows an alias.
func (v Value) real() *yaml.Node {
	if v.node.Kind == yaml.AliasNode {
		return v.node.Alias
	}
	return v.node
}

// Get gives the value of a key, also one that a merge (<<) brings in. What the
// mapping itself says comes before what is merged.
func (v Value) Get(key string) Value {
	if !v.IsMapping() {
		return Value{}
	}
	if node := lookup(v.real(), key, 0); node != nil {
		return v.child(key, node)
	}
	return Value{}
}

// At follows several keys.
func (v Value) At(keys ...string) Value {
	for _, key := range keys {
		v = v.Get(key)
	}
	return v
}

// maxMerges bounds merges of merges.
const maxMerges = 20

func lookup(mapping *yaml.Node, key string, depth int) *yaml.Node {
	var merged []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		name, value := mapping.Content[i], mapping.Content[i+1]
		switch {
		case name.ShortTag() == "!!merge":
			merged = append(merged, value)
		case name.Value == key:
			return value
		}
	}
	for _, node := range sources(merged) {
		if depth == maxMerges {
			break
		}
		if found := lookup(node, key, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// sources are the mappings that merges bring in, the first one first.
func sources(merged []*yaml.Node) []*yaml.Node {
	var mappings []*yaml.Node
	for _, node := range merged {
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node.Kind == yaml.SequenceNode {
			mappings = append(mappings, sources(node.Content)...)
		}
		if node.Kind == yaml.MappingNode {
			mappings = append(mappings, node)
		}
	}
	return mappings
}

// Field is one key of a mapping with its value.
type Field struct {
	Name string
	// Key is the key itself, for its place.
	Key   Value
	Value Value
}

// Fields gives the fields of a mapping in their order, merged ones last. A key
// that stands twice is given once, as it was first written.
func (v Value) Fields() []Field {
	if !v.IsMapping() {
		return nil
	}
	fields := make([]Field, 0, len(v.real().Content)/2)
	v.collect(v.real(), &names{}, &fields, 0)
	return fields
}

// names are the keys that were seen: few are compared, many looked up.
type names struct{ byName map[string]bool }

const fewNames = 16

func (n *names) seen(name string, fields []Field) bool {
	if len(fields) < fewNames {
		return slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name })
	}
	if n.byName == nil {
		n.byName = make(map[string]bool, 2*fewNames)
		for _, field := range fields {
			n.byName[field.Name] = true
		}
	}
	known := n.byName[name]
	n.byName[name] = true
	return known
}

func (v Value) collect(mapping *yaml.Node, seen *names, fields *[]Field, depth int) {
	var merged []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		if key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if seen.seen(key.Value, *fields) {
			continue
		}
		child := v.child(key.Value, value)
		*fields = append(*fields, Field{key.Value, Value{child.file, child.pointer, key, v.places}, child})
	}
	for _, node := range sources(merged) {
		if depth < maxMerges {
			v.collect(node, seen, fields, depth+1)
		}
	}
}

// Items gives the items of a list; nothing for anything else.
func (v Value) Items() []Value {
	if !v.IsList() {
		return nil
	}
	items := make([]Value, len(v.real().Content))
	for i, node := range v.real().Content {
		items[i] = v.child(strconv.Itoa(i), node)
	}
	return items
}

// Text gives a scalar as written, "" for anything else.
func (v Value) Text() string {
	if !v.IsScalar() {
		return ""
	}
	return v.real().Value
}

// Texts gives the scalars of a list; a single scalar stands for a list of one.
func (v Value) Texts() []string {
	if v.IsScalar() {
		return []string{v.Text()}
	}
	var texts []string
	for _, item := range v.Items() {
		texts = append(texts, item.Text())
	}
	return texts
}

// Bool reads a truth value, also one in quotes.
func (v Value) Bool() (value, ok bool) {
	switch strings.ToLower(v.Text()) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// Int reads a whole number, also one in quotes or written as 1e3.
func (v Value) Int() (value int64, ok bool) {
	text := v.Text()
	if number, err := strconv.ParseInt(text, 0, 64); err == nil {
		return number, true
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number != float64(int64(number)) {
		return 0, false
	}
	return int64(number), true
}

// Float reads a number.
func (v Value) Float() (value float64, ok bool) {
	number, err := strconv.ParseFloat(v.Text(), 64)
	return number, err == nil
}

// Kind says in words what the value is, for messages.
func (v Value) Kind() string {
	switch {
	case !v.Exists():
		return "nothing"
	case v.IsUnresolved():
		return "a value that is not in the file"
	case v.IsMapping():
		return "a mapping"
	case v.IsList():
		return "a list"
	}
	return "the text " + strconv.Quote(v.Text())
}

// Pointer is the value's place as a JSON pointer (RFC 6901).
func (v Value) Pointer() string { return v.pointer }

// Line is the line that the value begins in, from 1; 0 for none.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Origin says where the value stands.
func (v Value) Origin(kind asset.OriginKind) asset.Origin {
	origin := asset.Origin{Kind: kind, File: v.file, Pointer: v.pointer}
	if v.node != nil {
		origin.Line, origin.Column = v.node.Line, v.node.Column
	}
	return origin
}

// Unknown says where the value stands and why nobody can tell what it means.
func (v Value) Unknown(reason string) asset.Origin {
	origin := v.Origin(asset.Unknown)
	origin.Reason = reason
	return origin
}

func escapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
