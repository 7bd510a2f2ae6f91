package dockerfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"seawall/internal/asset"
)

// scope is the variables that instructions see.
type scope struct {
	values map[string]string
	// open are variables that exist and whose value nobody knows: an ARG without
	// a default, what a base image may set.
	open map[string]bool
	// env are the names that ENV set, in their order: commands see them too.
	env   []string
	isEnv map[string]bool
}

func newScope(parent *scope) *scope {
	if parent == nil {
		return &scope{values: map[string]string{}, open: map[string]bool{}, isEnv: map[string]bool{}}
	}
	return &scope{maps.Clone(parent.values), maps.Clone(parent.open), slices.Clone(parent.env), maps.Clone(parent.isEnv)}
}

// Get and Keys make it an environment for BuildKit's lexer.
func (s *scope) Get(name string) (string, bool) {
	value, known := s.values[name]
	return value, known
}

// Keys lists the variables that have values.
func (s *scope) Keys() []string { return slices.Sorted(maps.Keys(s.values)) }

func (s *scope) set(name, value string, known bool) {
	delete(s.values, name)
	delete(s.open, name)
	if len(s.values)+len(s.open) >= maxItems {
		return
	}
	if known {
		s.values[name] = value
	} else {
		s.open[name] = true
	}
}

func (s *scope) setEnv(name, value string, known bool) {
	s.set(name, value, known)
	if !s.isEnv[name] && len(s.env) < maxItems {
		s.isEnv[name] = true
		s.env = append(s.env, name)
	}
}

// environment is what ENV made, as far as it is known.
func (s *scope) environment() []asset.EnvVar {
	var list []asset.EnvVar
	for _, name := range s.env {
		if value, known := s.values[name]; known {
			list = append(list, asset.EnvVar{Name: name, Value: value})
		}
	}
	return list
}

// expand fills variables in and takes quotes off. What has no value stays as
// written and is listed as missing.
func (s *scope) expand(text string, escape rune) (expanded string, missing []string) {
	if !strings.ContainsAny(text, `$"'\`+"`") {
		return text, nil
	}
	lexer := shell.NewLex(escape)
	result, err := lexer.ProcessWordWithMatches(text, s)
	if err != nil {
		return text, []string{text}
	}
	missing = slices.Sorted(maps.Keys(result.Unmatched))
	missing = slices.DeleteFunc(missing, func(name string) bool { return hasAlternative(text, name) })
	if len(missing) == 0 {
		return result.Result, nil
	}
	lexer.SkipUnsetEnv = true
	result, err = lexer.ProcessWordWithMatches(text, s)
	if err != nil {
		return text, missing
	}
	return result.Result, missing
}

// hasAlternative tells if a variable stands with a text for when it has no
// value: ${NAME:-text}.
func hasAlternative(text, name string) bool {
	for _, operator := range []string{":-", "-", ":+", "+"} {
		if strings.Contains(text, "${"+name+operator) {
			return true
		}
	}
	return false
}
