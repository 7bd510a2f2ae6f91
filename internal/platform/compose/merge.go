package compose

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// merge lays a tree over another one by the rules of the Compose Specification
// ("Merge and override"): mappings are merged, lists appended, scalars replaced,
// with exceptions by field; !reset takes a field away, !override replaces it.
// Neither tree is changed. The result may be nil, which stands for nothing.
func (l *loader) merge(base, over *yaml.Node, at []string) *yaml.Node {
	switch {
	case over == nil:
		return base
	case over.Tag == tagReset:
		return nil
	case base == nil || over.Tag == tagOverride:
		return l.withoutTags(over)
	}
	switch rule := ruleFor(at); {
	case rule == replaced:
		return over
	case isNull(over):
		return base
	case isNull(base):
		return l.withoutTags(over)
	case rule == keyed:
		return l.mergeMappings(l.asMapping(base, "="), l.asMapping(over, "="), at)
	case rule == named:
		return l.mergeMappings(l.asMapping(base, ""), l.asMapping(over, ""), at)
	case rule == appended:
		return l.mergeLists(l.asList(base), l.asList(over), at)
	case rule == build:
		return l.mergeMappings(l.asBuild(base), l.asBuild(over), at)
	case rule == logging && otherDriver(base, over):
		return l.withoutTags(over)
	case base.Kind == yaml.MappingNode && over.Kind == yaml.MappingNode:
		return l.mergeMappings(base, over, at)
	case base.Kind == yaml.SequenceNode && over.Kind == yaml.SequenceNode:
		return l.mergeLists(base, over, at)
	case base.Kind != over.Kind && rule != limit:
		l.problem(document.Merged(over, l.places), "this cannot be merged with what line %d of %s says", base.Line, l.places[base].File)
	}
	return l.withoutTags(over)
}

// mergeRule is how a field is merged.
type mergeRule int

const (
	plain    mergeRule = iota
	replaced           // the later one counts
	keyed              // NAME=value lists and mappings, by name
	named              // lists of names and mappings, by name
	appended           // lists, or one item
	build              // a folder, or a mapping with its context
	logging            // merged for the same driver only
	limit              // a number, or a mapping with soft and hard
)

// ruleFor gives the rule of the field at a path of the project.
func ruleFor(at []string) mergeRule {
	if len(at) < 3 {
		return plain
	}
	field := strings.Join(at[2:], ".")
	if at[0] != "services" && at[0] != "jobs" {
		if field == "labels" || field == "driver_opts" {
			return keyed
		}
		return plain
	}
	switch field {
	case "command", "entrypoint", "healthcheck.test":
		return replaced
	case "annotations", "environment", "labels", "sysctls", "build.args", "build.labels", "build.additional_contexts", "deploy.labels":
		return keyed
	case "depends_on", "models", "networks":
		return named
	case "dns", "dns_opt", "dns_search", "env_file", "label_file", "extra_hosts", "tmpfs", "build.extra_hosts":
		return appended
	case "build":
		return build
	case "logging":
		return logging
	}
	switch {
	case len(at) == 4 && at[2] == "ulimits":
		return limit
	case ruleFor(at[:len(at)-1]) == keyed:
		return replaced // a name alone takes its value from whoever starts the project
	}
	return plain
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (l *loader) mergeMappings(base, over *yaml.Node, at []string) *yaml.Node {
	merged := l.like(base)
	merged.Content = slices.Clone(base.Content)
	index := make(map[string]int, len(base.Content)/2)
	for i := 0; i+1 < len(base.Content); i += 2 {
		index[base.Content[i].Value] = i
	}
	for pair := range slices.Chunk(over.Content, 2) {
		i, known := index[pair[0].Value]
		if !known {
			if value := l.withoutTags(pair[1]); value != nil {
				merged.Content = append(merged.Content, pair[0], value)
			}
			continue
		}
		merged.Content[i+1] = l.merge(merged.Content[i+1], pair[1], append(slices.Clip(at), pair[0].Value))
		if merged.Content[i+1] == pair[1] {
			merged.Content[i] = pair[0]
		}
	}
	merged.Content = withoutNothing(merged.Content)
	return merged
}

// withoutNothing drops the keys whose value was taken away.
func withoutNothing(pairs []*yaml.Node) []*yaml.Node {
	kept := pairs[:0]
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != nil {
			kept = append(kept, pairs[i], pairs[i+1])
		}
	}
	return kept
}

