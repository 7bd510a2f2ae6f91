package ecs

import (
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// volumes reads the task's volumes. Terraform has host_path in the volume, the
// API host.sourcePath.
func (t *task) volumes() {
	list := first(get(t.v, "volumes"), get(t.v, "volume"))
	document.Items(t.f, "volumes", list, &t.w.Volumes, func(f document.Facts, v document.Value) asset.Volume {
		volume := asset.Volume{Type: "volume"}
		f.Text("name", get(v, "name"), &volume.Name)
		host := first(get(v, "host", "sourcePath"), get(v, "hostPath"))
		docker, efs := get(v, "dockerVolumeConfiguration"), get(v, "efsVolumeConfiguration")
		switch {
		case host.Exists() && host.Text() != "" || host.IsUnresolved():
			volume.Type = "bind"
			f.Text("source", host, &volume.Source)
		case hasContent(efs):
			volume.Type = "efs"
			elastic(f, efs, &volume)
		case hasContent(docker):
			f.Text("driver", get(docker, "driver"), &volume.Driver)
			f.Map("options", get(docker, "driverOpts"), &volume.Options)
			if kind := volume.Options["type"]; kind == "none" || kind == "bind" {
				f.Text("source", get(docker, "driverOpts", "device"), &volume.Source)
			}
		case hasContent(get(v, "fsxWindowsFileServerVolumeConfiguration")):
			volume.Type = "fsx"
		case truth(first(get(v, "configuredAtLaunch"), get(v, "configureAtLaunch"))):
			volume.Type = "ebs"
		}
		if volume.Type != "efs" {
			f.Inexpressible("only EFS volumes are reached over the network with these settings", "encrypted", "authorized")
		}
		return volume
	})
}

// elastic reads the settings of an EFS volume; both are off where they are not written.
func elastic(f document.Facts, v document.Value, into *asset.Volume) {
	encryption, iam := get(v, "transitEncryption"), get(v, "authorizationConfig", "iam")
	f.Default("encrypted", v)
	f.Default("authorized", v)
	enabled(f, "encrypted", encryption, &into.Encrypted)
	enabled(f, "authorized", iam, &into.Authorized)
	into.Options = map[string]string{}
	for _, option := range []struct{ name, field string }{{"fileSystemId", "fileSystemId"}, {"rootDirectory", "rootDirectory"}} {
		if value := get(v, option.field); value.Exists() {
			var text string
			name(f, document.Key("options", option.name), value, &text)
			into.Options[option.name] = text
		}
	}
	if point := get(v, "authorizationConfig", "accessPointId"); point.Exists() {
		var text string
		name(f, document.Key("options", "accessPointId"), point, &text)
		into.Options["accessPointId"] = text
	}
}

// enabled reads ENABLED and DISABLED, or a truth value.
func enabled(f document.Facts, path string, v document.Value, into *bool) {
	switch strings.ToUpper(v.Text()) {
	case "ENABLED":
		*into = true
		f.Explicit(path, v)
	case "DISABLED":
		*into = false
		f.Explicit(path, v)
	default:
		f.Bool(path, v, into)
	}
}

// hasContent is true for a mapping, or a block that Terraform writes as a list.
func hasContent(v document.Value) bool {
	return len(v.Fields()) > 0 || len(v.Items()) > 0 || v.IsUnresolved()
}

func truth(v document.Value) bool {
	on, _ := v.Bool()
	return on
}
