package ecs

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// maxDepth bounds how deep intrinsic functions and conditions may nest.
const maxDepth = 64

// noValue is the pseudo parameter that takes a property away.
const noValue = "AWS::NoValue"

// intrinsics resolves CloudFormation's intrinsic functions as far as the
// template itself says what they give (AWS CloudFormation Template Reference,
// "Intrinsic functions"). A parameter stands for its default.
type intrinsics struct {
	parameters, mappings, conditions, resources document.Value
	// decided are the conditions that were looked at; one that is being looked
	// at is undecided, which ends a circle.
	decided map[string]decision
	// left is how many bytes of text functions may still make: a small template
	// can ask for very many copies of a long parameter.
	left int
}

// maxMade is what intrinsics.left begins with.
const maxMade = 32 << 20

// spend takes bytes from the budget and tells whether there were enough.
func (in *intrinsics) spend(bytes int) bool {
	in.left -= bytes
	return in.left >= 0
}

func newIntrinsics(root document.Value) *intrinsics {
	return &intrinsics{
		parameters: root.Get("Parameters"), mappings: root.Get("Mappings"), conditions: root.Get("Conditions"),
		resources: root.Get("Resources"), decided: map[string]decision{}, left: maxMade,
	}
}

// resolve gives a copy of a value in which functions are replaced by what they
// give, at their own places.
func (in *intrinsics) resolve(v document.Value) document.Value {
	if !v.Exists() {
		return v
	}
	return document.New(v.File(), v.Pointer(), in.node(v.Node(), 0))
}

// node resolves one node; nil is AWS::NoValue.
func (in *intrinsics) node(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if depth > maxDepth {
		return document.Unresolved(n, "", "functions are nested too deep")
	}
	if name, argument := functionOf(n); name != "" {
		return in.call(n, name, argument, depth+1)
	}
	if n.Kind == yaml.ScalarNode {
		return n
	}
	out := *n
	out.Content = nil
	for i := 0; i < len(n.Content); i++ {
		if n.Kind == yaml.MappingNode {
			if value := in.node(n.Content[i+1], depth+1); value != nil {
				out.Content = append(out.Content, n.Content[i], value)
			}
			i++
		} else if item := in.node(n.Content[i], depth+1); item != nil {
			out.Content = append(out.Content, item)
		}
	}
	return &out
}

// functionOf tells a function from a plain value: a short tag (!Sub) or a mapping
// of one key (Fn::Sub). The argument has no tag of its own.
func functionOf(n *yaml.Node) (name string, argument *yaml.Node) {
	if tag := n.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") && !strings.Contains(tag, "/") {
		plain := *n
		plain.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
		return tag[1:], &plain
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		key := n.Content[0].Value
		if short, isFunction := strings.CutPrefix(key, "Fn::"); isFunction {
			return short, n.Content[1]
		}
		if key == "Ref" || key == "Condition" && n.Content[1].Kind == yaml.ScalarNode {
			return key, n.Content[1]
		}
	}
	return "", nil
}

func (in *intrinsics) call(place *yaml.Node, name string, argument *yaml.Node, depth int) *yaml.Node {
	switch name {
	case "Ref":
		return in.ref(place, argument.Value)
	case "GetAtt":
		attribute := strings.Join(in.texts(argument, depth), ".")
		return unresolved(place, document.Hole, "!GetAtt "+attribute+" is known only after deployment", attribute)
	case "Sub":
		return in.sub(place, argument, depth)
	case "Join":
		return in.join(place, argument, depth)
	case "If":
		return in.choose(place, argument, depth)
	case "FindInMap":
		return in.findInMap(place, argument, depth)
	case "Select":
		return in.selected(place, argument, depth)
	case "Split":
		return in.split(place, argument, depth)
	case "ImportValue":
		return unresolved(place, document.Hole, "!ImportValue reads the output of another stack", "")
	case "Base64":
		return in.node(argument, depth)
	}
	return unresolved(place, document.Hole, "!"+name+" is known only after deployment", "")
}

// unresolved makes a node for a function; reference is the resource that it
// stands for, "" for none.
func unresolved(place *yaml.Node, known, reason, reference string) *yaml.Node {
	node := document.Unresolved(place, known, reason)
	document.Refer(node, reference)
	return node
}

