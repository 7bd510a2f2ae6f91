package swarm

import (
	"cmp"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// network reads the networks that the tasks join. In a specification they have
// names, in an inspected service IDs: those that Options name, and those that
// gave the service an address, are known not to be the host's.
func (d *decoder) network() {
	d.w.Namespaces.Network = "private"
	d.f.Default("namespaces.network", d.task)
	attached := field(d.task, "Networks")
	if !attached.Exists() {
		attached = field(d.spec, "Networks") // where API 1.44 and before had them
	}
	d.f.Unresolved("namespaces.network", attached)
	for i, v := range attached.Items() {
		target := field(v, "Target")
		name := cmp.Or(d.networks[target.Text()], target.Text())
		d.w.Networks = append(d.w.Networks, name)
		d.f.Explicit(document.Index("networks", i), target)
		switch {
		case name == "host", name == "none":
			d.w.Namespaces.Network = name
			d.f.Explicit("namespaces.network", target)
		case isID(name):
			const reason = "docker service inspect gives the network's ID and not its name: see docker network ls"
			d.f.Note(document.Index("networks", i), target.Unknown(reason))
			if !d.hasAddress(name) {
				d.f.Note("namespaces.network", target.Unknown(reason))
			}
		}
	}
}

// isID is true for an identifier of swarm mode: 25 digits of base 36.
func isID(text string) bool {
	return len(text) == 25 && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// hasAddress is true if the service has a virtual address in the network,
// which only an overlay network gives.
func (d *decoder) hasAddress(network string) bool {
	for _, v := range field(d.root, "Endpoint", "VirtualIPs").Items() {
		if field(v, "NetworkID").Text() == network && field(v, "Addr").Text() != "" {
			return true
		}
	}
	return false
}

// ports reads the published ports. Swarm mode listens on every address.
func (d *decoder) ports() {
	document.Items(d.in, "ports", field(d.spec, "EndpointSpec", "Ports"), &d.c.Ports, func(f document.Facts, v document.Value) asset.PortMapping {
		m := asset.PortMapping{HostIP: "0.0.0.0", Protocol: "tcp", Published: true}
		origin := v.Origin(asset.PlatformDefault)
		origin.Reason = "a service listens on every address of its nodes: use a firewall, or do not publish the port"
		f.Note("hostIP", origin)
		f.Int("port", field(v, "TargetPort"), &m.Port)
		f.Int("hostPort", field(v, "PublishedPort"), &m.HostPort)
		f.Text("protocol", field(v, "Protocol"), &m.Protocol)
		m.HostPortEnd = m.HostPort
		return m
	})
}

// inexpressible says which facts of the model swarm mode has no word for.
func (d *decoder) inexpressible() {
	d.f.Inexpressible("swarm mode gives every task its own namespaces", "namespaces.pid", "namespaces.ipc", "namespaces.uts", "namespaces.cgroup")
	d.f.Inexpressible("a service cannot choose its user namespace: set userns-remap on the engines", "namespaces.user")
	d.f.Inexpressible("swarm mode gives tasks no identity of their own", "identity")
	d.f.Inexpressible("only Kubernetes has pods", "pod")
	d.f.Inexpressible("only ECS has task definitions", "task", "launchTypes")
	d.in.Inexpressible("swarm mode cannot refuse to start a container as root: set the user to a number other than 0", "mustNotBeRoot")
	d.in.Inexpressible("a service cannot be privileged", "privileged")
	d.in.Inexpressible("a service always has the engine's masks on /proc", "procUnmasked")
	d.in.Inexpressible("a service cannot choose the size of /dev/shm: mount a tmpfs there", "resources.sharedMemory")
	d.in.Inexpressible("a service has no CPU shares or processor sets: limit its CPU", "resources.cpu.shares", "resources.cpu.set")
	d.in.Inexpressible("a service cannot limit its writable layer: set the storage driver's option on the engines", "resources.ephemeralStorage")
	d.in.Inexpressible("a service cannot switch the OOM killer off", "oom.killDisabled")
	d.in.Inexpressible("a service cannot choose a runtime or cgroup: set the engines' default", "runtime", "cgroupParent")
	d.in.Inexpressible("swarm mode has one health check and no separate probes", "readiness", "startup")
	d.in.Inexpressible("swarm mode has networks and volumes instead", "links", "volumesFrom", "publishAll")
	d.in.Inexpressible("the docker command reads --env-file itself, and sends its variables", "envFiles")
	d.in.Inexpressible("swarm mode does not run containers on the Windows host itself", "hostProcess")
}
