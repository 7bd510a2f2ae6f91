package rule

import (
	"go.yaml.in/yaml/v4"

	"seawall/internal/strictyaml"
)

// source is a rule file as read.
type source struct{ strictyaml.File }

// errorAt makes an error at a place in an expression, as scalarPlace gives it.
func (s *source) errorAt(line, column int, message string) error {
	return s.ErrorAtPlace(line, column, message)
}

// texts reads an optional mapping of texts.
func (s *source) texts(node *yaml.Node, what string, known ...string) (map[string]*yaml.Node, error) {
	if node == nil {
		return nil, nil
	}
	fields, err := s.Mapping(node, what, known...)
	if err != nil {
		return nil, err
	}
	for _, name := range known {
		if _, err := s.Text(fields[name], what+"."+name); err != nil {
			return nil, err
		}
	}
	return fields, nil
}
