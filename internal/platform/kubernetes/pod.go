package kubernetes

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// own reads what the pod says for all of its containers, then those.
func (p *pod) own() {
	p.namespaces()
	p.identity()
	p.security()
	p.volumes()
	pod := &p.w.Pod
	p.f.Text("pod.priorityClass", p.spec.Get("priorityClassName"), &pod.PriorityClass)
	pod.DNSPolicy = "ClusterFirst"
	p.text("pod.dnsPolicy", p.spec.Get("dnsPolicy"), &pod.DNSPolicy)
	affinity := p.spec.At("affinity", "podAntiAffinity")
	constraints := p.spec.Get("topologySpreadConstraints")
	pod.Spread = len(affinity.Fields()) > 0 || len(constraints.Items()) > 0
	p.f.Explicit("pod.spread", affinity.Or(constraints.Or(p.spec)))
	p.hosts()
	p.containers("initContainers", func(v document.Value) string {
		if v.Get("restartPolicy").Text() == "Always" {
			return asset.RoleSidecar
		}
		return asset.RoleInit
	})
	p.containers("containers", func(document.Value) string { return asset.RoleMain })
	p.containers("ephemeralContainers", func(document.Value) string { return asset.RoleEphemeral })
}

func (p *pod) namespaces() {
	n := &p.w.Namespaces
	p.namespace("namespaces.network", "hostNetwork", &n.Network)
	p.namespace("namespaces.pid", "hostPID", &n.PID)
	p.namespace("namespaces.ipc", "hostIPC", &n.IPC)
	p.truth("pod.shareProcesses", p.spec.Get("shareProcessNamespace"), &p.w.Pod.ShareProcesses)
	if p.w.Pod.ShareProcesses && n.PID == "private" {
		n.PID = "shared"
		p.f.Explicit("namespaces.pid", p.spec.Get("shareProcessNamespace"))
	}
	users := true
	p.truth("namespaces.user", p.spec.Get("hostUsers"), &users)
	n.User = map[bool]string{true: "host", false: "private"}[users]
	document.Items(p.f, "sysctls", p.spec.At("securityContext", "sysctls"), &p.w.Sysctls, func(f document.Facts, v document.Value) asset.Sysctl {
		var s asset.Sysctl
		f.Text("name", v.Get("name"), &s.Name)
		f.Text("value", v.Get("value"), &s.Value)
		return s
	})
}

func (p *pod) namespace(path, key string, into *string) {
	var host bool
	p.truth(path, p.spec.Get(key), &host)
	*into = map[bool]string{true: "host", false: "private"}[host]
}

// identity reads the service account. Its token is in the containers unless the
// pod, or else the service account, says otherwise.
func (p *pod) identity() {
	identity, pod := &p.w.Identity, &p.w.Pod
	identity.ServiceAccount, identity.TokenMounted = "default", true
	old := p.spec.Get("serviceAccount")
	account := p.spec.Get("serviceAccountName")
	// The API server writes the old field beside the new one.
	pod.DeprecatedServiceAccount = old.Exists() && !account.Exists()
	p.f.Explicit("pod.deprecatedServiceAccount", old.Or(p.spec))
	if !account.Exists() {
		account = old
	}
	p.text("identity.serviceAccount", account, &identity.ServiceAccount)
	if identity.ServiceAccount == "" {
		identity.ServiceAccount = "default"
	}
	p.truth("identity.tokenMounted", p.spec.Get("automountServiceAccountToken"), &identity.TokenMounted)
}

