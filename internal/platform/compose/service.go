package compose

import (
	"slices"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// decode turns the merged project into facts.
func (l *loader) decode(root document.Value) Project {
	d := &decoder{loader: l, root: root}
	d.declare()
	project := Project{}
	for _, kind := range []string{"services", "jobs"} {
		services := root.Get(kind)
		if services.Exists() && !services.IsMapping() {
			l.problem(services, "%s is a mapping of names, this is %s", kind, services.Kind())
		}
		for _, field := range services.Fields() {
			if !field.Value.IsMapping() {
				l.problem(field.Key, "the service %s is a mapping, this is %s", field.Name, field.Value.Kind())
				continue
			}
			if len(d.services) == maxServices {
				l.problem(field.Key, "more than %d services are not read", maxServices)
				break
			}
			s := d.newService(strings.TrimSuffix(kind, "s"), field)
			d.services = append(d.services, s)
			if l.active(s.Profiles) && s.Provider == "" {
				project.Services = append(project.Services, d.workload(s))
			}
		}
	}
	slices.SortFunc(project.Services, func(a, b asset.Subject[asset.Workload]) int { return strings.Compare(a.Facts.Name, b.Facts.Name) })
	project.Compose = d.project()
	return project
}

// decoder reads a merged project.
type decoder struct {
	*loader
	root     document.Value
	services []*service
	ports    portClashes
	// declarations are volumes, secrets and configs by name; used are the
	// mounts of the present workload that name one.
	declarations map[string]map[string]declaration
	used         []writtenMount
}

// maxServices bounds the services and jobs of a project.
const maxServices = 5000

// service is a service or job with its place.
type service struct {
	asset.ComposeService
	kind  string
	field document.Field
	value document.Value
}

// inexpressible are facts that Compose has no word for, with the reason.
var inexpressible = []struct {
	reason string
	facts  []string
}{
	{"Compose has no such pod: it is Kubernetes' word", []string{"pod"}},
	{"Compose has no task definition: it is ECS's word", []string{"task", "launchTypes"}},
	{"Compose gives a container no identity on its platform", []string{"identity"}},
}

// inexpressibleOfContainer are those of each container.
var inexpressibleOfContainer = []struct {
	reason string
	facts  []string
}{
	{"Compose cannot demand it: set user: to a number other than 0", []string{"mustNotBeRoot"}},
	{"Compose has no host process containers", []string{"hostProcess"}},
	{"Compose has one health check and no probes: set healthcheck:", []string{"readiness", "startup"}},
	{"Compose does not name an essential container", []string{"essential"}},
	{"Compose cannot publish all ports: each one is listed", []string{"publishAll"}},
	{"Compose has no request for storage", []string{"resources.ephemeralStorage.request"}},
}

// workload describes a service as a workload of one container, and one more for
// each container that runs before it.
func (d *decoder) workload(s *service) asset.Subject[asset.Workload] {
	w := asset.Workload{
		Platform: asset.PlatformCompose, Kind: s.kind, Name: s.Name, Namespace: d.name, OS: "linux",
		Containers: []asset.Container{{}},
	}
	f := document.Facts{Origins: make(map[string]asset.Origin, 96)}
	f.Explicit("", s.field.Key)
	f.Explicit("name", s.field.Key)
	for _, group := range inexpressible {
		f.Inexpressible(group.reason, group.facts...)
	}
	v := s.value
	d.labels(f, "labels", v, &w.Labels)
	d.os(f, v.Get("platform"), &w)
	d.namespaces(f, v, &w.Namespaces)
	d.networks(f, v, &w)
	d.sysctls(f, v.Get("sysctls"), &w)
	d.hosts(f, v.Get("extra_hosts"), &w)
	d.container(f.Under("containers[0]"), s.field.Key, v, &w.Containers[0])
	w.Containers[0].Name, w.Containers[0].Role = s.Name, asset.RoleMain
	d.published(s, w.Containers[0].Ports)
	d.hooks(f, s, &w)
	d.volumes(f, &w)
	return asset.Subject[asset.Workload]{Facts: w, Origins: f.Origins}
}

// containerDecoder reads one container from the mapping of its service.
type containerDecoder struct {
	*decoder
	document.Facts
	// key is where facts that are not written could be written.
	key, value document.Value
	*asset.Container
}

// container fills in one container. at holds the path of the container.
func (d *decoder) container(at document.Facts, key, v document.Value, c *asset.Container) {
	at.Explicit("", key)
	r := &containerDecoder{d, at.Under("."), key, v, c}
	for _, group := range inexpressibleOfContainer {
		r.Inexpressible(group.reason, group.facts...)
	}
	r.image()
	notation.User(r.Facts, v.Get("user").Or(key), c)
	r.security()
	r.memory()
	r.cpu()
	r.limits()
	r.devices()
	r.mounts()
	r.ports()
	r.environment()
	r.process()
	r.restart()
	r.healthcheck()
	r.logging()
	r.labels(r.Facts, "labels", v, &c.Labels)
	r.relations()
}

// text, boolean, number and list fill a fact in from a key of the service, and
// note the platform's default where nothing is written.
func (r *containerDecoder) text(fact, key string, into *string) {
	r.Default(fact, r.key)
	r.Text(fact, r.value.Get(key), into)
}

func (r *containerDecoder) boolean(fact, key string, into *bool) {
	r.Default(fact, r.key)
	r.Bool(fact, r.value.Get(key), into)
}

func (r *containerDecoder) number(fact, key string, into *int64) {
	r.Default(fact, r.key)
	r.Int(fact, r.value.Get(key), into)
}

func (r *containerDecoder) list(fact, key string, into *[]string) {
	r.Default(fact, r.key)
	v := r.value.Get(key)
	r.Texts(fact, v, into)
	r.items(fact, v)
}

// items notes the place of each item of a list of texts.
func (r *containerDecoder) items(fact string, v document.Value) {
	for i, item := range v.Items() {
		if item.IsUnresolved() {
			r.Unresolved(fact, item)
			continue
		}
		r.Explicit(index(fact, i), item)
	}
}

// index is the path of an item.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// labels reads labels, which may be a list of NAME=value.
func (d *decoder) labels(f document.Facts, path string, v document.Value, into *map[string]string) {
	f.Default(path, v)
	for _, label := range d.entries(v.Get("labels")) {
		if *into == nil {
			*into = map[string]string{}
			f.Explicit(path, v.Get("labels"))
		}
		(*into)[label.Name] = d.shown(label.Value)
	}
}

// entries gives the fields of a mapping or of a list of NAME=value; of a name
// that stands twice the later one counts.
func (d *decoder) entries(v document.Value) []document.Field {
	if v.IsList() {
		v = document.Merged(d.asMapping(v.Node(), "="), d.places)
	}
	return v.Fields()
}

// shown is a text with the names of its unset variables in their place.
func (d *decoder) shown(v document.Value) string {
	if !v.IsUnresolved() {
		return v.Text()
	}
	shown := v.Known()
	for _, name := range d.holes[v.Node()] {
		shown = strings.Replace(shown, document.Hole, "${"+name+"}", 1)
	}
	return shown
}

func (d *decoder) os(f document.Facts, v document.Value, w *asset.Workload) {
	f.Note("os", asset.Origin{Kind: asset.PlatformDefault})
	var platform string
	f.Text("os", v, &platform)
	if strings.HasPrefix(platform, "windows") {
		w.OS = "windows"
	}
}

// namespaces reads with whom the kernel's namespaces are shared.
func (d *decoder) namespaces(f document.Facts, v document.Value, n *asset.Namespaces) {
	*n = asset.Namespaces{Network: "private", PID: "private", IPC: "private", UTS: "private", Cgroup: "private"}
	for _, namespace := range []struct {
		fact, key string
		into      *string
	}{
		{"network", "network_mode", &n.Network},
		{"pid", "pid", &n.PID},
		{"ipc", "ipc", &n.IPC},
		{"uts", "uts", &n.UTS},
		{"cgroup", "cgroup", &n.Cgroup},
		{"user", "userns_mode", &n.User},
	} {
		value := v.Get(namespace.key)
		f.Default("namespaces."+namespace.fact, v)
		f.Text("namespaces."+namespace.fact, value, namespace.into)
		if other, isService := strings.CutPrefix(*namespace.into, "service:"); isService {
			*namespace.into = "container:" + other
		}
		if *namespace.into == "" && namespace.fact != "user" {
			*namespace.into = "private"
		}
	}
	if n.User == "" {
		f.Note("namespaces.user", v.Unknown("no userns_mode is written, so the engine's userns-remap decides"))
	}
}

func (d *decoder) networks(f document.Facts, v document.Value, w *asset.Workload) {
	f.Default("networks", v)
	networks := v.Get("networks")
	switch {
	case networks.IsList() || networks.IsMapping():
		f.Explicit("networks", networks)
		for i, network := range document.Merged(d.asMapping(networks.Node(), ""), d.places).Fields() {
			w.Networks = append(w.Networks, network.Name)
			f.Explicit(index("networks", i), network.Key)
		}
	case networks.Exists():
		f.Wrong("networks", networks, "a list or mapping of networks")
	case !v.Get("network_mode").Exists():
		w.Networks = []string{"default"}
	}
}

func (d *decoder) sysctls(f document.Facts, v document.Value, w *asset.Workload) {
	f.Note("sysctls", v.Origin(asset.PlatformDefault))
	for i, entry := range d.entries(v) {
		w.Sysctls = append(w.Sysctls, asset.Sysctl{Name: entry.Name})
		f.Text(index("sysctls", i)+".value", entry.Value, &w.Sysctls[i].Value)
		f.Explicit("sysctls", v)
		f.Explicit(index("sysctls", i), entry.Value)
	}
	if v.Exists() && !v.IsList() && !v.IsMapping() {
		f.Wrong("sysctls", v, "a mapping or list of NAME=value")
	}
}

// hosts reads NAME=address, NAME:address and the mapping of both.
func (d *decoder) hosts(f document.Facts, v document.Value, w *asset.Workload) {
	if !v.Exists() {
		return
	}
	f.Explicit("hosts", v)
	for _, item := range document.Merged(d.asList(v.Node()), d.places).Items() {
		separator := "="
		if !strings.Contains(item.Text(), separator) {
			separator = ":"
		}
		name, address, written := strings.Cut(item.Text(), separator)
		if !written {
			f.Wrong("hosts", item, "NAME=address")
			continue
		}
		f.Explicit(index("hosts", len(w.Hosts)), item)
		w.Hosts = append(w.Hosts, asset.HostEntry{Name: name, Address: strings.Trim(address, "[]")})
	}
}

// hooks adds the containers that run before the service starts: each has what
// the service has, without its mounts, and its own words above that.
func (d *decoder) hooks(f document.Facts, s *service, w *asset.Workload) {
	for i, hook := range s.value.Get("pre_start").Items() {
		if !hook.IsMapping() || i == maxHooks {
			d.problem(hook, "a pre_start hook is a mapping; at most %d are read", maxHooks)
			return
		}
		base := d.like(s.value.Node())
		for _, field := range s.value.Fields() {
			if inheritedByHook(field.Name) {
				base.Content = append(base.Content, field.Key.Node(), field.Value.Node())
			}
		}
		merged := document.Merged(d.merge(base, hook.Node(), []string{s.kind + "s", s.Name}), d.places)
		c := asset.Container{Name: s.Name + "-pre-start-" + strconv.Itoa(i+1), Role: asset.RoleInit}
		d.container(f.Under(index("containers", len(w.Containers))), hook, merged, &c)
		w.Containers = append(w.Containers, c)
	}
}

const maxHooks = 50

// inheritedByHook leaves out what is not of the container alone, and its mounts.
func inheritedByHook(key string) bool {
	switch key {
	case "volumes", "ports", "expose", "build", "depends_on", "healthcheck", "deploy", "develop", "profiles", "restart", "scale",
		"container_name", "provider", "links", "external_links", "pre_start", "post_start", "pre_stop", "stdin_open", "tty", "attach":
		return false
	}
	return !strings.HasPrefix(key, "x-")
}
