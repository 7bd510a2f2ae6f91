// Package strictyaml reads small YAML files that people write: every key must
// be known and stand once, and every mistake is shown at its line and column.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// MaxSize is the size in bytes above which a file is refused.
const MaxSize = 1 << 20

// File is a YAML file with its name for messages.
type File struct {
	Name    string
	Content []byte
}

// Parse gives the root of the file's single document, nil if there is none.
// Aliases are refused: they are how a small file becomes a large one.
func (f *File) Parse() (*yaml.Node, error) {
	if len(f.Content) > MaxSize {
		return nil, &Error{File: f.Name, Message: fmt.Sprintf("the file has %d bytes, at most %d are read: split or shorten it", len(f.Content), MaxSize)}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Content))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, f.syntaxError(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, f.ErrorAt(&second, "a second document begins here, where one is expected")
	} else if !errors.Is(err, io.EOF) {
		return nil, f.syntaxError(err)
	}
	root := document.Content[0]
	return root, f.refuseAliases(root)
}

func (f *File) refuseAliases(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		return f.ErrorAt(node, "aliases are not allowed here, write the value out")
	}
	for _, child := range node.Content {
		if err := f.refuseAliases(child); err != nil {
			return err
		}
	}
	return nil
}

// Mapping gives the values of a mapping by their keys, which must be among the
// known ones; without known ones any key is. what names the mapping in messages:
// "an exception".
func (f *File) Mapping(node *yaml.Node, what string, known ...string) (map[string]*yaml.Node, error) {
	if node.Kind != yaml.MappingNode {
		return nil, f.ErrorAt(node, "%s is not a mapping of fields", what)
	}
	fields := make(map[string]*yaml.Node, len(node.Content)/2)
	for pair := range slices.Chunk(node.Content, 2) {
		key, value := pair[0], pair[1]
		switch {
		case key.Kind != yaml.ScalarNode:
			return nil, f.ErrorAt(key, "%s has a field whose name is not a text", what)
		case len(known) > 0 && !slices.Contains(known, key.Value):
			return nil, f.ErrorAt(key, "%s has no field %q, its fields are %s", what, key.Value, strings.Join(known, ", "))
		case fields[key.Value] != nil:
			return nil, f.ErrorAt(key, "%s has the field %q twice", what, key.Value)
		}
		fields[key.Value] = value
	}
	return fields, nil
}

// Text gives the value of a scalar that is not empty, "" for a nil node. A
// number or truth value is text too. what names the field in messages.
func (f *File) Text(node *yaml.Node, what string) (string, error) {
	if node == nil {
		return "", nil
	}
	if node.Kind != yaml.ScalarNode {
		return "", f.ErrorAt(node, "%s is not a text (one that begins with { or [ needs quotes)", what)
	}
	text := strings.TrimSpace(node.Value)
	if text == "" || node.ShortTag() == "!!null" {
		return "", f.ErrorAt(node, "%s is empty", what)
	}
	return text, nil
}