// mergeLists appends what is not there yet. What has the same key, such as two
// mounts at one path, is sorted out when it is decoded: the later one counts.
func (l *loader) mergeLists(base, over *yaml.Node, at []string) *yaml.Node {
	merged := l.like(base)
	merged.Content = slices.Clone(base.Content)
	if l.left -= len(merged.Content) + len(over.Content); l.left < 0 {
		return merged // the project is too large, and whoever builds the next file says so
	}
	known := map[string]bool{}
	for _, item := range base.Content {
		known[l.identity(item, at)] = true
	}
	for _, item := range over.Content {
		repeated := item.Kind == yaml.ScalarNode && known[l.identity(item, at)] && l.holes[item] == nil
		if item.Tag != tagReset && !repeated {
			merged.Content = append(merged.Content, item)
		}
	}
	return merged
}

// identity is what tells a text of a list from others: the same relative path is
// another file in another folder.
func (l *loader) identity(item *yaml.Node, at []string) string {
	switch at[len(at)-1] {
	case "volumes", "env_file", "label_file":
		return l.folders[l.places[item].File] + "\x00" + item.Value
	}
	return item.Value
}

// like makes an empty node with the kind and place of another one.
func (l *loader) like(n *yaml.Node) *yaml.Node {
	empty := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Style: n.Style, Line: n.Line, Column: n.Column}
	l.places[empty] = l.places[n]
	return empty
}

// indexOf is where a mapping's key stands, -1 for nowhere.
func indexOf(mapping *yaml.Node, key string) int {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// lookup is the value of a mapping's key, nil for none.
func lookup(mapping *yaml.Node, key string) *yaml.Node {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil
	}
	if i := indexOf(mapping, key); i >= 0 {
		return mapping.Content[i+1]
	}
	return nil
}

// withoutTags leaves out what is tagged !reset where there is nothing to reset,
// and drops !override.
func (l *loader) withoutTags(n *yaml.Node) *yaml.Node {
	if n.Tag == tagReset {
		return nil
	}
	if n.Tag != tagOverride && !hasTags(n) {
		return n
	}
	kept := l.like(n)
	kept.Value, kept.Tag = n.Value, ""
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if item = l.withoutTags(item); item != nil {
				kept.Content = append(kept.Content, item)
			}
		}
		return kept
	}
	for pair := range slices.Chunk(n.Content, 2) {
		if value := l.withoutTags(pair[1]); value != nil {
			kept.Content = append(kept.Content, pair[0], value)
		}
	}
	return kept
}

func hasTags(n *yaml.Node) bool {
	for _, child := range n.Content {
		if child.Tag == tagReset || child.Tag == tagOverride || hasTags(child) {
			return true
		}
	}
	return false
}

// asMapping turns a list of NAME=value, or of names, into a mapping.
func (l *loader) asMapping(n *yaml.Node, separator string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		return n
	}
	mapping := l.like(n)
	mapping.Kind, mapping.Tag = yaml.MappingNode, "!!map"
	index := map[string]int{}
	for _, item := range l.asList(n).Content {
		name, value, written := item.Value, "", false
		if separator != "" {
			name, value, written = strings.Cut(item.Value, separator)
		}
		node := l.derived(item, value)
		if !written {
			node.Tag = "!!null"
		}
		if name := l.itemFromHost[item]; name != "" {
			l.fromHost[node] = name
		}
		if l.holes[item] != nil {
			l.holes[node], node.Tag, node.LineComment = l.holes[item], item.Tag, item.LineComment
		}
		if i, known := index[name]; known {
			mapping.Content[i+1] = node
			continue
		}
		index[name] = len(mapping.Content)
		mapping.Content = append(mapping.Content, l.derived(item, name), node)
	}
	return mapping
}

// asList turns one item, or a mapping of hosts and addresses, into a list.
func (l *loader) asList(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n
	}
	list := l.like(n)
	list.Kind, list.Tag = yaml.SequenceNode, "!!seq"
	if n.Kind != yaml.MappingNode {
		list.Content = []*yaml.Node{n}
		return list
	}
	for pair := range slices.Chunk(n.Content, 2) {
		for _, value := range l.asList(pair[1]).Content {
			list.Content = append(list.Content, l.derived(value, pair[0].Value+"="+value.Value))
		}
	}
	return list
}

func (l *loader) asBuild(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		return n
	}
	mapping := l.like(n)
	mapping.Kind, mapping.Tag = yaml.MappingNode, "!!map"
	mapping.Content = []*yaml.Node{l.derived(n, "context"), n}
	return mapping
}

func otherDriver(base, over *yaml.Node) bool {
	one, other := lookup(base, "driver"), lookup(over, "driver")
	return one != nil && other != nil && one.Value != other.Value
}
