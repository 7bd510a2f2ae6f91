package docker

import (
	"cmp"
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// mounts reads the four ways to ask for storage, and what inspect shows beyond
// them: the volumes that the image declares.
func (d *decoder) mounts() {
	document.Items(d.in, "mounts", field(d.host, "Binds"), &d.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		if !v.IsScalar() {
			f.Wrong("source", v, "SOURCE:TARGET")
			f.Wrong("target", v, "SOURCE:TARGET")
		}
		m := notation.Bind(v.Text())
		d.named(v, &m)
		return m
	})
	document.Items(d.in, "mounts", field(d.host, "Mounts"), &d.c.Mounts, func(f document.Facts, v document.Value) asset.Mount {
		m := Mount(f, v)
		d.volume(v, &m)
		return m
	})
	document.Pairs(d.in, "mounts", field(d.host, "Tmpfs"), &d.c.Mounts, func(_ document.Facts, target string, v document.Value) asset.Mount {
		return notation.Tmpfs(target, v.Text())
	})
	for _, declared := range field(d.config, "Volumes").Fields() {
		if !d.hasMountAt(declared.Name) {
			document.Append(d.in, "mounts", declared.Key, &d.c.Mounts, func(document.Facts) asset.Mount { return notation.Bind(declared.Name) })
		}
	}
	if d.live {
		d.mounted()
	}
	d.in.Texts("volumesFrom", field(d.host, "VolumesFrom"), &d.c.VolumesFrom)
}

func (d *decoder) hasMountAt(target string) bool {
	return slices.ContainsFunc(d.c.Mounts, func(m asset.Mount) bool { return m.Target == target })
}

// mounted adds what is mounted but was not asked for here.
func (d *decoder) mounted() {
	for _, v := range field(d.root, "Mounts").Items() {
		target := field(v, "Destination").Text()
		if d.hasMountAt(target) {
			continue
		}
		document.Append(d.in, "mounts", v, &d.c.Mounts, func(f document.Facts) asset.Mount {
			m := asset.Mount{Target: target}
			f.Text("type", field(v, "Type"), &m.Type)
			f.Text("source", field(v, "Source"), &m.Source)
			if m.Type != "bind" {
				m.Source = field(v, "Name").Text()
			}
			writable := true
			f.Bool("readOnly", field(v, "RW"), &writable)
			m.ReadOnly = !writable
			notation.MountOptions(field(v, "Propagation").Text(), &m)
			return m
		})
	}
}

// Mount reads one mount of the engine's API (types/mount.Mount), which swarm
// services have too.
func Mount(f document.Facts, v document.Value) asset.Mount {
	var m asset.Mount
	f.Text("type", field(v, "Type"), &m.Type)
	f.Text("source", field(v, "Source"), &m.Source)
	f.Text("target", field(v, "Target"), &m.Target)
	f.Bool("readOnly", field(v, "ReadOnly"), &m.ReadOnly)
	f.Text("propagation", field(field(v, "BindOptions"), "Propagation"), &m.Propagation)
	f.Text("subPath", field(field(v, "VolumeOptions"), "Subpath"), &m.SubPath)
	f.Int("size", field(field(v, "TmpfsOptions"), "SizeBytes"), &m.Size)
	m.Type, m.Propagation = cmp.Or(m.Type, "volume"), cmp.Or(m.Propagation, "rprivate")
	for _, option := range field(field(v, "TmpfsOptions"), "Options").Items() {
		m.Options = append(m.Options, optionText(option))
	}
	return m
}

// optionText joins ["size", "64m"] to size=64m.
func optionText(v document.Value) string {
	words := v.Texts()
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return words[0] + "=" + words[1]
}

// named notes the volume behind a bind that names one. How it was made is
// known to the engine alone.
func (d *decoder) named(v document.Value, m *asset.Mount) {
	if m.Type != "volume" || m.Source == "" {
		return
	}
	document.Append(d.f, "volumes", v, &d.w.Volumes, func(f document.Facts) asset.Volume {
		const reason = "the volume may have been made before, with options of its own: see docker volume inspect"
		volume := asset.Volume{Name: m.Source, Type: "volume"}
		f.Note("options", v.Unknown(reason))
		f.Note("source", v.Unknown(reason))
		if f.Text("driver", field(d.host, "VolumeDriver"), &volume.Driver); volume.Driver == "" {
			f.Note("driver", v.Unknown(reason))
		}
		return volume
	})
}

// volume notes the volume behind a mount.
func (d *decoder) volume(v document.Value, m *asset.Mount) {
	driver := field(field(v, "VolumeOptions"), "DriverConfig")
	if !driver.IsMapping() {
		d.named(v, m)
		return
	}
	document.Append(d.f, "volumes", driver, &d.w.Volumes, func(f document.Facts) asset.Volume {
		volume := Volume(f, driver)
		volume.Name = m.Source
		return volume
	})
}

// Volume reads the driver of a volume and its options. The local driver makes a
// bind mount of a folder of the host if the options say so.
func Volume(f document.Facts, driver document.Value) asset.Volume {
	volume := asset.Volume{Type: "volume"}
	f.Text("driver", field(driver, "Name"), &volume.Driver)
	f.Map("options", field(driver, "Options"), &volume.Options)
	device := field(field(driver, "Options"), "device")
	if kind := volume.Options["type"]; (kind == "none" || kind == "bind") && device.IsScalar() {
		f.Text("source", device, &volume.Source)
	}
	return volume
}
