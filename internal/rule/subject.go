package rule

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"seawall/internal/asset"
)

// variable is a name that expressions see, and the type of the facts behind it.
type variable struct {
	name  string
	facts reflect.Type
}

// subjects says what a rule's expressions see, by the rule's `on`. The first
// variable is the asset itself, further ones are its parents.
var subjects = map[string][]variable{
	"image":                 {{"image", reflect.TypeFor[asset.Image]()}},
	"compose":               {{"compose", reflect.TypeFor[asset.ComposeProject]()}},
	"dockerfile":            {{"dockerfile", reflect.TypeFor[asset.Dockerfile]()}},
	"ecs-service":           {{"service", reflect.TypeFor[asset.ECSService]()}},
	"ecs-cluster":           {{"cluster", reflect.TypeFor[asset.ECSCluster]()}},
	"ecs-capacity-provider": {{"provider", reflect.TypeFor[asset.ECSCapacityProvider]()}},
	"workload":              {{"workload", reflect.TypeFor[asset.Workload]()}},
	"container": {
		{"container", reflect.TypeFor[asset.Container]()},
		{"workload", reflect.TypeFor[asset.Workload]()},
		{"image", reflect.TypeFor[asset.Image]()},
	},
	"rbac-role":       {{"role", reflect.TypeFor[asset.RBACRole]()}},
	"rbac-binding":    {{"binding", reflect.TypeFor[asset.RBACBinding]()}},
	"service-account": {{"serviceAccount", reflect.TypeFor[asset.ServiceAccount]()}},
	"service":         {{"service", reflect.TypeFor[asset.Service]()}},
	"ingress":         {{"ingress", reflect.TypeFor[asset.Ingress]()}},
	"config-map":      {{"configMap", reflect.TypeFor[asset.ConfigMap]()}},
	"manifests":       {{"manifests", reflect.TypeFor[asset.Manifests]()}},
}

func subjectNames() string {
	return strings.Join(slices.Sorted(maps.Keys(subjects)), ", ")
}

// Target is one asset with the facts that rules judge it by.
type Target struct {
	asset  asset.Asset
	on     string
	facts  []bound
	layers []asset.Layer
	// env gives the variables whose values may be secret.
	env func() []asset.EnvVar
	now time.Time
}

// bound is a variable with a value.
type bound struct {
	value      any
	provenance *provenance
}

func (b *bound) variable() string { return b.provenance.variable }

func bind(variable string, value any, from map[string]asset.Origin) bound {
	return bound{value, &provenance{variable: variable, origins: from}}
}

// Of makes a target of an asset without parents, for the rules whose `on` is
// this. Facts whose origin is unknown or inexpressible are not looked at. now is
// the time that dates are compared with.
func Of[T any](on string, a asset.Asset, subject *asset.Subject[T], now time.Time) Target {
	return Target{
		asset: a,
		on:    on,
		facts: []bound{bind(subjects[on][0].name, &subject.Facts, subject.Origins)},
		env:   func() []asset.EnvVar { return nil },
		now:   now,
	}
}

// Image makes a target of an image; see Of.
func Image(a asset.Asset, subject *asset.Subject[asset.Image], now time.Time) Target {
	t := Of("image", a, subject, now)
	t.layers = subject.Facts.Layers
	t.env = func() []asset.EnvVar { return subject.Facts.Env }
	return t
}

// Asset is what the target is about.
func (t *Target) Asset() asset.Asset { return t.asset }

// fieldType follows a CEL path through the JSON names of a struct type.
func fieldType(facts reflect.Type, path string) (reflect.Type, error) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		next := stepType(facts, step)
		if next == nil {
			return nil, fmt.Errorf("there is no fact %q: %s has no %v", path, facts.Name(), step)
		}
		facts = next
	}
	return facts, nil
}

func stepType(facts reflect.Type, step any) reflect.Type {
	name, isName := step.(string)
	switch {
	case isName && facts.Kind() == reflect.Struct:
		return jsonField(facts, name)
	case isName && facts.Kind() == reflect.Map, !isName && facts.Kind() == reflect.Slice:
		return facts.Elem()
	}
	return nil
}

func jsonField(facts reflect.Type, name string) reflect.Type {
	for field := range facts.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
			return field.Type
		}
	}
	return nil
}
