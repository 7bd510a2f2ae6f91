package rule

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"seawall/internal/strictyaml"
)

// source is a rule file as read.
type source struct{ strictyaml.File }

// errorIn makes an error at a byte of a scalar's decoded value.
func (s *source) errorIn(node *yaml.Node, index int, format string, args ...any) error {
	line, column := s.scalarPlace(node, index)
	return s.ErrorAtPlace(line, column, fmt.Sprintf(format, args...))
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
