package kubernetes

import (
	"cmp"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// ports reads the declared ports. A pod in the node's network listens on all of
// them there.
func (c *container) ports() {
	document.Items(c.f, "ports", c.v.Get("ports"), &c.c.Ports, func(f document.Facts, v document.Value) asset.PortMapping {
		m := asset.PortMapping{Protocol: "TCP"}
		f.Int("port", v.Get("containerPort"), &m.Port)
		f.Default("protocol", v)
		f.Text("protocol", v.Get("protocol"), &m.Protocol)
		m.Protocol = strings.ToLower(m.Protocol)
		f.Default("hostPort", v)
		f.Int("hostPort", v.Get("hostPort"), &m.HostPort)
		if m.HostPort == 0 && c.pod.w.Namespaces.Network == "host" {
			m.HostPort = m.Port
			f.Note("hostPort", c.pod.spec.Get("hostNetwork").Origin(asset.Inherited))
		}
		m.HostPortEnd = m.HostPort
		if m.Published = m.HostPort != 0; m.Published {
			m.HostIP = "0.0.0.0"
			f.Default("hostIP", v)
			f.Text("hostIP", v.Get("hostIP"), &m.HostIP)
		}
		return m
	})
}

// env reads single variables, then the objects that more come from.
func (c *container) env() {
	document.Items(c.f, "env", c.v.Get("env"), &c.c.Env, func(f document.Facts, v document.Value) asset.EnvSetting {
		s := asset.EnvSetting{From: asset.EnvValue}
		f.Text("name", v.Get("name"), &s.Name)
		f.Text("value", v.Get("value"), &s.Value)
		from := v.Get("valueFrom")
		for key, kind := range map[string]string{
			"secretKeyRef": asset.EnvSecret, "configMapKeyRef": asset.EnvConfig, "fieldRef": asset.EnvField,
			"resourceFieldRef": asset.EnvField, "fileKeyRef": asset.EnvConfig,
		} {
			if ref := from.Get(key); ref.Exists() {
				s.From, s.Ref = kind, reference(ref)
				f.Explicit("ref", ref)
			}
		}
		return s
	})
	document.Items(c.f, "envFiles", c.v.Get("envFrom"), &c.c.EnvFiles, func(_ document.Facts, v document.Value) string {
		if secret := v.At("secretRef", "name"); secret.Exists() {
			return "secret/" + secret.Text()
		}
		return "configMap/" + v.At("configMapRef", "name").Text()
	})
}

// reference names what a variable is taken from: "database/password", a field's path.
func reference(v document.Value) string {
	if key := v.Get("key").Text(); key != "" {
		return cmp.Or(v.Get("name").Text(), v.Get("volumeName").Text()) + "/" + key
	}
	return v.Get("fieldPath").Text() + v.Get("resource").Text()
}

// probes reads the probes and the hosts that they and the lifecycle hooks ask.
func (c *container) probes() {
	c.probe("healthcheck", c.v.Get("livenessProbe"), &c.c.Healthcheck)
	c.probe("readiness", c.v.Get("readinessProbe"), &c.c.Readiness)
	c.probe("startup", c.v.Get("startupProbe"), &c.c.Startup)
	for _, handler := range []document.Value{
		c.v.Get("livenessProbe"), c.v.Get("readinessProbe"), c.v.Get("startupProbe"),
		c.v.At("lifecycle", "postStart"), c.v.At("lifecycle", "preStop"),
	} {
		for _, way := range []string{"httpGet", "tcpSocket"} {
			if host := handler.At(way, "host"); host.Text() != "" {
				document.Append(c.f, "probeHosts", host, &c.c.ProbeHosts, func(document.Facts) string { return host.Text() })
			}
		}
	}
}

func (c *container) probe(path string, v document.Value, into *asset.Probe) {
	if !v.Exists() {
		c.f.Default(path, c.v)
		return
	}
	if !v.IsMapping() {
		c.f.Wrong(path, v, "a probe")
		return
	}
	into.Set = true
	c.f.Explicit(path, v)
	f := c.f.Under(path + ".")
	f.Texts("test", v.At("exec", "command"), &into.Test)
	if get := v.Get("httpGet"); get.Exists() {
		into.Test = []string{cmp.Or(get.Get("path").Text(), "/")}
		c.probePort(f, get.Get("port"), into)
	}
	for _, way := range []string{"tcpSocket", "grpc"} {
		if ask := v.Get(way); ask.Exists() {
			c.probePort(f, ask.Get("port"), into)
			into.Test = []string{strconv.FormatInt(into.Port, 10)}
		}
	}
}

// probePort reads a port by number or by the name that the container gives it.
func (c *container) probePort(f document.Facts, v document.Value, into *asset.Probe) {
	if _, isNumber := v.Int(); isNumber {
		f.Int("port", v, &into.Port)
		return
	}
	for _, port := range c.v.Get("ports").Items() {
		if port.Get("name").Text() == v.Text() && v.Text() != "" {
			f.Int("port", port.Get("containerPort"), &into.Port)
			return
		}
	}
	f.Wrong("port", v, "a port's number or the name of one that the container declares")
}
