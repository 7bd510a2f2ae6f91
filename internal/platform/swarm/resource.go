package swarm

import (
	"path"

	"seawall/internal/asset"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/document"
)

func (d *decoder) resources() {
	r := &d.c.Resources
	limits, reserved := field(d.task, "Resources", "Limits"), field(d.task, "Resources", "Reservations")
	d.number("resources.memory.limit", field(limits, "MemoryBytes"), &r.Memory.Limit)
	d.number("resources.memory.request", field(reserved, "MemoryBytes"), &r.Memory.Request)
	d.number("resources.pids.limit", field(limits, "Pids"), &r.PIDs.Limit)
	d.cores("resources.cpu.limit", field(limits, "NanoCPUs"), &r.CPU.Limit)
	d.cores("resources.cpu.request", field(reserved, "NanoCPUs"), &r.CPU.Request)
	d.swap()
	docker.Ulimits(d.in, field(d.container, "Ulimits"), r)
	if len(r.Ulimits) == 0 && !field(d.container, "Ulimits").Exists() {
		d.in.Default("resources.ulimits", d.container)
	}
	d.in.Int("oom.scoreAdjustment", field(d.container, "OomScoreAdj"), &d.c.OOM.ScoreAdjustment)
	document.Items(d.in, "devices", field(reserved, "GenericResources"), &d.c.Devices, func(_ document.Facts, v document.Value) asset.Device {
		for _, kind := range []string{"NamedResourceSpec", "DiscreteResourceSpec"} {
			if name := field(v, kind, "Kind").Text(); name != "" {
				return asset.Device{Source: name}
			}
		}
		return asset.Device{}
	})
}

// number reads a limit; 0 stands for none.
func (d *decoder) number(at string, v document.Value, into *int64) {
	d.in.Int(at, v, into)
	if !v.Exists() || v.Text() == "0" {
		d.in.Default(at, d.task)
	}
}

// cores reads billionths of a processor.
func (d *decoder) cores(at string, v document.Value, into *float64) {
	var nano int64
	d.number(at, v, &nano)
	*into = float64(nano) / 1e9
}

// swap reads Resources.SwapBytes (API 1.52 and later), which comes on top of memory.
func (d *decoder) swap() {
	const at = "resources.memory.swapLimit"
	v := field(d.task, "Resources", "SwapBytes")
	var swap int64
	d.in.Int(at, v, &swap)
	switch {
	case !v.Exists():
		d.in.Default(at, d.task)
	case swap < 0:
		d.c.Resources.Memory.SwapLimit = -1
	default:
		d.c.Resources.Memory.SwapLimit = swap + d.c.Resources.Memory.Limit
	}
}

// storage reads mounts, secrets and configs, which are files in a tmpfs.
func (d *decoder) storage() {
	document.Items(d.in, "mounts", field(d.container, "Mounts"), &d.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		m := docker.Mount(f, v)
		if m.Type == "volume" && m.Source != "" {
			d.volume(v, m.Source)
		}
		return m
	})
	d.files("Secrets", "SecretName", "secret", "/run/secrets")
	d.files("Configs", "ConfigName", "config", "/")
}

func (d *decoder) volume(v document.Value, name string) {
	driver := field(v, "VolumeOptions", "DriverConfig")
	document.Append(d.f, "volumes", v, &d.w.Volumes, func(f document.Facts) asset.Volume {
		if driver.IsMapping() {
			volume := docker.Volume(f, driver)
			volume.Name = name
			return volume
		}
		const reason = "a node may have the volume already, with options of its own: see docker volume inspect"
		for _, fact := range []string{"driver", "options", "source"} {
			f.Note(fact, v.Unknown(reason))
		}
		return asset.Volume{Name: name, Type: "volume"}
	})
}

func (d *decoder) files(list, name, kind, folder string) {
	document.Items(d.in, "mounts", field(d.container, list), &d.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		m := asset.Mount{Type: kind, ReadOnly: true, Propagation: "rprivate"}
		f.Text("source", field(v, name), &m.Source)
		f.Text("target", field(v, "File", "Name"), &m.Target)
		if m.Target != "" && !path.IsAbs(m.Target) {
			m.Target = path.Join(folder, m.Target)
		}
		return m
	})
}
