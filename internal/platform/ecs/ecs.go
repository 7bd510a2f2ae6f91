// Package ecs reads task definitions, services, clusters and capacity providers
// of Amazon ECS from the API's JSON, from CloudFormation templates, and from
// Terraform's source and plans.
package ecs

import (
	"errors"
	"fmt"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// Resources are what the files of one target describe.
type Resources struct {
	TaskDefinitions   []asset.Subject[asset.Workload]
	Services          []asset.Subject[asset.ECSService]
	Clusters          []asset.Subject[asset.ECSCluster]
	CapacityProviders []asset.Subject[asset.ECSCapacityProvider]
}

// Empty is true if nothing of ECS was found.
func (r *Resources) Empty() bool {
	return len(r.TaskDefinitions)+len(r.Services)+len(r.Clusters)+len(r.CapacityProviders) == 0
}

// Decode reads a JSON or YAML file: a task definition, service or cluster as
// the ECS API has it (input or description, version 2014-11-13), a
// CloudFormation template, or a plan or state as `terraform show -json` prints
// it. What can be read is given beside the error.
func Decode(file string, content []byte) (Resources, error) {
	documents, err := document.Parse(file, content)
	problems := []error{err}
	var r Resources
	for _, root := range documents {
		switch {
		case IsTemplate(root):
			problems = append(problems, r.template(root))
		case IsPlan(root):
			problems = append(problems, r.plan(root))
		case IsAPI(root):
			r.api(root)
		default:
			problems = append(problems, fmt.Errorf("line %d: this is nothing of ECS: a task definition (containerDefinitions), service, cluster, CloudFormation template or Terraform plan was expected", root.Line()))
		}
	}
	return r, errors.Join(problems...)
}

// IsAPI tells whether a value is written as the ECS API has it.
func IsAPI(v document.Value) bool {
	for _, name := range []string{"containerDefinitions", "taskDefinition", "services", "clusters", "clusterName", "serviceName", "capacityProviders"} {
		if field := get(v, name); field.IsMapping() || field.IsList() || field.IsText() {
			return isECS(name, field)
		}
	}
	return false
}

// isECS tells lists of ECS from the keys of the same name that other formats have.
func isECS(name string, field document.Value) bool {
	switch name {
	case "containerDefinitions":
		return field.IsList()
	case "taskDefinition":
		return field.IsText() || get(field, "containerDefinitions").IsList()
	case "services":
		return field.IsList() && get(field, "serviceName").Exists()
	case "clusters":
		return field.IsList() && get(field, "clusterName").Exists()
	case "capacityProviders":
		return get(field, "autoScalingGroupProvider").Exists()
	}
	return field.IsText()
}

// api reads inputs and descriptions.
func (r *Resources) api(v document.Value) {
	definition := get(v, "taskDefinition")
	switch {
	case get(v, "containerDefinitions").Exists():
		r.taskDefinition(v, v, asset.Unknown)
	case definition.IsMapping():
		r.taskDefinition(definition, v, asset.Unknown)
	case definition.Exists(), get(v, "serviceName").Exists():
		r.service(v, "service")
	case get(v, "clusterName").Exists():
		r.cluster(v)
	}
	for _, service := range get(v, "services").Items() {
		r.service(service, "service")
		for _, set := range get(service, "taskSets").Items() {
			r.service(set, "task set")
		}
	}
	for _, cluster := range get(v, "clusters").Items() {
		r.cluster(cluster)
	}
	for _, provider := range get(v, "capacityProviders").Items() {
		r.capacityProvider(provider)
	}
}

// get follows fields whose names differ in case and underscores: the API's
// networkMode is NetworkMode in CloudFormation and network_mode in Terraform,
// where a block is also a list of one. What is below an unresolved value is
// unresolved for the same reason.
func get(v document.Value, names ...string) document.Value {
	for _, name := range names {
		if v.IsUnresolved() {
			return v
		}
		if items := v.Items(); len(items) > 0 {
			if v = items[0]; v.IsUnresolved() {
				return v
			}
		}
		v, _ = v.Fold(name)
	}
	return v
}

// first gives the first value that exists.
func first(values ...document.Value) document.Value {
	for _, v := range values {
		if v.Exists() {
			return v
		}
	}
	return document.Value{}
}

// name fills a fact in that names another resource. One that is created in the
// same place is called by its reference, which is what tells it from others.
func name(f document.Facts, path string, v document.Value, into *string) {
	if reference := v.Reference(); reference != "" {
		*into = reference
		f.Explicit(path, v)
		return
	}
	f.Text(path, v, into)
}

// names does the same for a list.
func names(f document.Facts, path string, v document.Value, into *[]string) {
	document.Items(f, path, v, into, func(_ document.Facts, item document.Value) string { return item.Text() })
	for i, item := range v.Items() {
		name(f, document.Index(path, i), item, &(*into)[i])
	}
}

// tags reads [{key, value}] or, as in Terraform, a mapping.
func tags(f document.Facts, path string, v document.Value, into *map[string]string) {
	if v.IsMapping() {
		f.Map(path, v, into)
		return
	}
	if v.Exists() && !v.IsList() {
		f.Wrong(path, v, "a list of tags")
		return
	}
	if *into == nil {
		*into = map[string]string{}
	}
	for _, item := range v.Items() {
		if item.IsUnresolved() {
			f.Unresolved(path, item)
			return
		}
		(*into)[get(item, "key").Text()] = get(item, "value").Text()
		f.Explicit(path, v)
	}
}

// options fills a map in whose values may name other resources.
func options(f document.Facts, path string, v document.Value, into *map[string]string) {
	f.Map(path, v, into)
	for _, field := range v.Fields() {
		if field.Value.Reference() != "" {
			(*into)[field.Name] = field.Value.Reference()
			f.Explicit(document.Key(path, field.Name), field.Value)
		}
	}
}
