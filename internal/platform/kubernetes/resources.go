package kubernetes

import (
	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// mayHaveDefault says why an absent limit may be there all the same.
const mayHaveDefault = "a LimitRange of the namespace may set one"

// resources reads limits and requests. A limit without a request is the request
// too; the pod's limit counts for containers without one (pod-level resources).
func (c *container) resources() {
	r := &c.c.Resources
	quantity(c, "memory", "memory", wholeQuantity, &r.Memory.Limit, &r.Memory.Request)
	quantity(c, "cpu", "cpu", fractionQuantity, &r.CPU.Limit, &r.CPU.Request)
	quantity(c, "ephemeral-storage", "ephemeralStorage", wholeQuantity, &r.EphemeralStorage.Limit, &r.EphemeralStorage.Request)
	document.Items(c.f, "devices", c.v.At("resources", "claims"), &c.c.Devices, func(f document.Facts, v document.Value) asset.Device {
		var device asset.Device
		f.Text("source", v.Get("name"), &device.Source)
		return device
	})
}

func quantity[T int64 | float64](c *container, name, field string, parse func(string) (T, error), limit, request *T) {
	limitPath, requestPath := "resources."+field+".limit", "resources."+field+".request"
	own, pods := c.v.Get("resources"), c.pod.spec.Get("resources")
	read := func(path string, into *T) func(document.Value) {
		return func(v document.Value) {
			document.Parsed(c.f, path, v, into, "a quantity such as 128Mi, 0.5 or 100m", parse)
		}
	}
	c.inherited(limitPath, own.At("limits", name), pods.At("limits", name), read(limitPath, limit))
	c.inherited(requestPath, own.At("requests", name), pods.At("requests", name), read(requestPath, request))
	place := own.Get("limits").Or(own.Or(c.v))
	switch of := c.f.Origins[c.f.Prefix+limitPath]; of.Kind {
	case asset.PlatformDefault:
		of = place.Origin(asset.PlatformDefault)
		of.Reason = mayHaveDefault
		c.f.Note(limitPath, of)
	case asset.Explicit:
		if c.f.Origins[c.f.Prefix+requestPath].Kind == asset.PlatformDefault {
			*request = *limit
			of.Kind = asset.PlatformDefault
			of.Reason = "a limit is the request as well where none is written"
			c.f.Note(requestPath, of)
		}
	}
}
