package compose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// newService reads what is the service's and not the container's.
func (d *decoder) newService(kind string, field document.Field) *service {
	v := field.Value
	s := &service{kind: kind, field: field, value: v}
	s.Name, s.ContainerName = field.Name, d.shown(v.Get("container_name"))
	s.Image, s.PullPolicy = d.shown(v.Get("image")), v.Get("pull_policy").Text()
	if build := v.Get("build"); build.IsMapping() {
		s.Build = d.path(build.Get("context").Or(build))
	} else if build.Exists() {
		s.Build = d.path(build)
	}
	if provider := v.Get("provider"); provider.Exists() {
		s.Provider = provider.Get("type").Text()
	}
	s.Profiles = v.Get("profiles").Texts()
	s.Active = d.active(s.Profiles)
	s.Replicas = replicas(v)
	s.Ports = writtenPorts(v.Get("ports"))
	s.Hooks = serviceHooks(v)
	s.Develop = v.Get("develop").Exists() || v.Get("x-develop").Exists()
	for _, model := range d.entries(v.Get("models")) {
		s.Models = append(s.Models, model.Name)
	}
	s.SwarmKeys, s.SwarmIgnored = swarm(v)
	return s
}

func replicas(v document.Value) int64 {
	for _, written := range []document.Value{v.At("deploy", "replicas"), v.Get("scale")} {
		if number, ok := written.Int(); ok {
			return number
		}
	}
	return 1
}

func writtenPorts(v document.Value) []asset.ComposePort {
	var list []asset.ComposePort
	for _, entry := range v.Items() {
		if entry.IsScalar() {
			list = append(list, asset.ComposePort{Text: entry.Text(), Sexagesimal: !entry.IsQuoted() && isSexagesimal(entry.Text())})
		}
	}
	return list
}

// isSexagesimal tells what YAML 1.1 takes for a number to the base of 60 (its
// "int" type): digits, and below 60 behind each colon.
func isSexagesimal(text string) bool {
	parts := strings.Split(text, ":")
	for i, part := range parts {
		number, err := strconv.ParseUint(part, 10, 32)
		if err != nil || i > 0 && (number > 59 || len(part) > 2) {
			return false
		}
	}
	return len(parts) > 1 && parts[0][0] != '0'
}

// serviceHooks reads the commands that run in the container itself.
func serviceHooks(v document.Value) []asset.ComposeHook {
	var list []asset.ComposeHook
	for _, when := range []string{"post_start", "pre_stop"} {
		for _, hook := range v.Get(when).Items() {
			user := hook.Get("user").Text()
			h := asset.ComposeHook{When: when, User: user, Root: isRoot(user), Command: hook.Get("command").Texts()}
			h.Privileged, _ = hook.Get("privileged").Bool()
			list = append(list, h)
		}
	}
	return list
}

// isRoot tells all spellings of uid 0, with or without a group.
func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	number, err := strconv.ParseInt(name, 10, 64)
	return name == "root" || err == nil && number == 0
}

