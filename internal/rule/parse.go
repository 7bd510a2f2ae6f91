package rule

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// layers are the parts of the catalogue.
var layers = []string{"host", "engine", "image", "build", "workload", "network", "volume", "registry", "cluster", "runtime", "api"}

// isKebabCase tells whether text is like "image-healthcheck".
func isKebabCase(text string) bool {
	for word := range strings.SplitSeq(text, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}

// parseRule reads a rule file as far as that needs no CEL.
func parseRule(src *source, envs *environments) (*Rule, error) {
	root, err := src.Parse()
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, src.ErrorAtPlace(1, 1, "the file holds no rule")
	}
	fields, err := src.Mapping(root, "a rule", "id", "title", "layer", "on", "for", "severity", "when", "each", "require",
		"message", "evidence", "location", "subject", "why", "fix", "references", "examples")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"id", "title", "layer", "on", "severity", "require", "message", "why", "fix", "examples"} {
		if fields[name] == nil {
			return nil, src.ErrorAt(root, "the rule has no %q", name)
		}
	}
	r := &Rule{source: src, envs: envs}
	steps := []func(map[string]*yaml.Node) error{r.parseIdentity, r.parseExpressions, r.parseEvidence, r.parseRows, r.parseFix, r.parseReferences, r.parseExamples}
	for _, step := range steps {
		if err := step(fields); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Rule) parseIdentity(fields map[string]*yaml.Node) error {
	texts := map[string]*string{"id": &r.ID, "title": &r.Title, "layer": &r.Layer, "on": &r.On, "why": &r.Why}
	for _, name := range []string{"id", "title", "layer", "on", "why"} {
		text, err := r.source.Text(fields[name], name)
		if err != nil {
			return err
		}
		*texts[name] = text
	}
	if want := strings.TrimSuffix(path.Base(r.source.Name), ".yaml"); r.ID != want || !isKebabCase(r.ID) {
		return r.source.ErrorAt(fields["id"], "id is %q, it must be in kebab-case and the file's name, %q", r.ID, want)
	}
	if !slices.Contains(layers, r.Layer) {
		return r.source.ErrorAt(fields["layer"], "layer is %q, it must be one of %s", r.Layer, strings.Join(layers, ", "))
	}
	if subjects[r.On] == nil {
		return r.source.ErrorAt(fields["on"], "on is %q, this version has facts for: %s", r.On, subjectNames())
	}
	severity, err := finding.ParseSeverity(fields["severity"].Value)
	if err != nil || severity == finding.Unknown {
		return r.source.ErrorAt(fields["severity"], "severity is %q, it must be critical, high, medium, low or info", fields["severity"].Value)
	}
	r.Severity = severity
	return nil
}

func (r *Rule) parseExpressions(fields map[string]*yaml.Node) error {
	places := map[string]**yaml.Node{
		"when": &r.nodes.when, "each": &r.nodes.each, "require": &r.nodes.require,
		"message": &r.nodes.message, "subject": &r.nodes.subject,
	}
	for name, place := range places {
		if _, err := r.source.Text(fields[name], name); err != nil {
			return err
		}
		*place = fields[name]
	}
	return nil
}

func (r *Rule) parseEvidence(fields map[string]*yaml.Node) error {
	evidence, err := r.source.texts(fields["evidence"], "evidence", "where", "value", "want")
	if err != nil {
		return err
	}
	r.nodes.where, r.nodes.value, r.nodes.want = evidence["where"], evidence["value"], evidence["want"]
	location, err := r.source.texts(fields["location"], "location", "path", "layer")
	if err != nil {
		return err
	}
	r.nodes.path, r.nodes.layer = location["path"], location["layer"]
	return nil
}

func (r *Rule) parseFix(fields map[string]*yaml.Node) error {
	inner, err := r.source.Mapping(fields["fix"], "fix", "text", "command", "set")
	if err != nil {
		return err
	}
	if inner["text"] == nil {
		return r.source.ErrorAt(fields["fix"], "fix has no \"text\"")
	}
	if r.Fix.Text, err = r.source.Text(inner["text"], "fix.text"); err != nil {
		return err
	}
	if err := r.parseCommand(inner["command"]); err != nil {
		return err
	}
	if inner["set"] == nil {
		return nil
	}
	if inner["set"].Kind != yaml.MappingNode {
		return r.source.ErrorAt(inner["set"], "fix.set is not a mapping of facts to expressions")
	}
	for pair := range slices.Chunk(inner["set"].Content, 2) {
		if _, err := r.source.Text(pair[1], "fix.set"); err != nil {
			return err
		}
		r.set = append(r.set, setting{pair[0], pair[1]})
	}
	return nil
}

// platforms are what fix.command can have a text for.
var platforms = []string{asset.PlatformDocker, asset.PlatformCompose, asset.PlatformKubernetes, asset.PlatformECS, asset.PlatformSwarm}

// parseCommand reads one text, or one for each platform.
func (r *Rule) parseCommand(node *yaml.Node) (err error) {
	if node == nil {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		r.nodes.command = map[string]*yaml.Node{"": node}
		r.Fix.Command, err = r.source.Text(node, "fix.command")
		return err
	}
	if r.nodes.command, err = r.source.texts(node, "fix.command", platforms...); err != nil {
		return err
	}
	r.Commands = map[string]string{}
	for platform, text := range r.nodes.command {
		r.Commands[platform] = text.Value
	}
	return nil
}

// parseReferences reads {source: [ids]}. IDs are texts: 2.10 is not 2.1.
func (r *Rule) parseReferences(fields map[string]*yaml.Node) error {
	node := fields["references"]
	if node == nil {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		return r.source.ErrorAt(node, "references is not a mapping of sources to lists of numbers")
	}
	if _, err := r.source.Mapping(node, "references"); err != nil {
		return err
	}
	for pair := range slices.Chunk(node.Content, 2) {
		if pair[1].Kind != yaml.SequenceNode {
			return r.source.ErrorAt(pair[1], "references.%s is not a list", pair[0].Value)
		}
		for _, id := range pair[1].Content {
			if id.Kind != yaml.ScalarNode || id.Tag != "!!str" || id.Value == "" {
				return r.source.ErrorAt(id, "references.%s has %q, which is not a text: write it in quotes", pair[0].Value, id.Value)
			}
			r.References = append(r.References, finding.Reference{Name: pair[0].Value, ID: id.Value})
		}
	}
	return nil
}

func (r *Rule) parseExamples(fields map[string]*yaml.Node) error {
	inner, err := r.source.Mapping(fields["examples"], "examples", "pass", "fail", "notApplicable", "unknown")
	if err != nil {
		return err
	}
	for name, node := range inner {
		if node.Kind != yaml.SequenceNode || len(node.Content) == 0 {
			return r.source.ErrorAt(node, "examples.%s is not a list with an example", name)
		}
	}
	r.nodes.pass, r.nodes.fail = inner["pass"], inner["fail"]
	r.nodes.notApplicable, r.nodes.unknown = inner["notApplicable"], inner["unknown"]
	for _, name := range []string{"pass", "fail"} {
		if inner[name] == nil {
			return r.source.ErrorAt(fields["examples"], "examples has no %q: a rule shows what passes and what fails", name)
		}
	}
	return nil
}
