package docker

import (
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// ports reads the ports that are published, then those that are only exposed.
func (d *decoder) ports() {
	d.in.Bool("publishAll", field(d.host, "PublishAllPorts"), &d.c.PublishAll)
	bindings := field(d.host, "PortBindings")
	if bindings.Exists() && !bindings.IsMapping() {
		d.in.Wrong("ports", bindings, "a mapping of ports")
	}
	published := map[string]bool{}
	for _, entry := range bindings.Fields() {
		document.Items(d.in, "ports", entry.Value, &d.c.Ports, func(f document.Facts, v document.Value) asset.PortMapping {
			published[entry.Name] = true
			return d.binding(f, entry.Name, v)
		})
	}
	for _, entry := range field(d.config, "ExposedPorts").Fields() {
		if published[entry.Name] {
			continue
		}
		document.Append(d.in, "ports", entry.Key, &d.c.Ports, func(document.Facts) asset.PortMapping {
			number, protocol := containerPort(entry.Name)
			return asset.PortMapping{Port: number, Protocol: protocol}
		})
	}
}

// binding reads {HostIp, HostPort}. Without an address the engine listens on
// all of them, IPv6 too; without a port it chooses one.
func (d *decoder) binding(f document.Facts, port string, v document.Value) asset.PortMapping {
	m := asset.PortMapping{Published: true}
	m.Port, m.Protocol = containerPort(port)
	address := field(v, "HostIp")
	if f.Text("hostIP", address, &m.HostIP); m.HostIP == "" && !f.Unresolved("hostIP", address) {
		m.HostIP = "0.0.0.0"
		f.Default("hostIP", place(address, v))
	}
	written := field(v, "HostPort")
	first, last, isRange := strings.Cut(written.Text(), "-")
	if first == "" {
		f.Default("hostPort", place(written, v))
		return m
	}
	var bad error
	m.HostPort, bad = strconv.ParseInt(first, 10, 64)
	m.HostPortEnd = m.HostPort
	if isRange && bad == nil {
		m.HostPortEnd, bad = strconv.ParseInt(last, 10, 64)
	}
	if bad != nil {
		f.Wrong("hostPort", written, "a port or a range of ports")
		f.Wrong("hostPortEnd", written, "a port or a range of ports")
		return m
	}
	f.Explicit("hostPort", written)
	return m
}

// containerPort reads "80/tcp"; tcp is the default.
func containerPort(text string) (number int64, protocol string) {
	digits, protocol, found := strings.Cut(text, "/")
	if !found {
		protocol = "tcp"
	}
	number, _ = strconv.ParseInt(digits, 10, 64) // the engine refuses anything else
	return number, strings.ToLower(protocol)
}

// place is the value if it is there, else what it would stand in.
func place(v, parent document.Value) document.Value {
	if v.Exists() {
		return v
	}
	return parent
}
