// Package document reads YAML and JSON files into values that know where they
// stand: line, column and JSON pointer. The codecs of the platforms decode from
// it, so that every fact can say which line of which file it comes from.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	// MaxSize is the size in bytes above which a file is refused.
	MaxSize = 8 << 20
	// maxNodes bounds what anchors and merges may expand to.
	maxNodes = 1_000_000
	// maxDocuments bounds a file of many documents.
	maxDocuments = 10_000
)

// ErrTooLarge is a file that is refused for its size, or for what it expands to.
var ErrTooLarge = errors.New("the file is too large")

// Parse reads all documents of a YAML 1.2 or JSON file; empty ones are left out.
// An error names line and column where the syntax is wrong; the documents
// before it are given all the same.
func Parse(file string, content []byte) ([]Value, error) {
	if len(content) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrTooLarge, len(content), MaxSize)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(escapedAsYAML(content)))
	var values []Value
	left := maxNodes
	for range maxDocuments {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return values, syntaxError(err)
		}
		if len(node.Content) == 0 {
			continue
		}
		root := node.Content[0]
		if left -= expanded(root, left); left <= 0 {
			return values, fmt.Errorf("%w: its anchors expand to more than %d values", ErrTooLarge, maxNodes)
		}
		if root.ShortTag() != "!!null" {
			values = append(values, Value{file: file, node: root})
		}
	}
	return values, fmt.Errorf("%w: more than %d documents", ErrTooLarge, maxDocuments)
}

// syntaxError says where the syntax is wrong, without the library's name for it.
func syntaxError(err error) error {
	var wrong *yaml.LoadError
	if errors.As(err, &wrong) {
		return fmt.Errorf("line %d, column %d: not valid YAML or JSON: %s", wrong.Mark.Line, wrong.Mark.Column, wrong.Message)
	}
	return fmt.Errorf("not valid YAML or JSON: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// expanded counts the nodes that a walk which follows aliases would see, up to
// limit. YAML's own parser refuses an alias inside of its anchor.
func expanded(node *yaml.Node, limit int) int {
	count := 1
	if node.Kind == yaml.AliasNode {
		return count + expanded(node.Alias, limit-count)
	}
	for _, child := range node.Content {
		if count >= limit {
			break
		}
		count += expanded(child, limit-count)
	}
	return count
}