// security reads the pod's own security context; containers inherit it.
func (p *pod) security() {
	context, s := p.spec.Get("securityContext"), &p.w.Pod.Security
	f := p.f.Under("pod.security.")
	if user := context.Get("runAsUser"); user.Exists() {
		f.Int("uid", user, &s.UID)
	} else {
		f.Note("uid", context.Or(p.spec).Unknown("the pod says no user: its containers or their images do"))
	}
	p.truth("pod.security.mustNotBeRoot", context.Get("runAsNonRoot"), &s.MustNotBeRoot)
	profileField(f, "seccomp", context.Get("seccompProfile"), &s.Seccomp)
	profileField(f, "appArmor", context.Get("appArmorProfile"), &s.AppArmor)
	selinux(f, context.Get("seLinuxOptions"), &s.SELinux)
	p.truth("pod.security.hostProcess", context.At("windowsOptions", "hostProcess"), &s.HostProcess)
	p.w.Pod.HostProcess = s.HostProcess
	p.f.Note("pod.hostProcess", p.f.Origins["pod.security.hostProcess"])
	p.f.Int("pod.fsGroup", context.Get("fsGroup"), &p.w.Pod.FSGroup)
	document.Items(p.f, "pod.supplementalGroups", context.Get("supplementalGroups"), &p.w.Pod.SupplementalGroups, func(_ document.Facts, v document.Value) int64 {
		group, _ := v.Int()
		return group
	})
}

func (p *pod) hosts() {
	for _, alias := range p.spec.Get("hostAliases").Items() {
		document.Items(p.f, "hosts", alias.Get("hostnames"), &p.w.Hosts, func(f document.Facts, v document.Value) asset.HostEntry {
			entry := asset.HostEntry{Name: v.Text()}
			f.Text("address", alias.Get("ip"), &entry.Address)
			return entry
		})
	}
}

func (p *pod) containers(list string, role func(document.Value) string) {
	document.Items(p.f, "containers", p.spec.Get(list), &p.w.Containers, func(f document.Facts, v document.Value) asset.Container {
		c := container{pod: p, v: v, context: v.Get("securityContext"), f: f}
		c.c.Role = role(v)
		c.c.Essential = c.c.Role == asset.RoleMain
		c.decode()
		p.w.Pod.HostProcess = p.w.Pod.HostProcess || c.c.HostProcess
		return c.c
	})
}

// volumes reads the pod's volumes and those that a StatefulSet makes for each pod.
func (p *pod) volumes() {
	document.Items(p.f, "volumes", p.spec.Get("volumes"), &p.w.Volumes, readVolume)
	document.Items(p.f, "volumes", p.owner.Get("volumeClaimTemplates"), &p.w.Volumes, func(f document.Facts, v document.Value) asset.Volume {
		volume := asset.Volume{Type: "persistentVolumeClaim"}
		f.Text("name", v.At("metadata", "name"), &volume.Name)
		return volume
	})
}

// readVolume reads a volume. One without a source is an emptyDir; one in memory
// is a tmpfs.
func readVolume(f document.Facts, v document.Value) asset.Volume {
	volume := asset.Volume{Type: "emptyDir"}
	f.Text("name", v.Get("name"), &volume.Name)
	f.Default("type", v)
	source := volumeSource(v)
	if source.Key.Exists() {
		volume.Type = source.Name
		f.Explicit("type", source.Key)
	}
	switch source.Name {
	case "hostPath":
		volume.Type = "bind"
		f.Text("source", source.Value.Get("path"), &volume.Source)
	case "emptyDir":
		if source.Value.Get("medium").Text() == "Memory" {
			volume.Type = "tmpfs"
		}
	case "csi", "flexVolume":
		f.Text("driver", source.Value.Get("driver"), &volume.Driver)
		f.Map("options", source.Value.Get(map[string]string{"csi": "volumeAttributes", "flexVolume": "options"}[source.Name]), &volume.Options)
	case "nfs":
		volume.Options = map[string]string{"server": source.Value.Get("server").Text(), "path": source.Value.Get("path").Text()}
		f.Explicit("options", source.Value)
	}
	return volume
}

// volumeSource is the field of a volume that says what it is.
func volumeSource(v document.Value) document.Field {
	fields := v.Fields()
	i := slices.IndexFunc(fields, func(f document.Field) bool {
		return f.Name != "name" && (f.Value.Exists() || f.Name == "emptyDir")
	})
	if i < 0 {
		return document.Field{}
	}
	return fields[i]
}
