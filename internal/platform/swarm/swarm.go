// Package swarm reads services as Docker's swarm mode describes them: the
// output of `docker service inspect` and the specification that creates one.
package swarm

import (
	"errors"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// Options are what the swarm knows and the service does not say.
type Options struct {
	// Networks gives the names of networks by their IDs, which is how
	// `docker service inspect` writes them.
	Networks map[string]string
}

// maxServices bounds what one file may describe.
const maxServices = 10_000

// Decode reads the output of `docker service inspect` (one object or an array)
// or service specifications (Docker Engine API 1.56, ServiceSpec) into
// workloads of one container each.
func Decode(file string, content []byte, options Options) ([]asset.Subject[asset.Workload], error) {
	documents, err := document.Parse(file, content)
	problems := []error{err}
	var subjects []asset.Subject[asset.Workload]
	for _, root := range documents {
		services := []document.Value{root}
		if root.IsList() {
			services = root.Items()
		}
		for _, v := range services[:min(len(services), maxServices)] {
			subject, err := decode(v, options)
			if problems = append(problems, err); err == nil {
				subjects = append(subjects, subject)
			}
		}
	}
	return subjects, errors.Join(problems...)
}

// IsService tells whether a value is what Decode reads.
func IsService(v document.Value) bool {
	if v.IsList() && len(v.Items()) > 0 {
		v = v.Items()[0]
	}
	return field(specification(v), "TaskTemplate").IsMapping()
}

func specification(v document.Value) document.Value {
	if spec := field(v, "Spec"); spec.IsMapping() {
		return spec
	}
	return v
}

// field gives the value that the engine would read: without regard to case,
// the last one.
func field(v document.Value, names ...string) document.Value {
	for _, name := range names {
		v, _ = v.Fold(name)
	}
	return v
}

// decoder fills in one workload.
type decoder struct {
	root, spec, task, container document.Value
	f, in                       document.Facts
	w                           asset.Workload
	c                           *asset.Container
	networks                    map[string]string
}

func decode(v document.Value, options Options) (asset.Subject[asset.Workload], error) {
	d := &decoder{root: v, spec: specification(v), networks: options.Networks}
	d.task = field(d.spec, "TaskTemplate")
	d.container = field(d.task, "ContainerSpec")
	if !d.container.IsMapping() {
		return asset.Subject[asset.Workload]{}, fmt.Errorf("line %d: this is not a service that runs containers: TaskTemplate.ContainerSpec is missing", v.Line())
	}
	d.f = document.Facts{Origins: map[string]asset.Origin{}}
	d.in = d.f.Under("containers[0].")
	d.f.Explicit("", v)
	d.f.Explicit("containers[0]", d.container)
	d.w = asset.Workload{Platform: asset.PlatformSwarm, Kind: "service", OS: "linux", Containers: []asset.Container{{Role: asset.RoleMain, Essential: true}}}
	d.c = &d.w.Containers[0]
	d.workload()
	d.security()
	d.resources()
	d.storage()
	d.process()
	d.ports()
	d.inexpressible()
	return asset.Subject[asset.Workload]{Facts: d.w, Origins: d.f.Origins}, nil
}

func (d *decoder) workload() {
	d.f.Text("name", field(d.spec, "Name"), &d.w.Name)
	d.c.Name = d.w.Name
	d.f.Map("labels", field(d.spec, "Labels"), &d.w.Labels)
	d.w.Namespace = d.w.Labels["com.docker.stack.namespace"]
	d.in.Map("labels", field(d.container, "Labels"), &d.c.Labels)
	document.Pairs(d.f, "sysctls", field(d.container, "Sysctls"), &d.w.Sysctls, func(f document.Facts, name string, v document.Value) asset.Sysctl {
		s := asset.Sysctl{Name: name}
		f.Text("value", v, &s.Value)
		return s
	})
	document.Items(d.f, "hosts", field(d.container, "Hosts"), &d.w.Hosts, func(_ document.Facts, v document.Value) asset.HostEntry {
		address, name, _ := strings.Cut(v.Text(), " ") // as in hosts(5)
		return asset.HostEntry{Name: name, Address: address}
	})
	d.network()
}

func (d *decoder) security() {
	notation.Image(d.in, field(d.container, "Image"), &d.c.Image)
	notation.User(d.in, field(d.container, "User"), d.c)
	d.in.Texts("groups", field(d.container, "Groups"), &d.c.Groups)
	d.in.Bool("readOnlyRoot", field(d.container, "ReadOnly"), &d.c.ReadOnlyRoot)
	notation.Capabilities(d.in, "capabilities.add", field(d.container, "CapabilityAdd"), &d.c.Capabilities.Add)
	notation.Capabilities(d.in, "capabilities.drop", field(d.container, "CapabilityDrop"), &d.c.Capabilities.Drop)
	d.in.Bool("init", field(d.container, "Init"), &d.c.Init)
	privileges := field(d.container, "Privileges")
	d.in.Default("noNewPrivileges", d.container)
	d.in.Bool("noNewPrivileges", field(privileges, "NoNewPrivileges"), &d.c.NoNewPrivileges)
	d.profile("seccomp", field(privileges, "Seccomp", "Mode"), &d.c.Seccomp)
	d.profile("appArmor", field(privileges, "AppArmor", "Mode"), &d.c.AppArmor)
	label := field(privileges, "SELinuxContext")
	d.in.Bool("selinux.disabled", field(label, "Disable"), &d.c.SELinux.Disabled)
	d.in.Text("selinux.user", field(label, "User"), &d.c.SELinux.User)
	d.in.Text("selinux.role", field(label, "Role"), &d.c.SELinux.Role)
	d.in.Text("selinux.type", field(label, "Type"), &d.c.SELinux.Type)
	d.in.Text("selinux.level", field(label, "Level"), &d.c.SELinux.Level)
}

// profile reads a mode: default, unconfined or disabled, custom.
func (d *decoder) profile(path string, mode document.Value, into *asset.Profile) {
	d.in.Text(path, mode, &into.Type)
	switch into.Type {
	case "":
		into.Type = "default"
		if !mode.Exists() {
			d.in.Default(path, d.container)
		}
	case "disabled":
		into.Type = "unconfined"
	case "custom":
		into.Name = "written inline"
	}
}

func (d *decoder) process() {
	docker.Env(d.in, field(d.container, "Env"), &d.c.Env)
	d.in.Texts("entrypoint", field(d.container, "Command"), &d.c.Entrypoint)
	d.in.Texts("command", field(d.container, "Args"), &d.c.Command)
	d.in.Text("workingDir", field(d.container, "Dir"), &d.c.WorkingDir)
	docker.Healthcheck(d.in, field(d.container, "Healthcheck"), &d.c.Healthcheck, true)
	d.in.Texts("dns", field(d.container, "DNSConfig", "Nameservers"), &d.c.DNS)
	d.in.Text("logging.driver", field(d.task, "LogDriver", "Name"), &d.c.Logging.Driver)
	d.in.Map("logging.options", field(d.task, "LogDriver", "Options"), &d.c.Logging.Options)
	if d.c.Logging.Driver == "" {
		d.in.Default("logging.driver", d.task)
	}
	d.restart()
}

// conditions are the words of RestartPolicy.Condition in the model's.
var conditions = map[string]string{"none": "no", "on-failure": "on-failure", "any": "always", "": "always"}

func (d *decoder) restart() {
	policy := field(d.task, "RestartPolicy")
	condition := field(policy, "Condition")
	d.in.Text("restart.policy", condition, &d.c.Restart.Policy)
	word, known := conditions[d.c.Restart.Policy]
	switch {
	case !known:
		d.in.Wrong("restart.policy", condition, "none, on-failure or any")
	case !condition.Exists():
		d.in.Default("restart.policy", d.task)
	}
	d.c.Restart.Policy = word
	d.in.Int("restart.maxRetries", field(policy, "MaxAttempts"), &d.c.Restart.MaxRetries)
	if !field(policy, "MaxAttempts").Exists() {
		d.in.Default("restart.maxRetries", d.task)
	}
}
