package compose

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// The tags that take back what earlier files say.
const (
	tagReset    = "!reset"
	tagOverride = "!override"
)

// build copies a document with its anchors expanded and its variables replaced,
// and notes the place of every node.
func (l *loader) build(v document.Value, env *variables) *yaml.Node {
	n := l.copy(v)
	if l.left--; l.left < 0 {
		if !l.tooLarge {
			l.problem(v, "the project is too large: it expands to more than %d values", maxNodes)
		}
		l.tooLarge = true
		n.Kind, n.Tag = yaml.ScalarNode, "!!null"
		return n
	}
	switch {
	case v.IsMapping():
		l.noteRepeated(v)
		for _, field := range v.Fields() {
			n.Content = append(n.Content, field.Key.Node(), l.build(field.Value, env))
		}
	case v.IsList():
		for _, item := range v.Items() {
			n.Content = append(n.Content, l.build(item, env))
		}
	case v.IsScalar() && strings.Contains(v.Text(), "$"):
		return l.interpolated(n, v, env)
	}
	return n
}

// copy makes a node of the same kind, tag and place without content.
func (l *loader) copy(v document.Value) *yaml.Node {
	written := v.Node()
	actual := written
	if written.Kind == yaml.AliasNode {
		actual = written.Alias
	}
	n := &yaml.Node{Kind: actual.Kind, Tag: actual.Tag, Value: actual.Value, Style: actual.Style, Line: written.Line, Column: written.Column}
	l.places[n] = document.Place{File: v.File(), Pointer: v.Pointer()}
	return n
}

// noteRepeated finds keys that stand twice in a mapping, which docker compose
// refuses.
func (l *loader) noteRepeated(v document.Value) {
	mapping := v.Node()
	if mapping.Kind == yaml.AliasNode {
		return // found where it is written
	}
	for i := 2; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		for j := 0; j < i && i < 2*maxKeysCompared; j += 2 {
			if mapping.Content[j].Value == key.Value && key.Value != "<<" {
				place := document.New(v.File(), v.Pointer()+"/"+key.Value, key)
				l.problem(place, "the key %q stands twice, first in line %d: docker compose refuses that", key.Value, mapping.Content[j].Line)
				l.repeated = append(l.repeated, document.Field{Name: key.Value, Key: place})
				break
			}
		}
	}
}

// maxKeysCompared bounds the search for keys that stand twice, which takes the
// square of their number.
const maxKeysCompared = 500

// interpolated replaces a text's variables. A text that depends on a variable
// without a value becomes an unresolved one.
func (l *loader) interpolated(n *yaml.Node, v document.Value, env *variables) *yaml.Node {
	text, unset, err := l.replace(v, env)
	switch {
	case err != nil:
		l.problem(v, "%v", err)
		unresolved := document.Unresolved(n, "", err.Error())
		l.places[unresolved] = l.places[n]
		return unresolved
	case len(unset) > 0:
		unresolved := document.Unresolved(n, text, unsetReason(unset))
		l.places[unresolved] = l.places[n]
		for _, variable := range unset {
			l.holes[unresolved] = append(l.holes[unresolved], variable.name)
			l.noteUnset(v, variable)
		}
		return unresolved
	}
	if name, isVariable := soleVariable(v.Text()); isVariable && env.has(name) {
		l.fromHost[n] = name
	}
	_, value, _ := strings.Cut(v.Text(), "=")
	if name, isVariable := soleVariable(value); isVariable && env.has(name) {
		l.itemFromHost[n] = name
	}
	n.Value, n.Tag = text, "!!str"
	return n
}

func (l *loader) replace(v document.Value, env *variables) (string, []unsetVariable, error) {
	text, unset, err := substitute(v.Text(), env, 0)
	if len(text) > document.MaxSize {
		return "", nil, document.ErrTooLarge
	}
	return text, unset, err
}

func unsetReason(unset []unsetVariable) string {
	if unset[0].message != "" {
		return "the variable " + unset[0].name + " is not set: " + unset[0].message
	}
	return "the variable " + unset[0].name + " is not set and has no default"
}

// noteUnset lists a variable once for each field.
func (l *loader) noteUnset(v document.Value, variable unsetVariable) {
	if strings.HasPrefix(v.Pointer(), "/x-") || len(l.unset) >= maxListed {
		return
	}
	field := strings.ReplaceAll(strings.TrimPrefix(v.Pointer(), "/"), "/", ".")
	l.unset = append(l.unset, asset.ComposeVariable{
		Name: variable.name, Field: field, Required: variable.required, Sensitive: sensitive(v.Pointer()),
	})
	l.unsetValues = append(l.unsetValues, v)
}

// maxListed bounds the lists of the project's facts.
const maxListed = 1000

// sensitive tells whether a field decides what a container may do.
func sensitive(pointer string) bool {
	parts := strings.Split(pointer, "/")
	if len(parts) < 4 || parts[1] != "services" && parts[1] != "jobs" {
		return false
	}
	switch parts[3] {
	case "privileged", "user", "security_opt", "cap_add", "cap_drop", "network_mode", "pid", "ipc", "uts", "userns_mode",
		"cgroup", "cgroup_parent", "devices", "device_cgroup_rules", "volumes", "volumes_from", "read_only", "runtime",
		"use_api_socket", "sysctls", "group_add":
		return true
	}
	return false
}

// derived makes a text that stands where another node does.
func (l *loader) derived(from *yaml.Node, text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: from.Style, Line: from.Line, Column: from.Column}
	l.places[n] = l.places[from]
	return n
}
