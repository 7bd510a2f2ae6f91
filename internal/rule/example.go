package rule

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
)

// An example is a mapping of the rule's variables to facts, as the JSON report
// names them; what is left out is zero. `origins` gives facts an origin
// ({kind, reason}) and `now` the time; `name` is for the reader.
type example struct {
	node   *yaml.Node
	want   Status
	target Target
}

// Check compiles the whole rule and decodes its examples.
func (r *Rule) Check() error {
	if err := r.check(); err != nil {
		return err
	}
	_, err := r.examples()
	return err
}

// Test evaluates the rule's examples. The error tells each one that did not end
// as it says.
func (r *Rule) Test(ctx context.Context) error {
	examples, err := r.examples()
	if err != nil {
		return err
	}
	var mistakes []error
	for _, ex := range examples {
		ready, err := prepare(&ex.target)
		if err != nil {
			return r.source.ErrorAt(ex.node, "%v", err)
		}
		result, err := r.evaluate(ctx, &ex.target, ready)
		if err != nil {
			return err
		}
		if result.Status != ex.want {
			mistakes = append(mistakes, r.source.ErrorAt(ex.node, "the example ends in %s, it should end in %s%s", result.Status, ex.want, because(result)))
		}
	}
	return errors.Join(mistakes...)
}

func because(result Result) string {
	switch {
	case result.Reason != "":
		return ": " + result.Reason
	case len(result.Failures) > 0:
		return ": " + result.Failures[0].Evidence.What
	}
	return ""
}

func (r *Rule) examples() ([]example, error) {
	groups := []struct {
		node *yaml.Node
		want Status
	}{{r.nodes.pass, Pass}, {r.nodes.fail, Fail}, {r.nodes.notApplicable, NotApplicable}, {r.nodes.unknown, Unknown}}
	var list []example
	for _, group := range groups {
		if group.node == nil {
			continue
		}
		for _, node := range group.node.Content {
			target, err := r.exampleTarget(node)
			if err != nil {
				return nil, err
			}
			list = append(list, example{node, group.want, target})
		}
	}
	return list, nil
}

// exampleTime is now where an example does not say.
var exampleTime = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func (r *Rule) exampleTarget(node *yaml.Node) (Target, error) {
	known := []string{"name", "origins", "now"}
	for _, v := range subjects[r.On] {
		known = append(known, v.name)
	}
	fields, err := r.source.Mapping(node, "an example", known...)
	if err != nil {
		return Target{}, err
	}
	origins, err := r.exampleOrigins(fields["origins"])
	if err != nil {
		return Target{}, err
	}
	now := exampleTime
	if fields["now"] != nil {
		if now, err = time.Parse(time.RFC3339, fields["now"].Value); err != nil {
			return Target{}, r.source.ErrorAt(fields["now"], "now is not an RFC 3339 time: %v", err)
		}
	}
	return r.fillTarget(fields, origins, now)
}

func (r *Rule) fillTarget(fields map[string]*yaml.Node, origins map[string]map[string]asset.Origin, now time.Time) (Target, error) {
	target := Target{on: r.On, now: now, env: func() []asset.EnvVar { return nil }}
	for i, v := range subjects[r.On] {
		facts := reflect.New(v.facts)
		if fields[v.name] != nil {
			if err := r.source.decodeFacts(fields[v.name], facts); err != nil {
				return Target{}, err
			}
		} else if i > 0 && v.name == "image" {
			target.facts = append(target.facts, unreadImage)
			continue
		}
		target.facts = append(target.facts, bind(v.name, facts.Interface(), origins[v.name]))
		switch known := facts.Interface().(type) {
		case *asset.Image:
			target.layers = known.Layers
			target.env = func() []asset.EnvVar { return known.Env }
		case *asset.Container:
			target.env = func() []asset.EnvVar { return writtenEnv([]asset.Container{*known}) }
		}
	}
	return target, nil
}

// exampleOrigins reads {path: {kind, reason}}, by the variable whose fact it is.
func (r *Rule) exampleOrigins(node *yaml.Node) (map[string]map[string]asset.Origin, error) {
	if node == nil {
		return nil, nil
	}
	byPath, err := r.source.Mapping(node, "origins")
	if err != nil {
		return nil, err
	}
	origins := map[string]map[string]asset.Origin{}
	for _, v := range subjects[r.On] {
		origins[v.name] = map[string]asset.Origin{}
	}
	for path, origin := range byPath {
		of, path := splitVariable(subjects[r.On], path)
		if _, err := fieldType(of.facts, path); err != nil {
			return nil, r.source.ErrorAt(origin, "origins: %v", err)
		}
		fields, err := r.source.Mapping(origin, "origins", "kind", "reason")
		if err != nil {
			return nil, err
		}
		var entry asset.Origin
		if fields["kind"] != nil {
			entry.Kind = asset.OriginKind(fields["kind"].Value)
		}
		if fields["reason"] != nil {
			entry.Reason = fields["reason"].Value
		}
		kinds := []asset.OriginKind{asset.Explicit, asset.Inherited, asset.FromImage, asset.PlatformDefault, asset.Inexpressible, asset.Unknown}
		if !slices.Contains(kinds, entry.Kind) {
			return nil, r.source.ErrorAt(origin, "origins: %q is not a kind of origin", entry.Kind)
		}
		origins[of.name][path] = entry
	}
	return origins, nil
}
