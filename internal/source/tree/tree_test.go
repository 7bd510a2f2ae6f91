package tree

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder makes files in a new working directory.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	project = "services:\n  web:\n    image: nginx:1.27\n"
	pod     = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n"
)

func find(t *testing.T, target string) []string {
	t.Helper()
	units, problems, err := Find(t.Context(), target)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var found []string
	for _, u := range units {
		text := strings.Join(u.Files, " + ")
		if u.Variant {
			text += " (variant)"
		}
		found = append(found, text)
	}
	return found
}

func TestFindGroupsWhatBelongsTogether(t *testing.T) {
	folder(t, map[string]string{
		"Dockerfile": "FROM scratch", "api.Dockerfile": "FROM scratch", "Dockerfile.go": "package x", "README.md": "",
		"compose.yaml": project, "compose.override.yml": "services: {}", "compose.prod.yaml": "services: {}",
		"lone/docker-compose.override.yml": project,
		"infra/main.tf":                    "", "infra/variables.tf": "", "infra/.terraform/modules/x/main.tf": "",
		"node_modules/x/compose.yaml": project, ".git/config.yaml": "", "vendor/Dockerfile": "FROM scratch",
	})
	want := []string{
		"Dockerfile", "api.Dockerfile", "compose.yaml + compose.override.yml", "compose.yaml + compose.prod.yaml (variant)",
		"infra/main.tf + infra/variables.tf", "lone/docker-compose.override.yml",
	}
	got := find(t, ".")
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"compose.yaml + compose.override.yml"}, find(t, "./compose.yaml")); diff != "" {
		t.Errorf("a named file brings its override (-want +got)\n%s", diff)
	}
}

func TestFindFollowsNoLink(t *testing.T) {
	folder(t, map[string]string{"outside/compose.yaml": project, "tree/Dockerfile": "FROM scratch"})
	for link, to := range map[string]string{"tree/up": "..", "tree/compose.yaml": "../outside/compose.yaml", "tree/loop": "."} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"tree/Dockerfile"}, find(t, "tree")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What is named is read wherever a link leads; what it names is not.
func TestNamedLink(t *testing.T) {
	folder(t, map[string]string{
		"secret/env":     "TOKEN=x",
		"a/compose.yaml": "services:\n  web: {image: nginx:1.27, env_file: ../../secret/env}\n",
	})
	if err := os.Mkdir("a/.git", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a/compose.yaml", "link.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link.yaml", "a/compose.yaml"} {
		units, _, err := Find(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if c := units[0].Read(); c.Failed || len(c.Workloads) != 1 {
			t.Errorf("%s: %v", name, c.Problems)
		}
	}
	units, _, err := Find(t.Context(), "a/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := units[0].beside("secret/env"); err == nil {
		t.Error("a file outside of the working copy was read")
	}
}

func TestRecognize(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          Format
	}{
		{"Dockerfile", "", Dockerfile},
		{"x/Containerfile.prod", "", Dockerfile},
		{"dockerfile_test.go", "", ""},
		{"compose.yaml", project, Compose},
		{"stack.yml", project, Compose},
		{"stack.yml", "x-common: &c {}\nservices: {web: *c}\n", Compose},
		{"flow.yaml", "{services: {web: {image: a}}}", Compose},
		{"pod.yaml", pod, Kubernetes},
		{"pod.yaml", "# a comment: with a colon\n---\n---\n" + pod, Kubernetes},
		{"pods.json", `[{"apiVersion": "v1", "kind": "Pod"}]`, Kubernetes},
		{"list.json", `{"kind": "List", "apiVersion": "v1", "items": []}`, Kubernetes},
		{"broken.yaml", "apiVersion: v1\nkind: Pod\n  spec: [\n", Kubernetes},
		{"chart.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", HelmTemplate},
		{"kustomization.yaml", "resources: [a.yaml]", Kustomization},
		{"task.json", `{"family": "web", "containerDefinitions": []}`, ECSTask},
		{"stack.yaml", "Resources:\n  T: {Type: AWS::ECS::TaskDefinition}\n", CloudFormation},
		{"bucket.yaml", "Resources:\n  B: {Type: AWS::S3::Bucket}\n", ""},
		{"main.tf", "", Terraform},
		{"plan.json", `{"format_version": "1.2", "planned_values": {}}`, TerraformPlan},
		{"inspect.json", `[{"Id": "1", "Config": {}, "HostConfig": {}}]`, DockerContainer},
		{"service.json", `[{"ID": "1", "Version": {}, "Spec": {"TaskTemplate": {}}}]`, SwarmService},
		{"config.json", `{"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": []}}`, ImageConfig},
		{"package.json", `{"name": "services", "kind": "x"}`, ""},
		{"workflow.yaml", "on: push\njobs:\n  x:\n    services: {db: {image: postgres}}\n", ""},
		{"binary.yaml", "services:\x00\n", ""},
		{"empty.yaml", "", ""},
	} {
		if got := recognize(test.name, []byte(test.content)); got != test.want {
			t.Errorf("%s %q is %q, want %q", test.name, test.content, got, test.want)
		}
	}
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	folder(t, map[string]string{"x.yaml": "a: 1\n", "compose.yaml": "services: [\n", "big.yaml": project + strings.Repeat("#\n", 5<<20)})
	for name, want := range map[string]string{
		"x.yaml": "it is none of a Dockerfile", "compose.yaml": "line ", "big.yaml": "larger than the 8 MB",
	} {
		units, _, err := Find(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if c := units[0].Read(); !c.Failed || len(c.Problems) == 0 || !strings.Contains(c.Problems[0].Message, want) {
			t.Errorf("%s: failed %t, %v, want %q", name, c.Failed, c.Problems, want)
		}
	}
	units, _, err := Find(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		if c := u.Read(); c.File == "x.yaml" && (c.Failed || c.Format != "") {
			t.Errorf("in a tree, what is nothing known is passed over: %v", c)
		}
	}
}

func TestShown(t *testing.T) {
	folder(t, nil)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"./a.yaml": "a.yaml", here + "/b/a.yaml": "b/a.yaml", here: ".", "../a.yaml": "../a.yaml", "/nowhere/a.yaml": "/nowhere/a.yaml",
	} {
		if got := Shown(path); got != want {
			t.Errorf("Shown(%q) = %q, want %q", path, got, want)
		}
	}
}

// Whatever a file holds, recognizing and decoding it does not panic.
func FuzzRead(f *testing.F) {
	for _, content := range []string{project, pod, "FROM scratch\nRUN x", `{"rootfs":{},"os":"x"}`, `[{"HostConfig":{}}]`, `{"containerDefinitions":[]}`, "Resources: {T: {Type: AWS::ECS::Service}}", `resource "aws_ecs_task_definition" "x" {}`} {
		for _, name := range []string{"x.yaml", "Dockerfile", "main.tf", "x.json"} {
			f.Add(name, []byte(content))
		}
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		top, err := openFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer top.Close()
		c := &Content{File: name, Format: recognize(name, content)}
		(&Unit{Files: []string{name}, root: top}).decode(c, content)
	})
}
