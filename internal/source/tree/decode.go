package tree

import (
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/oci"
	"seawall/internal/platform/swarm"
)

// decode gives a unit's text to the codec of its format.
func (u *Unit) decode(c *Content, text []byte) {
	switch c.Format {
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
