package ecs

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// mounts reads mount points, whose storage the task's volumes describe, and
// file systems in memory.
func (c *container) mounts() {
	document.Items(c.f, "mounts", get(c.v, "mountPoints"), &c.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		m := asset.Mount{Type: "volume", Propagation: "rprivate"}
		f.Text("source", get(v, "sourceVolume"), &m.Source)
		f.Text("target", get(v, "containerPath"), &m.Target)
		f.Bool("readOnly", get(v, "readOnly"), &m.ReadOnly)
		c.storage(f, &m)
		return m
	})
	document.Items(c.f, "mounts", get(c.v, "linuxParameters", "tmpfs"), &c.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		m := asset.Mount{Type: "tmpfs"}
		f.Text("target", get(v, "containerPath"), &m.Target)
		document.Parsed(f, "size", get(v, "size"), &m.Size, "a number of MiB", parseMemory)
		notation.MountOptions(strings.Join(get(v, "mountOptions").Texts(), ","), &m)
		return m
	})
	document.Items(c.f, "volumesFrom", get(c.v, "volumesFrom"), &c.c.VolumesFrom, func(_ document.Facts, v document.Value) string {
		return get(v, "sourceContainer").Text()
	})
}

// storage takes the type, and for a folder of the host its path, from the volume.
func (c *container) storage(f document.Facts, m *asset.Mount) {
	t := c.task
	i := slices.IndexFunc(t.w.Volumes, func(v asset.Volume) bool { return v.Name == m.Source && m.Source != "" })
	if i < 0 {
		if origin, noted := t.f.Origins["volumes"]; noted && origin.Kind == asset.Unknown {
			f.Note("type", origin)
			f.Note("source", origin)
		}
		return
	}
	at := document.Index("volumes", i)
	m.Type = t.w.Volumes[i].Type
	if t.f.Origins[at].Kind == asset.Unknown {
		f.Note("type", t.f.Origins[at])
	}
	if m.Type == "bind" {
		m.Source = t.w.Volumes[i].Source
		f.Note("source", t.f.Origins[at+".source"])
	}
}

// ports reads port mappings. With awsvpc a task has an address of its own, so
// nothing is published on a host.
func (c *container) ports() {
	mode := c.task.w.Task.NetworkMode
	document.Items(c.f, "ports", get(c.v, "portMappings"), &c.c.Ports, func(f document.Facts, v document.Value) asset.PortMapping {
		m := asset.PortMapping{Protocol: "tcp", Published: mode != "awsvpc" && mode != "none"}
		f.Int("port", get(v, "containerPort"), &m.Port)
		host := get(v, "hostPort")
		f.Int("hostPort", host, &m.HostPort)
		f.Text("protocol", get(v, "protocol"), &m.Protocol)
		if mode == "host" && !host.Exists() {
			m.HostPort = m.Port
		}
		m.HostPortEnd = m.HostPort
		if ports := get(v, "containerPortRange"); ports.Exists() {
			portRange(f, ports, &m, mode == "host")
		}
		if m.Published {
			m.HostIP = "0.0.0.0"
			f.Default("hostIP", v)
		}
		if origin := c.task.f.Origins["task.networkMode"]; origin.Kind == asset.Unknown {
			f.Note("published", origin)
			f.Note("hostIP", origin)
		}
		return m
	})
}

// portRange reads FIRST-LAST; the ports on the host are the same ones only if
// the task is in the host's network.
func portRange(f document.Facts, v document.Value, m *asset.PortMapping, same bool) {
	low, high, _ := strings.Cut(v.Text(), "-")
	from, wrongLow := strconv.ParseInt(low, 10, 64)
	to, wrongHigh := strconv.ParseInt(high, 10, 64)
	if cmp.Or(wrongLow, wrongHigh) != nil {
		f.Wrong("port", v, "a range of ports such as 8000-8010")
		return
	}
	m.Port = from
	f.Explicit("port", v)
	if same {
		m.HostPort, m.HostPortEnd = from, to
	}
}
