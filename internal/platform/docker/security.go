package docker

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

// identity reads the image and the user.
func (d *decoder) identity() {
	notation.Image(d.in, field(d.config, "Image"), &d.c.Image)
	user := field(d.config, "User")
	notation.User(d.in, user, d.c)
	if d.live && d.c.User == "" && (user.Text() == "" && !user.IsUnresolved()) {
		// The image's user has been merged in: there is none either.
		d.in.Default("uid", d.config)
		d.in.Default("gid", d.config)
	}
	d.in.Texts("groups", field(d.host, "GroupAdd"), &d.c.Groups)
}

func (d *decoder) security() {
	d.in.Bool("privileged", field(d.host, "Privileged"), &d.c.Privileged)
	d.in.Bool("readOnlyRoot", field(d.host, "ReadonlyRootfs"), &d.c.ReadOnlyRoot)
	notation.Capabilities(d.in, "capabilities.add", field(d.host, "CapAdd"), &d.c.Capabilities.Add)
	notation.Capabilities(d.in, "capabilities.drop", field(d.host, "CapDrop"), &d.c.Capabilities.Drop)
	options := field(d.host, "SecurityOpt")
	notation.SecurityOptions(d.in, options, d.c)
	if !d.c.NoNewPrivileges && d.in.Origins[d.in.Prefix+"noNewPrivileges"].Kind == asset.PlatformDefault {
		origin := options.Origin(asset.PlatformDefault)
		origin.Reason = "the engine's own setting no-new-privileges does not show here"
		d.in.Note("noNewPrivileges", origin)
	}
	d.appArmorInForce()
	d.unmasked()
	d.in.Text("runtime", field(d.host, "Runtime"), &d.c.Runtime)
	d.in.Text("cgroupParent", field(d.host, "CgroupParent"), &d.c.CgroupParent)
	d.in.Bool("init", field(d.host, "Init"), &d.c.Init)
}

// appArmorInForce reads what inspect says about the profile in use; "" is for
// a host without AppArmor or a container that never ran.
func (d *decoder) appArmorInForce() {
	v := field(d.root, "AppArmorProfile")
	switch name := v.Text(); {
	case !d.live || name == "":
	case name == "unconfined":
		d.c.AppArmor = asset.Profile{Type: "unconfined"}
		d.in.Explicit("appArmor", v)
	case name != "docker-default":
		d.c.AppArmor = asset.Profile{Type: "custom", Name: name}
		d.in.Explicit("appArmor", v)
	}
}

// unmasked looks whether /proc and /sys are covered as the engine does by
// default: an empty list uncovers all, and one without the kernel's memory or
// settings uncovers what matters. null stands for the default.
func (d *decoder) unmasked() {
	for name, covered := range map[string]string{"MaskedPaths": "/proc/kcore", "ReadonlyPaths": "/proc/sys"} {
		v := field(d.host, name)
		if !v.Exists() {
			continue
		}
		if !v.IsList() {
			d.in.Wrong("procUnmasked", v, "a list of paths")
			return
		}
		if !slices.Contains(v.Texts(), covered) {
			d.c.ProcUnmasked = true
			d.in.Explicit("procUnmasked", v)
		}
	}
}

func (d *decoder) devices() {
	document.Items(d.in, "devices", field(d.host, "Devices"), &d.c.Devices, func(f document.Facts, v document.Value) asset.Device {
		var device asset.Device
		f.Text("source", field(v, "PathOnHost"), &device.Source)
		f.Text("target", field(v, "PathInContainer"), &device.Target)
		f.Text("permissions", field(v, "CgroupPermissions"), &device.Permissions)
		return device
	})
	document.Items(d.in, "devices", field(d.host, "DeviceCgroupRules"), &d.c.Devices, func(_ document.Facts, v document.Value) asset.Device {
		return asset.Device{Source: v.Text(), Permissions: lastWord(v.Text())}
	})
	document.Items(d.in, "devices", field(d.host, "DeviceRequests"), &d.c.Devices, func(_ document.Facts, v document.Value) asset.Device {
		return asset.Device{Source: requested(v)}
	})
}
