package kubernetes

import (
	"slices"
	"strconv"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// readOnlyVolumes are mounted read-only whatever the mount says.
var readOnlyVolumes = map[string]bool{"configMap": true, "secret": true, "projected": true, "downwardAPI": true, "image": true}

// propagations are mount(8)'s words for those of the API.
var propagations = map[string]string{"None": "rprivate", "HostToContainer": "rslave", "Bidirectional": "rshared"}

func (c *container) mounts() {
	document.Items(c.f, "mounts", c.v.Get("volumeMounts"), &c.c.Mounts, c.mount)
	document.Items(c.f, "devices", c.v.Get("volumeDevices"), &c.c.Devices, func(f document.Facts, v document.Value) asset.Device {
		device := asset.Device{Permissions: "rwm"}
		f.Text("source", v.Get("name"), &device.Source)
		f.Text("target", v.Get("devicePath"), &device.Target)
		return device
	})
	if shm, mounted := c.mountAt("/dev/shm"); mounted && shm.Type == "tmpfs" {
		c.c.Resources.SharedMemory = shm.Size
	}
}

func (c *container) mountAt(target string) (asset.Mount, bool) {
	i := slices.IndexFunc(c.c.Mounts, func(m asset.Mount) bool { return m.Target == target })
	if i < 0 {
		return asset.Mount{}, false
	}
	return c.c.Mounts[i], true
}

func (c *container) mount(f document.Facts, v document.Value) asset.Mount {
	m := asset.Mount{Propagation: "rprivate"}
	f.Text("source", v.Get("name"), &m.Source)
	f.Text("target", v.Get("mountPath"), &m.Target)
	f.Text("subPath", v.Get("subPath"), &m.SubPath)
	f.Text("subPath", v.Get("subPathExpr"), &m.SubPath)
	f.Default("readOnly", v)
	f.Bool("readOnly", v.Get("readOnly"), &m.ReadOnly)
	f.Default("propagation", v)
	document.Parsed(f, "propagation", v.Get("mountPropagation"), &m.Propagation, "None, HostToContainer or Bidirectional", propagation)
	c.join(f, v, &m)
	return m
}

func propagation(text string) (string, error) {
	if propagations[text] == "" {
		return "", strconv.ErrSyntax
	}
	return propagations[text], nil
}

// join adds to a mount what its volume says.
func (c *container) join(f document.Facts, v document.Value, m *asset.Mount) {
	i := slices.IndexFunc(c.pod.w.Volumes, func(volume asset.Volume) bool { return volume.Name == m.Source })
	if i < 0 {
		f.Note("type", v.Unknown("the pod has no volume of this name"))
		return
	}
	volume := &c.pod.w.Volumes[i]
	if m.Type = volume.Type; readOnlyVolumes[m.Type] {
		m.ReadOnly = true
	}
	if volume.Type == "bind" {
		m.Source = volume.Source
		if origin, known := c.pod.f.Origins[document.Index("volumes", i)+".source"]; known {
			f.Note("source", origin)
		}
	}
	if volume.Type == "tmpfs" {
		limit := c.emptyDir(volume.Name).Get("sizeLimit")
		document.Parsed(f, "size", limit, &m.Size, "a quantity such as 64Mi", wholeQuantity)
	}
}

func (c *container) emptyDir(name string) document.Value {
	for _, v := range c.pod.spec.Get("volumes").Items() {
		if v.Get("name").Text() == name {
			return v.Get("emptyDir")
		}
	}
	return document.Value{}
}
