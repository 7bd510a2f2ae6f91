package compose

import (
	"fmt"
	"strings"

	"seawall/internal/platform/document"
)

// variables are what a file's variables stand for.
type variables struct {
	values map[string]string
}

func (v *variables) has(name string) bool {
	_, ok := v.values[name]
	return ok
}

// get gives a variable's value. PWD and HOME have one wherever docker compose
// runs: the first is the project's folder, the second is spelled "~" in paths.
func (v *variables) get(name string) (string, bool) {
	value, ok := v.values[name]
	switch {
	case ok:
		return value, true
	case name == "PWD":
		return ".", true
	case name == "HOME":
		return "~", true
	}
	return "", false
}

// unsetVariable is a variable that a text needs and that has no value.
type unsetVariable struct {
	name string
	// required is true for ${X?}, message is what stands behind it.
	required bool
	message  string
}

// maxNesting bounds defaults within defaults.
const maxNesting = 20

// interpolate replaces the variables of a text; ok is false if something is
// missing.
func interpolate(text string, env *variables) (result string, ok bool) {
	result, unset, err := substitute(text, env, 0)
	if len(unset) > 0 || err != nil {
		return "", false
	}
	return result, true
}

// substitute replaces the variables of a text as the Compose Specification
// ("Interpolation") defines it: $X, ${X}, ${X:-default}, ${X-default},
// ${X:?message}, ${X?message}, ${X:+other}, ${X+other}, and $$ for a dollar sign.
// A document.Hole stands for each variable that has neither value nor default.
func substitute(text string, env *variables, depth int) (string, []unsetVariable, error) {
	var out strings.Builder
	var unset []unsetVariable
	for {
		before, rest, found := strings.Cut(text, "$")
		out.WriteString(before)
		if !found {
			return out.String(), unset, nil
		}
		switch {
		case strings.HasPrefix(rest, "$"):
			out.WriteByte('$')
			text = rest[1:]
		case strings.HasPrefix(rest, "{"):
			end := closingBrace(rest)
			if end < 0 {
				return "", nil, fmt.Errorf("%q is not a valid variable: its brace is not closed; write $$ for a dollar sign", "$"+rest)
			}
			value, missing, err := braced(rest[1:end], env, depth)
			if err != nil {
				return "", nil, err
			}
			out.WriteString(value)
			unset = append(unset, missing...)
			text = rest[end+1:]
		default:
			name := variableName(rest)
			if name == "" {
				out.WriteByte('$')
			} else if value, ok := env.get(name); ok {
				out.WriteString(value)
			} else {
				out.WriteString(document.Hole)
				unset = append(unset, unsetVariable{name: name})
			}
			text = rest[len(name):]
		}
	}
}

// braced reads what stands in ${…}.
func braced(inside string, env *variables, depth int) (string, []unsetVariable, error) {
	name := variableName(inside)
	if name == "" || depth > maxNesting {
		return "", nil, fmt.Errorf("%q is not a valid variable; write $$ for a dollar sign", "${"+inside+"}")
	}
	operator, word := splitOperator(inside[len(name):])
	value, ok := env.get(name)
	isSet := ok && (value != "" || !strings.HasPrefix(operator, ":"))
	switch operator {
	case "":
		if word != "" {
			return "", nil, fmt.Errorf("%q is not a valid variable; write $$ for a dollar sign", "${"+inside+"}")
		}
		if !ok {
			return document.Hole, []unsetVariable{{name: name}}, nil
		}
		return value, nil, nil
	case ":-", "-":
		if isSet {
			return value, nil, nil
		}
		return substitute(word, env, depth+1)
	case ":+", "+":
		if !isSet {
			return "", nil, nil
		}
		return substitute(word, env, depth+1)
	}
	if isSet {
		return value, nil, nil
	}
	message, _, _ := substitute(word, env, depth+1)
	return document.Hole, []unsetVariable{{name, true, strings.ReplaceAll(message, document.Hole, "")}}, nil
}

// splitOperator parts ":-word" into the operator and what follows.
func splitOperator(text string) (operator, word string) {
	for _, operator := range []string{":-", ":?", ":+", "-", "?", "+"} {
		if word, found := strings.CutPrefix(text, operator); found {
			return operator, word
		}
	}
	return "", text
}

// variableName is the name that a text begins with.
func variableName(text string) string {
	for i := range len(text) {
		c := text[i]
		isLetter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return text[:i]
		}
	}
	return text
}

// closingBrace is where the brace that a text begins with ends, -1 for nowhere.
func closingBrace(text string) int {
	open := 0
	for i := range len(text) {
		switch {
		case text[i] == '{' && (i == 0 || text[i-1] == '$'):
			open++
		case text[i] == '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// soleVariable gives the name if a text is one variable and nothing else.
func soleVariable(text string) (name string, ok bool) {
	inside, isVariable := strings.CutPrefix(text, "$")
	if !isVariable {
		return "", false
	}
	if strings.HasPrefix(inside, "{") {
		if closingBrace(inside) != len(inside)-1 {
			return "", false
		}
		name = variableName(inside[1:])
		return name, name != ""
	}
	name = variableName(inside)
	return name, name != "" && name == inside
}
