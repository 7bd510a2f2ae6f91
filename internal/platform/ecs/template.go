package ecs

import (
	"errors"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// IsTemplate tells whether a value is a CloudFormation template.
func IsTemplate(v document.Value) bool {
	if v.Get("AWSTemplateFormatVersion").Exists() {
		return true
	}
	for _, resource := range v.Get("Resources").Fields() {
		if strings.HasPrefix(resource.Value.Get("Type").Text(), "AWS::") {
			return true
		}
	}
	return false
}

// template reads the resources of a CloudFormation template. Conditions on
// resources are not looked at: what is created with other parameters counts too.
func (r *Resources) template(root document.Value) error {
	in := newIntrinsics(root)
	var problems []error
	for _, resource := range root.Get("Resources").Fields() {
		if strings.HasPrefix(resource.Name, "Fn::") {
			problems = append(problems, fmt.Errorf("line %d: %s is not expanded, so its resources are not checked: check the processed template", resource.Key.Line(), resource.Name))
			continue
		}
		properties := in.resolve(resource.Value.Get("Properties"))
		if !properties.Exists() {
			continue
		}
		r.resource(resource.Value.Get("Type").Text(), resource.Name, properties)
	}
	return errors.Join(problems...)
}

// resource reads one resource of a template. One without a name of its own goes
// by its logical name.
func (r *Resources) resource(kind, logical string, v document.Value) {
	switch kind {
	case "AWS::ECS::TaskDefinition":
		r.taskDefinition(v, v, asset.Explicit)
		last(r.TaskDefinitions).called(&last(r.TaskDefinitions).Facts.Name, logical)
	case "AWS::ECS::Service":
		r.service(v, "service")
		last(r.Services).called(&last(r.Services).Facts.Name, logical)
	case "AWS::ECS::TaskSet":
		r.service(v, "task set")
		last(r.Services).called(&last(r.Services).Facts.Name, logical)
	case "AWS::ECS::Cluster":
		r.cluster(v)
		last(r.Clusters).called(&last(r.Clusters).Facts.Name, logical)
	case "AWS::ECS::CapacityProvider":
		before := len(r.CapacityProviders)
		r.capacityProvider(v)
		if len(r.CapacityProviders) > before {
			last(r.CapacityProviders).called(&last(r.CapacityProviders).Facts.Name, logical)
		}
	}
}

// subject gives the generic type a method of this package.
type subject[T any] struct{ *asset.Subject[T] }

func last[T any](list []asset.Subject[T]) subject[T] { return subject[T]{&list[len(list)-1]} }

// called names a resource that has no name of its own, or one that is not known.
func (s subject[T]) called(name *string, logical string) {
	if *name == "" {
		*name = logical
		s.Origins["name"] = asset.Origin{Kind: asset.PlatformDefault, File: s.Origins[""].File, Line: s.Origins[""].Line, Column: s.Origins[""].Column}
	}
}
