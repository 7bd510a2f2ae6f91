package dockerfile

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// words reads the words of a command. An unquoted variable gives as many words
// as its value has.
func (c *commands) words(list []*syntax.Word) []string {
	var texts []string
	for _, w := range list {
		text, known := c.word(w)
		if known && len(w.Parts) == 1 {
			if _, unquoted := w.Parts[0].(*syntax.ParamExp); unquoted {
				texts = append(texts, strings.Fields(text)...)
				continue
			}
		}
		texts = append(texts, text)
	}
	return texts
}

// word reads one word: quotes taken off, variables filled in. It is not known
// if a part is only decided when it runs; such a part stays as written.
func (c *commands) word(w *syntax.Word) (text string, known bool) {
	if w == nil {
		return "", true
	}
	return c.parts(w.Parts, false)
}

func (c *commands) parts(parts []syntax.WordPart, quoted bool) (string, bool) {
	var out strings.Builder
	known := true
	for _, part := range parts {
		text, ok := c.part(part, quoted)
		out.WriteString(text)
		known = known && ok
	}
	return out.String(), known
}

func (c *commands) part(part syntax.WordPart, quoted bool) (string, bool) {
	switch part := part.(type) {
	case *syntax.Lit:
		return unescape(part.Value, quoted), true
	case *syntax.SglQuoted:
		return part.Value, !part.Dollar
	case *syntax.DblQuoted:
		return c.parts(part.Parts, true)
	case *syntax.ParamExp:
		return c.parameter(part)
	}
	return printed(part), false
}

// parameter fills in $NAME, ${NAME} and ${NAME:-text}.
func (c *commands) parameter(p *syntax.ParamExp) (string, bool) {
	plain := !p.Excl && !p.Length && !p.Width && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Param != nil
	if !plain {
		return printed(p), false
	}
	value, known := c.vars.Get(p.Param.Value)
	switch {
	case p.Exp == nil && known:
		return value, true
	case p.Exp != nil && (p.Exp.Op == syntax.DefaultUnset || p.Exp.Op == syntax.DefaultUnsetOrNull):
		if known && value != "" {
			return value, true
		}
		if !c.vars.open[p.Param.Value] {
			return c.word(p.Exp.Word)
		}
	}
	return printed(p), false
}

// unescape takes backslashes off. Between double quotes they only stand before
// what would have a meaning there (POSIX, 2.2.3).
func unescape(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (!quoted || strings.IndexByte("$`\"\\", text[i+1]) >= 0) {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// printed gives a part of the grammar as text.
func printed(node syntax.Node) string {
	var out strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&out, node); err != nil {
		return "$"
	}
	return out.String()
}