// text makes a scalar; whether it is a number is decided as for a plain one.
func text(place *yaml.Node, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: place.Line, Column: place.Column}
}

func (in *intrinsics) ref(place *yaml.Node, name string) *yaml.Node {
	if name == noValue {
		return nil
	}
	if parameter := in.parameters.Get(name); parameter.Exists() {
		return in.parameter(place, name, parameter)
	}
	if in.resources.Get(name).Exists() {
		return unresolved(place, document.Hole, "!Ref "+name+" is known only after deployment", name)
	}
	return unresolved(place, document.Hole, "!Ref "+name+" depends on where the stack is deployed", name)
}

// parameter gives the default. Lists are written with commas; what Systems
// Manager keeps is not in the template.
func (in *intrinsics) parameter(place *yaml.Node, name string, parameter document.Value) *yaml.Node {
	kind, standard := parameter.Get("Type").Text(), parameter.Get("Default")
	switch {
	case strings.HasPrefix(kind, "AWS::SSM::"):
		return unresolved(place, document.Hole, "the parameter "+name+" is read from Systems Manager", name)
	case !in.spend(len(standard.Text())):
		return unresolved(place, document.Hole, "the template's functions make too much text", "")
	case !standard.IsScalar():
		return unresolved(place, document.Hole, "the parameter "+name+" has no default", name)
	case kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<"):
		return list(place, strings.Split(standard.Text(), ","))
	}
	return text(place, standard.Text())
}

func list(place *yaml.Node, items []string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: place.Line, Column: place.Column}
	for _, item := range items {
		out.Content = append(out.Content, text(place, strings.TrimSpace(item)))
	}
	return out
}

// texts gives the scalars of a resolved argument: a list, or one text.
func (in *intrinsics) texts(argument *yaml.Node, depth int) []string {
	resolved := in.node(argument, depth)
	if resolved == nil {
		return nil
	}
	return document.New("", "", resolved).Texts()
}

// arguments are the resolved items of a list, each nil for AWS::NoValue.
func (in *intrinsics) arguments(argument *yaml.Node, count, depth int) ([]*yaml.Node, bool) {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) < count {
		return nil, false
	}
	out := make([]*yaml.Node, len(argument.Content))
	for i, item := range argument.Content {
		out[i] = in.node(item, depth)
	}
	return out, !slices.Contains(out[:count], nil)
}

func wrongUse(place *yaml.Node, name string) *yaml.Node {
	return unresolved(place, "", "!"+name+" is not used as CloudFormation has it", "")
}

func (in *intrinsics) findInMap(place, argument *yaml.Node, depth int) *yaml.Node {
	keys, ok := in.arguments(argument, 3, depth)
	if !ok {
		return wrongUse(place, "FindInMap")
	}
	v := in.mappings
	for _, key := range keys[:3] {
		k := document.New("", "", key)
		if k.IsUnresolved() {
			return unresolved(place, document.Hole, k.Reason(), "")
		}
		if v = v.Get(k.Text()); !v.Exists() {
			return unresolved(place, document.Hole, "!FindInMap finds no "+k.Text()+" in Mappings", "")
		}
	}
	if v.IsScalar() {
		return text(place, v.Text())
	}
	return v.Node()
}

func (in *intrinsics) selected(place, argument *yaml.Node, depth int) *yaml.Node {
	items, ok := in.arguments(argument, 2, depth)
	if !ok {
		return wrongUse(place, "Select")
	}
	from := document.New("", "", items[1])
	index, isNumber := document.New("", "", items[0]).Int()
	if from.IsUnresolved() {
		return unresolved(place, document.Hole, from.Reason(), from.Reference())
	}
	if values := from.Items(); isNumber && index >= 0 && index < int64(len(values)) {
		return values[index].Node()
	}
	return wrongUse(place, "Select")
}

func (in *intrinsics) split(place, argument *yaml.Node, depth int) *yaml.Node {
	items, ok := in.arguments(argument, 2, depth)
	if !ok {
		return wrongUse(place, "Split")
	}
	whole := document.New("", "", items[1])
	if !whole.IsScalar() {
		return unresolved(place, document.Hole, whole.Reason(), "")
	}
	separator := document.New("", "", items[0]).Text()
	if separator == "" || !in.spend(len(whole.Text())) {
		return wrongUse(place, "Split")
	}
	return list(place, strings.Split(whole.Text(), separator))
}