// swarm gives the keys below deploy that only Swarm reads and, where there are
// some, the limits that Swarm does not read.
func swarm(v document.Value) (keys, ignored []string) {
	for _, key := range []string{"mode", "placement", "update_config", "rollback_config", "endpoint_mode"} {
		if v.At("deploy", key).Exists() {
			keys = append(keys, "deploy."+key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	limits := v.At("deploy", "resources", "limits")
	for key, instead := range map[string]string{"mem_limit": "memory", "cpus": "cpus", "cpu_quota": "cpus", "pids_limit": "pids"} {
		if v.Get(key).Exists() && !limits.Get(instead).Exists() {
			ignored = append(ignored, key)
		}
	}
	slices.Sort(ignored)
	return keys, ignored
}

// portClashes finds ports of the host that several containers want.
type portClashes map[string][]string

// published notes the host's ports of a service.
func (d *decoder) published(s *service, ports []asset.PortMapping) {
	if d.ports == nil {
		d.ports = portClashes{}
	}
	for _, port := range ports {
		if port.Published && port.HostPort > 0 && port.HostPort == port.HostPortEnd {
			value := fmt.Sprintf("%s:%d/%s", port.HostIP, port.HostPort, port.Protocol)
			d.ports[value] = append(d.ports[value], s.Name)
		}
	}
}

// clashes gives what several services want. An address that means all of the
// host's clashes with every other one.
func (p portClashes) clashes() []asset.ComposeClash {
	var list []asset.ComposeClash
	for _, value := range slices.Sorted(maps.Keys(p)) {
		services := slices.Clone(p[value])
		if address, port, _ := cutLast(value); address != "0.0.0.0" {
			services = append(services, p["0.0.0.0:"+port]...)
		}
		if len(services) > 1 {
			list = append(list, asset.ComposeClash{Value: value, Services: services})
		}
	}
	return list
}

func cutLast(text string) (before, after string, found bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// project gives the facts of the project itself.
func (d *decoder) project() asset.Subject[asset.ComposeProject] {
	f := document.Facts{Origins: map[string]asset.Origin{}}
	p := asset.ComposeProject{References: d.references, Unset: d.unset, SharedPorts: d.ports.clashes()}
	f.Explicit("", d.root)
	f.Default("name", d.root)
	f.Text("name", d.root.Get("name"), &p.Name)
	f.Default("version", d.root)
	f.Text("version", d.root.Get("version"), &p.Version)
	p.Files = slices.Sorted(maps.Keys(d.folders))
	for i, v := range d.referenceValues {
		f.Explicit(index("references", i), v)
	}
	for i, v := range d.unsetValues {
		f.Explicit(index("unset", i), v)
	}
	for i, field := range d.repeated {
		p.RepeatedKeys = append(p.RepeatedKeys, field.Name)
		f.Explicit(index("repeatedKeys", i), field.Key)
	}
	slices.SortStableFunc(d.services, func(a, b *service) int { return strings.Compare(a.Name, b.Name) })
	for i, s := range d.services {
		s.Dependencies = d.dependencies(s.value.Get("depends_on"))
		p.Services = append(p.Services, s.ComposeService)
		d.noteService(f.Under(index("services", i)), s)
		d.envFiles(f, s, &p)
	}
	d.sharedNames(f, &p)
	d.noteSharedPorts(f, p.SharedPorts)
	d.projectNetworks(f, &p)
	d.secrets(f, &p)
	return asset.Subject[asset.ComposeProject]{Facts: p, Origins: f.Origins}
}

func (d *decoder) noteService(f document.Facts, s *service) {
	f.Explicit("", s.field.Key)
	for fact, key := range map[string]string{
		"containerName": "container_name", "image": "image", "build": "build", "pullPolicy": "pull_policy",
		"provider": "provider", "profiles": "profiles", "dependencies": "depends_on", "develop": "develop", "models": "models",
	} {
		if v := s.value.Get(key); v.Exists() {
			f.Explicit("."+fact, v)
		}
	}
	ports := 0
	for _, entry := range s.value.Get("ports").Items() {
		if entry.IsScalar() {
			f.Explicit(index(".ports", ports), entry)
			ports++
		}
	}
	for i, dependency := range d.entries(s.value.Get("depends_on")) {
		f.Explicit(index(".dependencies", i), dependency.Key)
	}
	hooks := append(s.value.Get("post_start").Items(), s.value.Get("pre_stop").Items()...)
	for i, hook := range hooks {
		f.Explicit(index(".hooks", i), hook)
	}
	if len(s.SwarmIgnored) > 0 {
		f.Explicit(".swarmIgnored", s.value.Get(s.SwarmIgnored[0]))
	}
}

// dependencies reads depends_on, a list of names or a mapping with conditions.
func (d *decoder) dependencies(v document.Value) []asset.ComposeDependency {
	var list []asset.ComposeDependency
	for _, entry := range d.entries(v) {
		dependency := asset.ComposeDependency{Service: entry.Name, Condition: "service_started"}
		if condition := entry.Value.Get("condition").Text(); condition != "" {
			dependency.Condition = condition
		}
		check := d.root.At("services", entry.Name, "healthcheck")
		off, _ := check.Get("disable").Bool()
		dependency.Checked = check.Get("test").Exists() && !off
		list = append(list, dependency)
	}
	return list
}

// sharedNames finds names that several containers want.
func (d *decoder) sharedNames(f document.Facts, p *asset.ComposeProject) {
	byName := map[string][]*service{}
	for _, s := range d.services {
		if s.ContainerName != "" {
			byName[s.ContainerName] = append(byName[s.ContainerName], s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if len(byName[name]) < 2 {
			continue
		}
		clash := asset.ComposeClash{Value: name}
		for _, s := range byName[name] {
			clash.Services = append(clash.Services, s.Name)
		}
		f.Explicit(index("sharedNames", len(p.SharedNames)), byName[name][1].value.Get("container_name"))
		p.SharedNames = append(p.SharedNames, clash)
	}
}

func (d *decoder) noteSharedPorts(f document.Facts, clashes []asset.ComposeClash) {
	for i, clash := range clashes {
		for _, s := range d.services {
			if s.Name == clash.Services[1] {
				f.Explicit(index("sharedPorts", i), s.value.Get("ports"))
			}
		}
	}
}

func (d *decoder) projectNetworks(f document.Facts, p *asset.ComposeProject) {
	for i, field := range d.root.Get("networks").Fields() {
		n := asset.ComposeNetwork{Name: field.Name}
		at := f.Under(index("networks", i))
		at.Explicit("", field.Key)
		at.Text(".driver", field.Value.Get("driver"), &n.Driver)
		at.Bool(".internal", field.Value.Get("internal"), &n.Internal)
		at.Bool(".attachable", field.Value.Get("attachable"), &n.Attachable)
		external := field.Value.Get("external")
		n.External = external.IsMapping() // the old form, with a name
		if !n.External {
			at.Bool(".external", external, &n.External)
		}
		for _, option := range field.Value.Get("driver_opts").Fields() {
			if n.Options == nil {
				n.Options = map[string]string{}
			}
			n.Options[option.Name] = d.shown(option.Value)
		}
		p.Networks = append(p.Networks, n)
	}
}
