package kubernetes

import (
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// The annotations that came before the fields (retired in 1.19 for seccomp; for
// AppArmor still read where the field is absent).
const (
	appArmorAnnotation     = "container.apparmor.security.beta.kubernetes.io/"
	seccompAnnotation      = "container.seccomp.security.alpha.kubernetes.io/"
	seccompOfPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod"
)

// profileTypes are the model's words for those of the API.
var profileTypes = map[string]string{"RuntimeDefault": "default", "Unconfined": "unconfined", "Localhost": "custom"}

// profileField reads seccompProfile and appArmorProfile, {type, localhostProfile}.
func profileField(f document.Facts, path string, v document.Value, into *asset.Profile) {
	if !v.Exists() {
		return
	}
	kind := v.Get("type")
	if into.Type = profileTypes[kind.Text()]; into.Type == "" {
		f.Wrong(path, kind.Or(v), "RuntimeDefault, Localhost or Unconfined")
		return
	}
	f.Explicit(path, kind)
	into.Name = v.Get("localhostProfile").Text()
}

// profileAnnotation reads "runtime/default", "unconfined" and "localhost/NAME".
func profileAnnotation(f document.Facts, path string, v document.Value, into *asset.Profile) {
	f.Explicit(path, v)
	name, isLocal := strings.CutPrefix(v.Text(), "localhost/")
	switch {
	case isLocal:
		*into = asset.Profile{Type: "custom", Name: name}
	case v.Text() == "runtime/default", v.Text() == "docker/default":
		*into = asset.Profile{Type: "default"}
	case v.Text() == "unconfined":
		*into = asset.Profile{Type: "unconfined"}
	default:
		f.Wrong(path, v, "runtime/default, localhost/NAME or unconfined")
	}
}

// profiles reads the container's profiles: its field, its annotation, the pod's
// field, the pod's annotation.
func (c *container) profiles() {
	pods, annotations := c.pod.spec.Get("securityContext"), c.pod.metadata.Get("annotations")
	c.c.AppArmor.Type = "default"
	c.profile("seccomp", "seccompProfile", pods, annotations.Get(seccompAnnotation+c.c.Name), annotations.Get(seccompOfPodAnnotation), &c.c.Seccomp)
	c.profile("appArmor", "appArmorProfile", pods, annotations.Get(appArmorAnnotation+c.c.Name), document.Value{}, &c.c.AppArmor)
	if c.c.Seccomp.Type == "" && c.f.Origins[c.f.Prefix+"seccomp"].Kind == asset.PlatformDefault {
		origin := c.f.Origins[c.f.Prefix+"seccomp"]
		origin.Reason = "there is no filter unless the kubelet's seccompDefault is on"
		c.f.Note("seccomp", origin)
	}
	own := c.context.Get("seLinuxOptions")
	c.inherited("selinux", own, pods.Get("seLinuxOptions"), func(v document.Value) { selinux(c.f, v, &c.c.SELinux) })
}

func (c *container) profile(path, key string, pods, annotation, podAnnotation document.Value, into *asset.Profile) {
	field := func(v document.Value) { profileField(c.f, path, v, into) }
	text := func(v document.Value) { profileAnnotation(c.f, path, v, into) }
	switch {
	case c.context.Get(key).Exists():
		field(c.context.Get(key))
	case annotation.Exists() && annotation.Text() != "": // an empty one is none
		text(annotation)
	case !pods.Get(key).Exists() && podAnnotation.Exists():
		c.inherited(path, document.Value{}, podAnnotation, text)
	default:
		c.inherited(path, c.context.Get(key), pods.Get(key), field)
	}
}

func selinux(f document.Facts, v document.Value, into *asset.SELinux) {
	if !v.Exists() {
		return
	}
	f.Explicit("selinux", v)
	f.Text("selinux.user", v.Get("user"), &into.User)
	f.Text("selinux.role", v.Get("role"), &into.Role)
	f.Text("selinux.type", v.Get("type"), &into.Type)
	f.Text("selinux.level", v.Get("level"), &into.Level)
}
