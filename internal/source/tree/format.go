package tree

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"seawall/internal/platform/document"
)

// Format is what a file is, in words for people.
type Format string

// The formats that are known.
const (
	Dockerfile      Format = "Dockerfile"
	Compose         Format = "Compose file"
	Kubernetes      Format = "Kubernetes manifest"
	ECSTask         Format = "ECS task definition"
	CloudFormation  Format = "CloudFormation template"
	Terraform       Format = "Terraform configuration"
	TerraformPlan   Format = "Terraform plan"
	DockerContainer Format = "docker inspect or create body of a container"
	SwarmService    Format = "Swarm service"
	ImageConfig     Format = "OCI image configuration"
	// HelmTemplate and Kustomization are known and not read: they are rendered first.
	HelmTemplate  Format = "Helm template"
	Kustomization Format = "kustomization"
)

// Known says, for messages, what a file can be.
const Known = "a Dockerfile, a Compose file, a Kubernetes manifest, an ECS task definition, a CloudFormation template, " +
	"Terraform (.tf, or a plan from terraform show -json), the output of docker inspect, or an OCI image configuration"

// byName tells a format by a file's name alone, "" if it does not tell.
func byName(base string) Format {
	lower := strings.ToLower(base)
	switch {
	case slices.Contains(otherEndings, filepath.Ext(lower)):
		return ""
	case isDockerfile(lower, "dockerfile"), isDockerfile(lower, "containerfile"):
		return Dockerfile
	case strings.HasSuffix(lower, ".tf"):
		return Terraform
	}
	return ""
}

// otherEndings are those of files that are about Dockerfiles and are none.
var otherEndings = []string{".dockerignore", ".go", ".py", ".js", ".ts", ".rb", ".rs", ".java", ".md", ".rst", ".txt", ".html", ".yaml", ".yml", ".json", ".toml", ".j2", ".tmpl", ".tpl", ".erb", ".in", ".sh", ".diff", ".patch", ".orig"}

// isDockerfile is true for "Dockerfile", "Dockerfile.prod", "api.Dockerfile".
func isDockerfile(lower, word string) bool {
	rest, begins := strings.CutPrefix(lower, word)
	return strings.HasSuffix(lower, "."+word) || begins && (rest == "" || strings.ContainsRune(".-_", rune(rest[0])))
}

// mark is a set of words that a file of a format has, whatever else it has.
type mark struct {
	format Format
	words  []string
}

// marks come in the order in which they are tried; they only spare the parsing
// of files that cannot be of any format.
var marks = []mark{
	{Kubernetes, []string{"apiVersion", "kind"}},
	{Compose, []string{"services"}},
	{Compose, []string{"include"}},
	{ECSTask, []string{"ontainerDefinitions"}},
	{CloudFormation, []string{"AWS::ECS::"}},
	{TerraformPlan, []string{"planned_values"}},
	{SwarmService, []string{"TaskTemplate"}},
	{DockerContainer, []string{"HostConfig"}},
	{ImageConfig, []string{"rootfs", "diff_ids"}},
}

// recognize says what a file is, "" for nothing that is known.
func recognize(name string, content []byte) Format {
	base := filepath.Base(name)
	if format := byName(base); format != "" {
		return format
	}
	if strings.EqualFold(strings.TrimSuffix(base, filepath.Ext(base)), "kustomization") {
		return Kustomization
	}
	if isHelm(content) {
		return HelmTemplate
	}
	if bytes.IndexByte(content, 0) >= 0 || !slices.ContainsFunc(marks, func(m mark) bool { return m.in(content) }) {
		return ""
	}
	if strings.HasPrefix(base, "compose") || strings.HasPrefix(base, "docker-compose") {
		return Compose
	}
	return byKeys(topKeys(name, content))
}

func (m *mark) in(content []byte) bool {
	return !slices.ContainsFunc(m.words, func(word string) bool { return !bytes.Contains(content, []byte(word)) })
}

// isHelm recognizes a manifest that Helm has not rendered yet, which is no YAML.
func isHelm(content []byte) bool {
	return bytes.Contains(content, []byte("{{")) && bytes.Contains(content, []byte("apiVersion")) &&
		(bytes.Contains(content, []byte(".Values")) || bytes.Contains(content, []byte("{{-")) || bytes.Contains(content, []byte("{{ include")) || bytes.Contains(content, []byte("{{ template")))
}

// byKeys tells a format by the keys of the document's top.
func byKeys(keys map[string]bool) Format {
	has := func(words ...string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !keys[word] })
	}
	switch {
	case has("apiVersion", "kind"):
		return Kubernetes
	case has("planned_values"):
		return TerraformPlan
	case has("Resources"), has("AWSTemplateFormatVersion"):
		return CloudFormation
	case has("containerDefinitions"), has("ContainerDefinitions"), has("taskDefinition"):
		return ECSTask
	case has("TaskTemplate"), has("Spec", "Endpoint"), has("Spec", "ID"):
		return SwarmService
	case has("HostConfig"):
		return DockerContainer
	case has("rootfs", "os"), has("rootfs", "architecture"):
		return ImageConfig
	case has("services"):
		return Compose
	}
	return ""
}

// topKeys are the keys of the first document that has some: of its mapping, or
// of the first mapping of its list. A file that is not valid YAML has those of
// its lines that begin with one, so that what is wrong with it can be told.
func topKeys(name string, content []byte) map[string]bool {
	if keys := lineKeys(content); len(keys) > 0 {
		return keys
	}
	keys := map[string]bool{}
	values, _ := document.Parse(name, content)
	for _, value := range values {
		if items := value.Items(); len(items) > 0 {
			value = items[0]
		}
		for _, field := range value.Fields() {
			keys[field.Name] = true
		}
		if len(keys) > 0 {
			break
		}
	}
	return keys
}

// lineKeys reads the keys of block-style YAML without parsing it.
func lineKeys(content []byte) map[string]bool {
	keys := map[string]bool{}
	for line := range bytes.Lines(content) {
		key, _, found := bytes.Cut(line, []byte(":"))
		if bytes.HasPrefix(line, []byte("---")) && len(keys) > 0 {
			break
		}
		if found && len(key) > 0 && isLetter(key[0]) && !bytes.ContainsAny(key, " \t{[") {
			keys[string(key)] = true
		}
	}
	return keys
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
