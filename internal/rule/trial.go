package rule

import (
	"context"
	"path"

	"seawall/internal/strictyaml"
)

// Trial is one of a rule's examples and how the rule ended on it.
type Trial struct {
	// Name is the example's own, "" for one without.
	Name string
	// Line is where it begins in the rule's file.
	Line      int
	Want, Got Status
	// Because says why the rule ended so, "" for a pass.
	Because string
}

// Held is true if the rule ended as the example says.
func (t *Trial) Held() bool { return t.Want == t.Got }

// Parse reads and fully checks one rule file. name is the file's, for messages;
// its last part is the rule's ID with ".yaml".
func Parse(name string, content []byte) (*Rule, error) {
	r, err := parseRule(&source{strictyaml.File{Name: name, Content: content}}, newEnvironments())
	if err != nil {
		return nil, err
	}
	return r, r.Check()
}

// Trials evaluates the rule's examples, in the order of the file's groups.
func (r *Rule) Trials(ctx context.Context) ([]Trial, error) {
	examples, err := r.examples()
	if err != nil {
		return nil, err
	}
	var trials []Trial
	for _, ex := range examples {
		ready, err := prepare(&ex.target)
		if err != nil {
			return nil, r.source.ErrorAt(ex.node, "%v", err)
		}
		result, err := r.evaluate(ctx, &ex.target, ready)
		if err != nil {
			return nil, err
		}
		trial := Trial{Line: ex.node.Line, Want: ex.want, Got: result.Status, Because: result.Reason}
		if fields, err := r.source.Mapping(ex.node, "an example"); err == nil && fields["name"] != nil {
			trial.Name = fields["name"].Value
		}
		if trial.Because == "" && len(result.Failures) > 0 {
			trial.Because = result.Failures[0].Evidence.What
		}
		trials = append(trials, trial)
	}
	return trials, nil
}

// File is the rule's file as messages name it, "rules/image/image-healthcheck.yaml".
func (r *Rule) File() string { return path.Clean(r.source.Name) }
