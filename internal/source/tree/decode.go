package tree

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/compose"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/dockerfile"
	"seawall/internal/platform/ecs"
	"seawall/internal/platform/kubernetes"
	"seawall/internal/platform/oci"
	"seawall/internal/platform/swarm"
)

// decode gives a unit's text to the codec of its format.
func (u *Unit) decode(c *Content, text []byte) {
	switch c.Format {
	case Dockerfile:
		u.dockerfile(c, text)
	case Compose:
		u.compose(c, text)
	case Kubernetes:
		c.kubernetes(text)
	case ECSTask, CloudFormation, TerraformPlan:
		resources, err := ecs.Decode(c.File, text)
		c.ecs(resources, err, u.Named)
	case Terraform:
		u.terraform(c, text)
	case DockerContainer:
		c.workloads(docker.Decode(c.File, text))
	case SwarmService:
		c.workloads(swarm.Decode(c.File, text, swarm.Options{}))
	case ImageConfig:
		c.image(text)
	case HelmTemplate:
		c.Note = "a Helm template: check what `helm template` renders of it"
	case Kustomization:
		c.Note = "a kustomization: check what `kubectl kustomize` renders of it"
	}
}

// kubernetes reads manifests. Those that are not rendered are no mistake.
func (c *Content) kubernetes(text []byte) {
	objects, err := kubernetes.Decode(c.File, text)
	switch {
	case errors.Is(err, kubernetes.ErrNotRendered):
		c.Note = err.Error()
		return
	case err != nil:
		c.fail(c.File, err)
		return
	}
	c.Kubernetes, c.Workloads = objects, objects.Workloads
	for _, p := range objects.Problems {
		c.problem(c.File, p.Line, p.Message)
	}
}

// Relate completes the Kubernetes workloads of several files with what they say
// about each other, and gives the objects together; nil where there are none.
func Relate(contents []*Content) *asset.Subject[asset.Manifests] {
	var files []*kubernetes.Objects
	for _, c := range contents {
		if c.Kubernetes != nil {
			files = append(files, c.Kubernetes)
		}
	}
	if len(files) == 0 {
		return nil
	}
	manifests := kubernetes.Relate(files)
	for _, c := range contents {
		if c.Kubernetes != nil {
			c.Workloads = c.Kubernetes.Workloads
		}
	}
	return &manifests
}

// ecs takes what of ECS is in a file. Infrastructure that has nothing of it is
// passed over, unless the user named it.
func (c *Content) ecs(resources ecs.Resources, err error, named bool) {
	c.ECS = &resources
	c.workloads(resources.TaskDefinitions, err)
	switch {
	case !resources.Empty():
		c.Failed = false
	case err == nil && named:
		c.fail(c.File, errors.New("there is nothing of ECS in it: no task definition, service, cluster or capacity provider"))
	case err == nil:
		c.Format = ""
	}
}

// terraform reads all files of a module.
func (u *Unit) terraform(c *Content, text []byte) {
	files := []ecs.File{{Name: c.File, Content: text}}
	for _, file := range u.Files[1:] {
		content, err := u.readFile(file)
		if err != nil {
			c.problem(file, 0, err.Error())
			continue
		}
		files = append(files, ecs.File{Name: file, Content: content})
	}
	resources, err := ecs.DecodeTerraform(files)
	c.ecs(resources, err, u.Named)
}

// workloads takes what a codec gives: what could be read, and an error for the
// rest, a line for each thing.
func (c *Content) workloads(subjects []asset.Subject[asset.Workload], err error) {
	c.Workloads = append(c.Workloads, subjects...)
	if err == nil {
		return
	}
	c.Failed = len(subjects) == 0
	for line := range strings.Lines(err.Error()) {
		c.problem(c.File, 0, strings.TrimPrefix(strings.TrimSpace(line), c.File+": "))
	}
}

func (c *Content) image(text []byte) {
	subject, damage, err := oci.Decode(text)
	if err != nil {
		c.fail(c.File, err)
		return
	}
	c.Image = &subject
	for _, message := range damage {
		c.problem(c.File, 0, message)
	}
}

func (u *Unit) dockerfile(c *Content, text []byte) {
	subject, problems, err := dockerfile.Decode(c.File, text, dockerfile.Options{IgnoreFile: u.ignoreFile(c.File)})
	if err != nil {
		c.fail(c.File, err)
		return
	}
	c.Dockerfile = &subject
	for _, p := range problems {
		c.problem(c.File, p.Line, p.Message)
	}
}

// ignoreFile tells whether the folder of a Dockerfile, which is its usual build
// context, has a .dockerignore, or there is one for this Dockerfile alone.
func (u *Unit) ignoreFile(file string) string {
	for _, beside := range []string{filepath.Join(filepath.Dir(file), ".dockerignore"), file + ".dockerignore"} {
		if name, inside := u.root.inside(beside); inside {
			if _, err := u.root.Lstat(name); err == nil {
				return dockerfile.Present
			} else if !os.IsNotExist(err) {
				return ""
			}
		}
	}
	return dockerfile.Absent
}

// compose loads a project: the file, what it is given on top of or is merged
// into it, and the files that these name, inside of the root.
func (u *Unit) compose(c *Content, text []byte) {
	files := make([]compose.File, 0, len(u.Files))
	for _, file := range u.Files {
		content := text
		if file != c.File {
			var err error
			if content, err = u.readFile(file); err != nil {
				c.problem(file, 0, err.Error())
				continue
			}
		}
		files = append(files, compose.File{Path: file, Content: content})
	}
	project, err := compose.Load(files, compose.Options{Read: u.beside, Root: u.root.shown})
	for _, p := range project.Problems {
		c.problem(p.File, p.Line, p.Text)
	}
	if err != nil {
		c.fail(c.File, errors.New(strings.TrimPrefix(err.Error(), "load the Compose project "+files[0].Path+": ")))
		return
	}
	c.Compose, c.Workloads = &project.Compose, project.Services
}
