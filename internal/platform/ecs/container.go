package ecs

import (
	"cmp"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// container fills in one container definition.
type container struct {
	task *task
	v    document.Value
	f    document.Facts
	c    *asset.Container
}

func (c *container) decode() {
	c.f.Text("name", get(c.v, "name"), &c.c.Name)
	notation.Image(c.f, get(c.v, "image"), &c.c.Image)
	notation.User(c.f, get(c.v, "user"), c.c)
	c.f.Bool("readOnlyRoot", get(c.v, "readonlyRootFilesystem"), &c.c.ReadOnlyRoot)
	c.f.Map("labels", get(c.v, "dockerLabels"), &c.c.Labels)
	c.essential()
	c.security()
	c.resources()
	c.mounts()
	c.ports()
	c.environment()
	c.process()
	c.workload()
	c.inexpressible()
}

func (c *container) essential() {
	v := get(c.v, "essential")
	c.c.Essential = true
	c.f.Bool("essential", v, &c.c.Essential)
	if !v.Exists() {
		c.f.Default("essential", c.v)
	}
}

func (c *container) security() {
	linux := get(c.v, "linuxParameters")
	c.f.Bool("privileged", get(c.v, "privileged"), &c.c.Privileged)
	notation.SecurityOptions(c.f, get(c.v, "dockerSecurityOptions"), c.c)
	c.f.Inexpressible("ECS cannot choose a seccomp profile: the instances' engine has its default", "seccomp")
	c.f.Inexpressible("ECS always has the engine's masks on /proc", "procUnmasked")
	notation.Capabilities(c.f, "capabilities.add", get(linux, "capabilities", "add"), &c.c.Capabilities.Add)
	notation.Capabilities(c.f, "capabilities.drop", get(linux, "capabilities", "drop"), &c.c.Capabilities.Drop)
	c.f.Bool("init", get(linux, "initProcessEnabled"), &c.c.Init)
	document.Items(c.f, "devices", get(linux, "devices"), &c.c.Devices, func(f document.Facts, v document.Value) asset.Device {
		var device asset.Device
		f.Text("source", get(v, "hostPath"), &device.Source)
		f.Text("target", get(v, "containerPath"), &device.Target)
		device.Target = cmp.Or(device.Target, device.Source)
		device.Permissions = permissions(get(v, "permissions"))
		return device
	})
	document.Items(c.f, "devices", get(c.v, "resourceRequirements"), &c.c.Devices, func(_ document.Facts, v document.Value) asset.Device {
		return asset.Device{Source: strings.ToLower(get(v, "type").Text())}
	})
	if c.task.fargate {
		c.f.Inexpressible("Fargate has no privileged containers", "privileged")
		c.f.Inexpressible("Fargate has no dockerSecurityOptions", "noNewPrivileges", "appArmor", "selinux")
	}
}

// permissions shortens [read, write, mknod] to rwm, which is also the default.
func permissions(v document.Value) string {
	var short string
	for _, word := range v.Texts() {
		short += strings.ToLower(word + " ")[:1]
	}
	return cmp.Or(strings.TrimSpace(short), "rwm")
}

func (c *container) environment() {
	document.Items(c.f, "env", get(c.v, "environment"), &c.c.Env, func(f document.Facts, v document.Value) asset.EnvSetting {
		e := asset.EnvSetting{From: asset.EnvValue}
		f.Text("name", get(v, "name"), &e.Name)
		f.Text("value", get(v, "value"), &e.Value)
		return e
	})
	document.Items(c.f, "env", get(c.v, "secrets"), &c.c.Env, func(f document.Facts, v document.Value) asset.EnvSetting {
		e := asset.EnvSetting{From: asset.EnvSecret}
		f.Text("name", get(v, "name"), &e.Name)
		name(f, "ref", get(v, "valueFrom"), &e.Ref)
		return e
	})
	document.Items(c.f, "envFiles", get(c.v, "environmentFiles"), &c.c.EnvFiles, func(_ document.Facts, v document.Value) string {
		return get(v, "value").Text()
	})
}

func (c *container) process() {
	c.f.Texts("entrypoint", get(c.v, "entryPoint"), &c.c.Entrypoint)
	c.f.Texts("command", get(c.v, "command"), &c.c.Command)
	c.f.Text("workingDir", get(c.v, "workingDirectory"), &c.c.WorkingDir)
	c.f.Texts("links", get(c.v, "links"), &c.c.Links)
	c.f.Texts("dns", get(c.v, "dnsServers"), &c.c.DNS)
	check := get(c.v, "healthCheck")
	c.f.Texts("healthcheck.test", get(check, "command"), &c.c.Healthcheck.Test)
	c.c.Healthcheck.Set = len(c.c.Healthcheck.Test) > 0 && c.c.Healthcheck.Test[0] != "NONE"
	if !c.f.Unresolved("healthcheck", first(check, get(check, "command"))) && !check.Exists() {
		c.f.Default("healthcheck", c.v) // ECS does not look at the image's
	}
	c.c.Restart.Policy = "no"
	c.f.Default("restart.policy", c.v)
	restart := get(c.v, "restartPolicy", "enabled")
	var again bool
	if c.f.Bool("restart.policy", restart, &again); again {
		c.c.Restart.Policy = "always"
	}
	c.f.Inexpressible("ECS does not count restarts: it waits for restartAttemptPeriod between them", "restart.maxRetries")
	logs := get(c.v, "logConfiguration")
	c.f.Text("logging.driver", get(logs, "logDriver"), &c.c.Logging.Driver)
	options(c.f, "logging.options", get(logs, "options"), &c.c.Logging.Options)
	if !logs.Exists() {
		c.f.Default("logging.driver", c.v)
	}
}

// workload reads what the model has once for all containers.
func (c *container) workload() {
	f, w := c.task.f, &c.task.w
	document.Items(f, "hosts", get(c.v, "extraHosts"), &w.Hosts, func(f document.Facts, v document.Value) asset.HostEntry {
		var entry asset.HostEntry
		f.Text("name", get(v, "hostname"), &entry.Name)
		f.Text("address", get(v, "ipAddress"), &entry.Address)
		return entry
	})
	document.Items(f, "sysctls", get(c.v, "systemControls"), &w.Sysctls, func(f document.Facts, v document.Value) asset.Sysctl {
		var s asset.Sysctl
		f.Text("name", get(v, "namespace"), &s.Name)
		f.Text("value", get(v, "value"), &s.Value)
		return s
	})
}

// inexpressible says which facts of the model a container definition has no word for.
func (c *container) inexpressible() {
	c.f.Inexpressible("ECS cannot refuse to start a container as root: set user to a number other than 0", "mustNotBeRoot")
	c.f.Inexpressible("ECS cannot add groups: give the user one group, as user:group", "groups")
	c.f.Inexpressible("ECS cannot choose a runtime or cgroup: set the instances' engine", "runtime", "cgroupParent")
	c.f.Inexpressible("ECS cannot change how a container is killed for memory: limit its memory", "oom")
	c.f.Inexpressible("ECS has one health check and no separate probes", "readiness", "startup")
	c.f.Inexpressible("ECS publishes only the ports that it lists", "publishAll")
	c.f.Inexpressible("ECS does not run containers on the Windows host itself", "hostProcess")
	if c.task.windows {
		c.f.Inexpressible("Windows containers have no Linux parameters", "capabilities", "devices", "init", "uid", "gid", "readOnlyRoot")
	}
}
