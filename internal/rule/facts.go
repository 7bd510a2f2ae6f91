package rule

import (
	"encoding/json"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"

	"seawall/internal/wording"
)

// decodeFacts fills a struct from YAML by its JSON names.
func (s *source) decodeFacts(node *yaml.Node, facts reflect.Value) error {
	if err := s.refuseUnknownFacts(node, facts.Type().Elem()); err != nil {
		return err
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return s.ErrorAt(node, "the example cannot be read: %v", err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return s.ErrorAt(node, "the example cannot be read: %v", err)
	}
	if err := json.Unmarshal(text, facts.Interface()); err != nil {
		return s.ErrorAt(node, "the example has a wrong type: %v", wording.JSONPart(err))
	}
	return nil
}

// refuseUnknownFacts finds keys that the type has no field for.
func (s *source) refuseUnknownFacts(node *yaml.Node, facts reflect.Type) error {
	switch {
	case node.Kind == yaml.SequenceNode && facts.Kind() == reflect.Slice:
		for _, item := range node.Content {
			if err := s.refuseUnknownFacts(item, facts.Elem()); err != nil {
				return err
			}
		}
	case node.Kind == yaml.MappingNode && facts.Kind() == reflect.Struct:
		fields, err := s.Mapping(node, "the example's "+facts.Name())
		if err != nil {
			return err
		}
		for pair := range slices.Chunk(node.Content, 2) {
			field := jsonField(facts, pair[0].Value)
			if field == nil {
				return s.ErrorAt(pair[0], "there is no fact %q in %s", pair[0].Value, facts.Name())
			}
			if err := s.refuseUnknownFacts(fields[pair[0].Value], field); err != nil {
				return err
			}
		}
	}
	return nil
}
