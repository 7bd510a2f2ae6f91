package docker

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

func (d *decoder) namespaces() {
	n := &d.w.Namespaces
	d.network()
	d.namespace("pid", field(d.host, "PidMode"), &n.PID, "private", "")
	d.namespace("ipc", field(d.host, "IpcMode"), &n.IPC, "private", "")
	d.namespace("uts", field(d.host, "UTSMode"), &n.UTS, "private", "")
	d.namespace("user", field(d.host, "UsernsMode"), &n.User, "host", "the engine's userns-remap may give it a user namespace")
	d.namespace("cgroup", field(d.host, "CgroupnsMode"), &n.Cgroup, "private", "a host with cgroup version 1 shares its own")
}

// namespace reads a mode; none is written as "" too.
func (d *decoder) namespace(name string, v document.Value, into *string, standard, reason string) {
	path := "namespaces." + name
	d.f.Text(path, v, into)
	if *into == "" && (v.IsScalar() || !v.Exists()) {
		*into = standard
		origin := place(v, d.host).Origin(asset.PlatformDefault)
		origin.Reason = reason
		d.f.Note(path, origin)
	}
}

// network reads HostConfig.NetworkMode. A network of its own is a namespace of
// its own; Networks says which.
func (d *decoder) network() {
	mode := field(d.host, "NetworkMode")
	d.namespace("network", mode, &d.w.Namespaces.Network, "default", "")
	switch name := d.w.Namespaces.Network; {
	case name == "default", name == "bridge":
		d.w.Namespaces.Network, d.w.Networks = "private", []string{"bridge"}
	case name != "host" && name != "none" && !isContainer(name):
		d.w.Namespaces.Network, d.w.Networks = "private", []string{name}
	}
	endpoints := field(field(d.root, "NetworkingConfig"), "EndpointsConfig")
	if d.live {
		endpoints = field(field(d.root, "NetworkSettings"), "Networks")
	}
	for _, endpoint := range endpoints.Fields() {
		if d.w.Namespaces.Network == "private" && !slices.Contains(d.w.Networks, endpoint.Name) {
			d.w.Networks = append(d.w.Networks, endpoint.Name)
		}
	}
	if mode.Exists() {
		d.f.Explicit("networks", mode)
	} else {
		d.f.Default("networks", d.host)
	}
}

func isContainer(mode string) bool { return len(mode) > 10 && mode[:10] == "container:" }
