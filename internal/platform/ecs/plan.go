package ecs

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// IsPlan tells whether a value is what `terraform show -json` prints of a plan
// or a state.
func IsPlan(v document.Value) bool {
	return v.Get("format_version").Exists() && (v.Get("planned_values").Exists() || v.Get("values").Exists())
}

// plan reads the planned resources of all modules (Terraform, "JSON Output
// Format"). What is known only after apply is unresolved.
func (r *Resources) plan(root document.Value) error {
	unknown := map[string]document.Value{}
	for _, change := range root.Get("resource_changes").Items() {
		unknown[change.Get("address").Text()] = change.At("change", "after_unknown")
	}
	references := map[string]document.Value{}
	for _, resource := range root.At("configuration", "root_module", "resources").Items() {
		references[resource.Get("address").Text()] = resource.Get("expressions")
	}
	values := first(root.Get("planned_values"), root.Get("values"))
	return r.module(values.Get("root_module"), unknown, references, 0)
}

func (r *Resources) module(v document.Value, unknown, references map[string]document.Value, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("line %d: modules are nested too deep", v.Line())
	}
	for _, resource := range v.Get("resources").Items() {
		if resource.Get("mode").Text() == "data" {
			continue
		}
		address := resource.Get("address").Text()
		values := resource.Get("values")
		if !values.IsMapping() {
			continue
		}
		node := afterApply(values.Node(), unknown[address], references[address])
		r.terraform(resource.Get("type").Text(), address, document.New(values.File(), values.Pointer(), node))
	}
	for _, child := range v.Get("child_modules").Items() {
		if err := r.module(child, unknown, references, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// afterApply adds an unresolved value for each attribute that is known only
// after apply. The configuration says what it refers to.
func afterApply(values *yaml.Node, unknown, references document.Value) *yaml.Node {
	out := *values
	out.Content = append([]*yaml.Node(nil), values.Content...)
	for _, attribute := range unknown.Fields() {
		if on, _ := attribute.Value.Bool(); !on {
			continue
		}
		reference := references.At(attribute.Name, "references")
		node := document.Unresolved(values, document.Hole, attribute.Name+" is known only after terraform apply")
		if items := reference.Texts(); len(items) > 0 {
			document.Refer(node, items[0])
		}
		key := text(values, attribute.Name)
		out.Content = append(out.Content, key, node)
	}
	return &out
}

// terraform reads one resource of the aws provider.
func (r *Resources) terraform(kind, address string, v document.Value) {
	switch kind {
	case "aws_ecs_task_definition":
		v, err := withDefinitions(v)
		r.taskDefinition(v, v, asset.Explicit)
		task := last(r.TaskDefinitions)
		if err != nil {
			task.Origins["containers"] = get(v, "containerDefinitions").Unknown(err.Error())
		}
		task.called(&task.Facts.Name, address)
	case "aws_ecs_service":
		r.service(v, "service")
		last(r.Services).called(&last(r.Services).Facts.Name, address)
	case "aws_ecs_task_set":
		r.service(v, "task set")
		last(r.Services).called(&last(r.Services).Facts.Name, address)
	case "aws_ecs_cluster":
		r.cluster(v)
		last(r.Clusters).called(&last(r.Clusters).Facts.Name, address)
	case "aws_ecs_capacity_provider":
		r.capacityProvider(v)
	}
}

// withDefinitions puts the container definitions, which Terraform has as a text
// of JSON, in their place.
func withDefinitions(v document.Value) (document.Value, error) {
	definitions := get(v, "container_definitions")
	if !definitions.IsScalar() {
		return v, nil
	}
	embedded, err := document.Parse(definitions.File(), []byte(definitions.Text()))
	if err != nil || len(embedded) != 1 {
		return v, fmt.Errorf("container_definitions is not a JSON array: %w", orEmpty(err))
	}
	document.MoveTo(embedded[0].Node(), definitions.Node())
	out := *v.Node()
	out.Content = append([]*yaml.Node(nil), out.Content...)
	for i := 1; i < len(out.Content); i += 2 {
		if out.Content[i] == definitions.Node() {
			out.Content[i] = embedded[0].Node()
		}
	}
	return document.New(v.File(), v.Pointer(), &out), nil
}

func orEmpty(err error) error {
	if err == nil {
		return fmt.Errorf("it is empty")
	}
	return err
}
