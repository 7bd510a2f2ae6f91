package notation

import (
	"cmp"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// SecurityOptions fills in the facts that the docker command's --security-opt
// decides: no-new-privileges, seccomp, apparmor, label and systempaths. Name
// and value are separated by "=" or, as old versions did, by ":". The defaults
// are the engine's, and are noted as such.
func SecurityOptions(f document.Facts, v document.Value, c *asset.Container) {
	facts := []string{"noNewPrivileges", "seccomp", "appArmor", "selinux", "procUnmasked"}
	c.Seccomp.Type, c.AppArmor.Type = "default", "default"
	for _, fact := range facts {
		f.Default(fact, v)
		if v.Exists() && !v.IsList() {
			f.Wrong(fact, v, "a list of texts")
		}
	}
	for _, item := range v.Items() {
		if !item.IsScalar() {
			for _, fact := range facts {
				f.Wrong(fact, item, "a text")
			}
			continue
		}
		securityOption(f, item, c)
	}
}

func securityOption(f document.Facts, v document.Value, c *asset.Container) {
	name, value := option(v.Text())
	switch name {
	case "no-new-privileges":
		// The engine reads a bare name as true.
		on, err := strconv.ParseBool(cmp.Or(value, "true"))
		if err != nil {
			f.Wrong("noNewPrivileges", v, "no-new-privileges:true or :false")
			return
		}
		c.NoNewPrivileges = on
		f.Explicit("noNewPrivileges", v)
	case "seccomp":
		c.Seccomp = profile(value)
		f.Explicit("seccomp", v)
	case "apparmor":
		c.AppArmor = profile(value)
		f.Explicit("appArmor", v)
	case "label":
		label(value, &c.SELinux)
		f.Explicit("selinux", v)
	case "systempaths":
		c.ProcUnmasked = value == "unconfined"
		f.Explicit("procUnmasked", v)
	}
}

// option splits at the first "=" or ":" that stands behind the name.
func option(text string) (name, value string) {
	if i := strings.IndexAny(text, "=:"); i >= 0 {
		return text[:i], text[i+1:]
	}
	return text, ""
}

// profile tells the built-in profiles from a custom one, whose name is left
// out where the profile itself is written.
func profile(value string) asset.Profile {
	switch {
	case value == "unconfined":
		return asset.Profile{Type: "unconfined"}
	case value == "", value == "builtin", value == "docker-default", value == "runtime/default":
		return asset.Profile{Type: "default"}
	case strings.HasPrefix(strings.TrimSpace(value), "{"):
		return asset.Profile{Type: "custom", Name: "written inline"}
	}
	return asset.Profile{Type: "custom", Name: value}
}

// label reads "disable", "user:U", "role:R", "type:T" and "level:L".
func label(value string, into *asset.SELinux) {
	name, rest := option(value)
	switch name {
	case "disable":
		into.Disabled = true
	case "user":
		into.User = rest
	case "role":
		into.Role = rest
	case "type":
		into.Type = rest
	case "level":
		into.Level = rest
	}
}

// Capabilities fills in added or dropped capabilities in the model's spelling.
func Capabilities(f document.Facts, path string, v document.Value, into *[]string) {
	f.Texts(path, v, into)
	for i, name := range *into {
		(*into)[i] = Capability(name)
	}
}

// Capability gives a capability's name in upper case and without CAP_.
func Capability(name string) string {
	return strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "CAP_")
}
