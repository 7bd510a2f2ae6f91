package rule

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"go.yaml.in/yaml/v4"
)

// maxRows bounds `for`.
const maxRows = 500

// column is a name in the rows of `for`.
type column struct {
	name    string
	celType *cel.Type
}

func isColumnName(text string) bool {
	isLetter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
	for i, r := range text {
		if !isLetter(r) && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return text != ""
}

// variable is how expressions spell the column.
func (c column) variable() string { return "row." + c.name }

// row is one row of `for`: the values by variable, "row.port".
type row map[string]any

// parseRows reads `for`. Every row has the same columns with the same types, so
// that expressions can be checked. Without `for` there is one row without
// columns.
func (r *Rule) parseRows(fields map[string]*yaml.Node) error {
	node := fields["for"]
	if node == nil {
		r.rows = []row{{}}
		return nil
	}
	if node.Kind != yaml.SequenceNode || len(node.Content) == 0 || len(node.Content) > maxRows {
		return r.source.ErrorAt(node, "for is not a list of 1 to %d rows", maxRows)
	}
	for _, rowNode := range node.Content {
		if err := r.parseRow(rowNode); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rule) parseRow(node *yaml.Node) error {
	fields, err := r.source.Mapping(node, "a row of for")
	if err != nil {
		return err
	}
	if len(r.rows) == 0 {
		if err := r.parseColumns(node); err != nil {
			return err
		}
	}
	if len(fields) != len(r.columns) {
		return r.source.ErrorAt(node, "the row has %d columns, the first row has %d", len(fields), len(r.columns))
	}
	values := row{}
	for _, c := range r.columns {
		cell := fields[c.name]
		if cell == nil {
			return r.source.ErrorAt(node, "the row has no %q, the first row has", c.name)
		}
		value, celType, err := r.source.cell(cell)
		if err != nil {
			return err
		}
		if !celType.IsExactType(c.celType) {
			return r.source.ErrorAt(cell, "%s is of type %s, in the first row it is %s", c.name, celType, c.celType)
		}
		values[c.variable()] = value
	}
	r.rows = append(r.rows, values)
	return nil
}

func (r *Rule) parseColumns(first *yaml.Node) error {
	for i := 0; i < len(first.Content); i += 2 {
		key := first.Content[i]
		if !isColumnName(key.Value) {
			return r.source.ErrorAt(key, "%q cannot be a column, use letters and digits", key.Value)
		}
		_, celType, err := r.source.cell(first.Content[i+1])
		if err != nil {
			return err
		}
		r.columns = append(r.columns, column{key.Value, celType})
	}
	return nil
}

// cell reads a text, a whole number, a truth value or a list of texts.
func (s *source) cell(node *yaml.Node) (any, *cel.Type, error) {
	var (
		text   string
		number int64
		truth  bool
		list   []string
	)
	var err error
	switch {
	case node.Tag == "!!str":
		return node.Value, cel.StringType, nil
	case node.Tag == "!!int":
		err = node.Decode(&number)
		return number, cel.IntType, s.cellError(node, err)
	case node.Tag == "!!bool":
		err = node.Decode(&truth)
		return truth, cel.BoolType, s.cellError(node, err)
	case node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			if text, err = s.Text(item, "an item of a row's list"); err != nil {
				return nil, nil, err
			}
			list = append(list, text)
		}
		return list, cel.ListType(cel.StringType), nil
	}
	return nil, nil, s.ErrorAt(node, "a row holds texts, whole numbers, true, false or lists of texts")
}

func (s *source) cellError(node *yaml.Node, err error) error {
	if err == nil {
		return nil
	}
	return s.ErrorAt(node, "%q cannot be read as a value: %v", node.Value, err)
}

// rowName names a row by its first column, "" without `for`.
func (r *Rule) rowName(values row) string {
	if len(r.columns) == 0 {
		return ""
	}
	first := r.columns[0]
	return fmt.Sprintf("%s=%v", first.name, values[first.variable()])
}
