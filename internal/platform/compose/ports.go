package compose

import (
	"fmt"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// maxRange bounds the ports that one entry stands for.
const maxRange = 1024

// maxPorts bounds the ports of a service.
const maxPorts = 4096

// writtenPort is a port with the entry that it comes from.
type writtenPort struct {
	asset.PortMapping
	entry document.Value
	// unknown is the reason why the host's port is not known.
	unknown string
	hostIP  bool // whether the address is written
}

// ports reads ports and expose. Of two entries for the same port the later one
// counts.
func (r *containerDecoder) ports() {
	r.Default("ports", r.key)
	var list []writtenPort
	at := map[string]int{}
	for _, entry := range r.value.Get("ports").Items() {
		parsed, err := parsePorts(entry)
		if err != nil {
			r.problem(entry, "%v", err)
			r.Note("ports", entry.Unknown(err.Error()))
		}
		if len(list)+len(parsed) > maxPorts {
			r.problem(entry, "more than %d ports of a service are not read", maxPorts)
			break
		}
		for _, port := range parsed {
			key := fmt.Sprint(port.HostIP, " ", port.HostPort, " ", port.Port, "/", port.Protocol)
			if i, known := at[key]; known {
				list[i] = port
				continue
			}
			at[key] = len(list)
			list = append(list, port)
		}
	}
	for i, port := range list {
		r.port(index("ports", i), port)
		r.Ports = append(r.Ports, port.PortMapping)
	}
	for _, entry := range r.value.Get("expose").Items() {
		number, protocol := cutProtocol(entry.Text())
		first, last, err := portRange(number)
		if err != nil || len(r.Ports) > maxPorts {
			continue // only declares; docker compose says what is wrong with it
		}
		for port := first; port <= min(last, first+maxRange); port++ {
			r.Explicit(index("ports", len(r.Ports)), entry)
			r.Ports = append(r.Ports, asset.PortMapping{Port: port, Protocol: protocol})
		}
	}
}

func (r *containerDecoder) port(fact string, port writtenPort) {
	if r.Origins[r.Prefix+"ports"].Kind == asset.PlatformDefault {
		r.Explicit("ports", r.value.Get("ports"))
	}
	r.Explicit(fact, port.entry)
	if !port.hostIP {
		r.Default(fact+".hostIP", port.entry)
	}
	if port.unknown != "" {
		r.Note(fact+".hostPort", port.entry.Unknown(port.unknown))
	}
}

func parsePorts(entry document.Value) ([]writtenPort, error) {
	switch {
	case entry.IsMapping():
		return longPorts(entry)
	case entry.IsUnresolved():
		return shortPorts(entry, entry.Known())
	case entry.IsScalar():
		return shortPorts(entry, entry.Text())
	}
	return nil, fmt.Errorf("a port is a text or a mapping, this is %s", entry.Kind())
}

// shortPorts reads [[ADDRESS:]HOST:]CONTAINER[/PROTOCOL], each port also a range.
// A variable without a value is taken for what its place asks for.
func shortPorts(entry document.Value, text string) ([]writtenPort, error) {
	address, rest := "", text
	if strings.HasPrefix(text, "[") {
		inside, after, closed := strings.Cut(text[1:], "]:")
		if !closed {
			return nil, fmt.Errorf("%q is not a port such as 127.0.0.1:8080:80", text)
		}
		address, rest = inside, after
	}
	ports, protocol := cutProtocol(rest)
	parts := strings.Split(ports, ":")
	container, host := parts[len(parts)-1], ""
	if len(parts) > 1 {
		host = parts[len(parts)-2]
	}
	if len(parts) > 2 && address == "" {
		address = strings.Join(parts[:len(parts)-2], ":")
	}
	published := writtenPort{entry: entry, hostIP: address != ""}
	published.HostIP, published.Protocol, published.Published = address, protocol, true
	return published.spread(strings.ReplaceAll(text, document.Hole, "${}"), host, container)
}

// spread makes a mapping for each port of a range.
func (p writtenPort) spread(text, host, container string) ([]writtenPort, error) {
	if p.HostIP == "" {
		p.HostIP = "0.0.0.0"
	}
	if strings.Contains(container, document.Hole) {
		return nil, fmt.Errorf("the port %q is not known: %s", text, p.entry.Reason())
	}
	first, last, err := portRange(container)
	if err != nil {
		return nil, fmt.Errorf("%q is not a port such as 127.0.0.1:8080:80: %w", text, err)
	}
	if strings.Contains(p.HostIP, document.Hole) {
		return nil, fmt.Errorf("the address of %q is not known: %s", text, p.entry.Reason())
	}
	if strings.Contains(host, document.Hole) {
		p.unknown, host = p.entry.Reason(), ""
	}
	var hostFirst, hostLast int64
	if host != "" {
		if hostFirst, hostLast, err = portRange(host); err != nil {
			return nil, fmt.Errorf("%q is not a port such as 127.0.0.1:8080:80: %w", text, err)
		}
	}
	if host != "" && last != first && hostLast-hostFirst != last-first {
		return nil, fmt.Errorf("%q has ranges of different length", text)
	}
	if last == first || last-first > maxRange {
		p.HostPort, p.HostPortEnd, p.Port = hostFirst, hostLast, first
		return []writtenPort{p}, nil
	}
	var list []writtenPort
	for i := int64(0); i <= last-first; i++ {
		p.Port = first + i
		if host != "" {
			p.HostPort, p.HostPortEnd = hostFirst+i, hostFirst+i
		}
		list = append(list, p)
	}
	return list, nil
}

// longPorts reads a mapping with target, published, host_ip and protocol.
func longPorts(entry document.Value) ([]writtenPort, error) {
	if entry.Get("target").IsUnresolved() || entry.Get("host_ip").IsUnresolved() {
		return nil, fmt.Errorf("the port is not known: %s%s", entry.Get("target").Reason(), entry.Get("host_ip").Reason())
	}
	address := entry.Get("host_ip").Text()
	port := writtenPort{entry: entry, hostIP: address != ""}
	port.HostIP, port.Protocol, port.Published = address, "tcp", true
	if protocol := entry.Get("protocol").Text(); protocol != "" {
		port.Protocol = strings.ToLower(protocol)
	}
	published := entry.Get("published")
	if published.IsUnresolved() {
		port.unknown = published.Reason()
	}
	return port.spread(entry.Get("target").Text(), published.Text(), entry.Get("target").Text())
}

func cutProtocol(text string) (ports, protocol string) {
	ports, protocol, found := strings.Cut(text, "/")
	if !found {
		return ports, "tcp"
	}
	return ports, strings.ToLower(protocol)
}

func portRange(text string) (first, last int64, err error) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, err = strconv.ParseInt(from, 10, 64)
	if err == nil {
		last, err = strconv.ParseInt(to, 10, 64)
	}
	if err != nil || first < 0 || last < first || last > 65535 {
		return 0, 0, fmt.Errorf("%q is not a port or a range of ports", text)
	}
	return first, last, nil
}
