package rule

import (
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"go.yaml.in/yaml/v4"

	"seawall/internal/mask"
)

// maxRendered bounds one value in a message, in bytes.
const maxRendered = 300

// template is text with CEL expressions in it, "user is {{image.user}}".
type template []piece

// piece is a text or, if program is set, an expression.
type piece struct {
	text    string
	program cel.Program
}

// compileTemplate reads the text of a node. An expression ends at the first }}.
func (s *source) compileTemplate(env *environment, field string, node *yaml.Node) (template, error) {
	var pieces template
	text, at := node.Value, 0
	for {
		before, rest, found := strings.Cut(text[at:], "{{")
		if before != "" {
			pieces = append(pieces, piece{text: before})
		}
		if !found {
			return pieces, nil
		}
		start := at + len(before) + len("{{")
		inside, _, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, s.errorIn(node, start-len("{{"), "%s has a {{ without a }}", field)
		}
		program, err := s.compileCareful(env, field, expression{node, start, inside}, printable, "a text, a number, a truth value or a list of texts")
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, piece{program: program})
		at = start + len(inside) + len("}}")
	}
}

func printable(t *cel.Type) bool {
	switch t.Kind() {
	case cel.StringKind, cel.IntKind, cel.UintKind, cel.DoubleKind, cel.BoolKind, cel.TimestampKind:
		return true
	case cel.ListKind:
		return t.Parameters()[0].Kind() == cel.StringKind
	}
	return false
}

// render fills the template in. Secrets are masked in what expressions give,
// not in the rule's own words.
func (t template) render(vars *activation, secrets *mask.Mask) string {
	var out strings.Builder
	for _, p := range t {
		if p.program == nil {
			out.WriteString(p.text)
			continue
		}
		value, _, err := p.program.Eval(vars)
		if err != nil || types.IsUnknown(value) {
			out.WriteString("(not known)")
			continue
		}
		// Long values are cut before they are masked too: an image may hold
		// megabytes. What is cut there cannot end up in the report.
		out.WriteString(clip(secrets.Text(clip(printed(value), 20*maxRendered)), maxRendered))
	}
	return out.String()
}

func printed(value ref.Val) string {
	switch v := value.(type) {
	case traits.Lister:
		var items []string
		for it := v.Iterator(); it.HasNext() == types.True; {
			items = append(items, printed(it.Next()))
		}
		return strings.Join(items, " ")
	case types.Timestamp:
		return v.UTC().Format(time.DateOnly)
	}
	return fmt.Sprint(value.Value())
}

// clip shortens a long text at a character's boundary.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
