package ecs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// File is a file of a Terraform module.
type File struct {
	Name    string
	Content []byte
}

// DecodeTerraform reads the source of one Terraform module: all .tf files of a
// folder, since variables and locals of one are used in others (Terraform
// language, HCL native syntax). A variable stands for its default. What can be
// read is given beside the error.
func DecodeTerraform(files []File) (Resources, error) {
	m := &module{variables: map[string]*hclsyntax.Block{}, locals: map[string]*hclsyntax.Attribute{}, files: map[string][]byte{}}
	var problems []error
	for _, file := range files {
		problems = append(problems, m.add(file))
	}
	m.context()
	var r Resources
	for _, block := range m.resources {
		v := document.New(block.TypeRange.Filename, "/resource/"+strings.Join(block.Labels, "/"), m.body(block.Body, block.TypeRange, 0))
		r.terraform(block.Labels[0], strings.Join(block.Labels, "."), v)
	}
	return r, errors.Join(problems...)
}

// module is what the files of a folder say together.
type module struct {
	resources []*hclsyntax.Block
	variables map[string]*hclsyntax.Block
	locals    map[string]*hclsyntax.Attribute
	files     map[string][]byte
	values    *hcl.EvalContext
	// open are the locals that are being looked at, to end circles.
	open []string
	// left is how many bytes of source and text may still be evaluated.
	left int
}

// add parses one file and keeps the blocks that matter.
func (m *module) add(file File) error {
	if len(file.Content) > document.MaxSize {
		return fmt.Errorf("%w: %d bytes, at most %d are read", document.ErrTooLarge, len(file.Content), document.MaxSize)
	}
	if line, deep := tooDeep(file.Content); deep {
		return fmt.Errorf("%s: line %d: brackets are nested too deep to be read", file.Name, line)
	}
	parsed, diagnostics := hclsyntax.ParseConfig(file.Content, file.Name, hcl.InitialPos)
	m.files[file.Name] = file.Content
	if body, ok := parsed.Body.(*hclsyntax.Body); ok {
		for _, block := range body.Blocks {
			m.block(block)
		}
	}
	return syntaxError(diagnostics)
}

// syntaxError gives the first of the parser's errors; the rest mostly follow from it.
func syntaxError(diagnostics hcl.Diagnostics) error {
	for _, d := range diagnostics {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return fmt.Errorf("%s: line %d, column %d: not valid Terraform: %s", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, d.Summary)
		}
	}
	return nil
}

// maxBrackets bounds nesting, since HCL's parser calls itself for each level.
const maxBrackets = 200

// tooDeep counts brackets and operators that open a level, also in texts, where
// templates may hold expressions. It finds too many rather than too few.
func tooDeep(content []byte) (line int, deep bool) {
	depth, signs := 0, 0
	line = 1
	for _, c := range content {
		switch c {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			depth = max(depth-1, 0)
		case '\n':
			line++
		}
		if signs++; c != '!' && c != '-' && c != '?' && c != ' ' {
			signs = 0
		}
		if depth > maxBrackets || signs > 10*maxBrackets {
			return line, true
		}
	}
	return 0, false
}

func (m *module) block(block *hclsyntax.Block) {
	switch {
	case block.Type == "resource" && len(block.Labels) == 2 && strings.HasPrefix(block.Labels[0], "aws_ecs_"):
		m.resources = append(m.resources, block)
	case block.Type == "variable" && len(block.Labels) == 1:
		m.variables[block.Labels[0]] = block
	case block.Type == "locals":
		for name, attribute := range block.Body.Attributes {
			m.locals[name] = attribute
		}
	}
}

// body turns a block into a mapping; blocks of one type are a list, as in a plan.
func (m *module) body(body *hclsyntax.Body, place hcl.Range, depth int) *yaml.Node {
	out := nodeAt(place, yaml.MappingNode, "!!map")
	for _, attribute := range sortedAttributes(body.Attributes) {
		key := scalar(attribute.NameRange, "!!str", attribute.Name)
		out.Content = append(out.Content, key, m.expression(attribute.Expr, depth+1))
	}
	lists := map[string]*yaml.Node{}
	for _, block := range body.Blocks {
		name, item := block.Type, (*yaml.Node)(nil)
		if name == "dynamic" && len(block.Labels) == 1 {
			name = block.Labels[0]
			item = document.Unresolved(nodeAt(block.TypeRange, yaml.ScalarNode, ""), "", "the dynamic block "+name+" is known only to Terraform")
		} else {
			item = m.body(block.Body, block.TypeRange, depth+1)
		}
		if lists[name] == nil {
			lists[name] = nodeAt(block.TypeRange, yaml.SequenceNode, "!!seq")
			out.Content = append(out.Content, scalar(block.TypeRange, "!!str", name), lists[name])
		}
		lists[name].Content = append(lists[name].Content, item)
	}
	return out
}

// sortedAttributes are in the order of the file.
func sortedAttributes(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attributes))
	for _, attribute := range attributes {
		list = append(list, attribute)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}

func nodeAt(place hcl.Range, kind yaml.Kind, tag string) *yaml.Node {
	return &yaml.Node{Kind: kind, Tag: tag, Line: place.Start.Line, Column: place.Start.Column}
}

func scalar(place hcl.Range, tag, value string) *yaml.Node {
	node := nodeAt(place, yaml.ScalarNode, tag)
	node.Value = value
	return node
}
