package rule

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Text is what a rule's file says, for people who read the rule.
type Text struct {
	// When and Each are "" where the rule has none.
	When, Each, Require, Message string
	// Rows counts the rows of `for`, 0 without.
	Rows int
	// Pass and Fail are the first example of each, as YAML.
	Pass, Fail string
}

// Text gives the rule's expressions and its first examples as they are written.
func (r *Rule) Text() Text {
	t := Text{
		When: written(r.nodes.when), Each: written(r.nodes.each), Require: written(r.nodes.require), Message: written(r.nodes.message),
		Pass: firstItem(r.nodes.pass), Fail: firstItem(r.nodes.fail),
	}
	if len(r.columns) > 0 {
		t.Rows = len(r.rows)
	}
	return t
}

func written(node *yaml.Node) string {
	if node == nil {
		return ""
	}
	return strings.TrimSpace(node.Value)
}

// firstItem writes the first item of a list as YAML.
func firstItem(node *yaml.Node) string {
	if node == nil || len(node.Content) == 0 {
		return ""
	}
	text, err := yaml.Marshal(node.Content[0])
	if err != nil {
		return ""
	}
	return string(text)
}
