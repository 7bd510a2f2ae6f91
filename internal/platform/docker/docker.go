// Package docker reads containers as the Docker engine describes them: the
// output of `docker inspect` and the body of a request to create a container.
package docker

import (
	"errors"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// maxContainers bounds what one file may describe.
const maxContainers = 10_000

// Decode reads the output of `docker inspect` (one object or an array) or the
// body of POST /containers/create (Docker Engine API 1.56) into workloads of one
// container each. Keys are matched as the engine's decoder does: without regard
// to case, the last one wins. A key of a container that stands twice is an error
// for that container, since it is how a request says two things at once.
//
// What the inspected engine filled in with its defaults cannot be told from
// what was asked for, so a zero is the platform's default.
func Decode(file string, content []byte) ([]asset.Subject[asset.Workload], error) {
	documents, err := document.Parse(file, content)
	problems := []error{err}
	var subjects []asset.Subject[asset.Workload]
	for _, root := range documents {
		for _, v := range containers(root) {
			subject, err := decode(v)
			if problems = append(problems, err); err == nil {
				subjects = append(subjects, subject)
			}
		}
	}
	return subjects, errors.Join(problems...)
}

func containers(root document.Value) []document.Value {
	if !root.IsList() {
		return []document.Value{root}
	}
	items := root.Items()
	return items[:min(len(items), maxContainers)]
}

// IsContainer tells whether a value is what Decode reads.
func IsContainer(v document.Value) bool {
	if v.IsList() && len(v.Items()) > 0 {
		v = v.Items()[0]
	}
	host := field(v, "HostConfig")
	return host.IsMapping() && (field(v, "Config").IsMapping() || field(v, "Image").Exists())
}

func decode(v document.Value) (asset.Subject[asset.Workload], error) {
	if !IsContainer(v) {
		return asset.Subject[asset.Workload]{}, fmt.Errorf("line %d: this is not a container as docker inspect shows it, nor a request to create one: HostConfig, and Config or Image, are missing", v.Line())
	}
	d := newDecoder(v)
	if err := errors.Join(twice(v), twice(d.host), twice(d.config)); err != nil {
		return asset.Subject[asset.Workload]{}, err
	}
	d.workload()
	d.identity()
	d.security()
	d.resources()
	d.mounts()
	d.devices()
	d.ports()
	d.process()
	d.inexpressible()
	return asset.Subject[asset.Workload]{Facts: d.w, Origins: d.f.Origins}, nil
}

// decoder fills in one workload.
type decoder struct {
	// root is the whole object; config and host are its parts.
	root, config, host document.Value
	// live is true for what docker inspect shows.
	live bool
	// f are the facts of the workload, in those of its container.
	f, in document.Facts
	w     asset.Workload
	c     *asset.Container
}

func newDecoder(v document.Value) *decoder {
	f := document.Facts{Origins: map[string]asset.Origin{}}
	d := &decoder{root: v, config: v, host: field(v, "HostConfig"), f: f, in: f.Under("containers[0].")}
	if config := field(v, "Config"); config.IsMapping() {
		d.config, d.live = config, true
	}
	f.Explicit("", v)
	f.Explicit("containers[0]", v)
	d.w.Containers = []asset.Container{{Role: asset.RoleMain, Essential: true}}
	d.c = &d.w.Containers[0]
	return d
}

// field gives the value that the engine would read.
func field(v document.Value, name string) document.Value {
	value, _ := v.Fold(name)
	return value
}

// twice finds keys of an object that its decoder takes for the same field.
func twice(v document.Value) error {
	var problems []error
	for _, f := range v.Fields() {
		if _, count := v.Fold(f.Name); count > 1 {
			problems = append(problems, fmt.Errorf("line %d: %q stands more than once, which the engine reads as one field: leave one", f.Key.Line(), f.Name))
		}
	}
	return errors.Join(problems...)
}

func (d *decoder) workload() {
	d.w.Platform, d.w.Kind, d.w.OS = asset.PlatformDocker, "container", "linux"
	if d.live {
		d.f.Text("os", field(d.root, "Platform"), &d.w.OS)
		d.f.Text("name", field(d.root, "Name"), &d.w.Name)
		d.w.Name = strings.TrimPrefix(d.w.Name, "/")
	} else {
		d.w.Operation = asset.OperationCreate
		d.f.Note("name", d.root.Unknown("a request to create a container has the name in its address, not in its body"))
	}
	d.c.Name = d.w.Name
	d.f.Map("labels", field(d.config, "Labels"), &d.w.Labels)
	d.in.Map("labels", field(d.config, "Labels"), &d.c.Labels)
	d.w.Namespace = d.w.Labels["com.docker.compose.project"]
	d.namespaces()
	document.Pairs(d.f, "sysctls", field(d.host, "Sysctls"), &d.w.Sysctls, func(f document.Facts, name string, v document.Value) asset.Sysctl {
		s := asset.Sysctl{Name: name}
		f.Text("value", v, &s.Value)
		return s
	})
	document.Items(d.f, "hosts", field(d.host, "ExtraHosts"), &d.w.Hosts, func(_ document.Facts, v document.Value) asset.HostEntry {
		return hostEntry(v.Text())
	})
}

// hostEntry reads NAME:ADDRESS or NAME=ADDRESS.
func hostEntry(text string) asset.HostEntry {
	name, address, hasEqual := strings.Cut(text, "=")
	if !hasEqual {
		name, address, _ = strings.Cut(text, ":")
	}
	return asset.HostEntry{Name: name, Address: address}
}
