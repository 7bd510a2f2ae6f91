package docker

import (
	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// process reads what is started and how it is kept running.
func (d *decoder) process() {
	Env(d.in, field(d.config, "Env"), &d.c.Env)
	d.in.Texts("entrypoint", field(d.config, "Entrypoint"), &d.c.Entrypoint)
	d.in.Texts("command", field(d.config, "Cmd"), &d.c.Command)
	d.in.Text("workingDir", field(d.config, "WorkingDir"), &d.c.WorkingDir)
	Healthcheck(d.in, field(d.config, "Healthcheck"), &d.c.Healthcheck, !d.live)
	restart := field(d.host, "RestartPolicy")
	d.in.Text("restart.policy", field(restart, "Name"), &d.c.Restart.Policy)
	if d.c.Restart.Policy == "" && !restart.IsUnresolved() {
		d.c.Restart.Policy = "no"
		d.in.Default("restart.policy", place(restart, d.host))
	}
	d.in.Int("restart.maxRetries", field(restart, "MaximumRetryCount"), &d.c.Restart.MaxRetries)
	logs := field(d.host, "LogConfig")
	d.in.Text("logging.driver", field(logs, "Type"), &d.c.Logging.Driver)
	d.in.Map("logging.options", field(logs, "Config"), &d.c.Logging.Options)
	if d.c.Logging.Driver == "" {
		d.in.Default("logging.driver", place(logs, d.host))
	}
	d.in.Texts("links", field(d.host, "Links"), &d.c.Links)
	d.in.Texts("dns", field(d.host, "Dns"), &d.c.DNS)
}

// Env reads a list of NAME=VALUE. A name alone takes the variable away.
func Env(f document.Facts, v document.Value, into *[]asset.EnvSetting) {
	if v.Exists() && !v.IsList() {
		f.Wrong("env", v, "a list of NAME=VALUE")
	}
	for _, item := range v.Items() {
		setting := notation.Env(item.Text())
		if item.IsScalar() && setting.From != asset.EnvValue {
			continue
		}
		document.Append(f, "env", item, into, func(f document.Facts) asset.EnvSetting {
			if !item.IsScalar() {
				f.Wrong("name", item, "NAME=VALUE")
				f.Wrong("value", item, "NAME=VALUE")
			}
			return setting
		})
	}
}

// Healthcheck reads {Test: [NONE]}, [CMD, …] or [CMD-SHELL, …]. Where nothing is
// written, or an empty test, it is the image's.
func Healthcheck(f document.Facts, v document.Value, into *asset.Probe, imageDecides bool) {
	test := field(v, "Test")
	f.Texts("healthcheck.test", test, &into.Test)
	switch {
	case f.Unresolved("healthcheck", v):
	case len(into.Test) > 0:
		into.Set = into.Test[0] != "NONE"
		f.Explicit("healthcheck", test)
	case imageDecides:
		f.Note("healthcheck", v.Unknown("no health check is written, so the image's counts if it has one"))
	default:
		f.Default("healthcheck", v)
	}
}

// inexpressible says which facts of the model the engine has no word for.
func (d *decoder) inexpressible() {
	d.in.Inexpressible("Docker cannot refuse to start a container as root: set user to a number other than 0", "mustNotBeRoot")
	d.in.Inexpressible("Docker does not run containers on the Windows host itself", "hostProcess")
	d.in.Inexpressible("Docker has one health check and no separate probes: use the health check", "readiness", "startup")
	d.in.Inexpressible("the docker command reads --env-file itself, and sends its variables", "envFiles")
	d.f.Inexpressible("Docker gives containers no identity of their own", "identity")
	d.f.Inexpressible("only Kubernetes has pods", "pod")
	d.f.Inexpressible("only ECS has tasks", "task", "launchTypes")
}
