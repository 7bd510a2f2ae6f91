package kubernetes_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/policy"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes/kubetest"
)

// described is a workload of which a rule can also ask what is written.
type described struct {
	*asset.Workload
	origins map[string]asset.Origin
}

func (d described) writes(path string) bool { return d.origins[path].Kind == asset.Explicit }

// standards say each check of the Pod Security Standards in the facts of the
// model: what a rule can ask.
var standards = map[policy.CheckID]func(described) bool{
	"allowPrivilegeEscalation": func(w described) bool {
		return w.OS == "windows" || all(w, func(c *asset.Container) bool { return c.NoNewPrivileges })
	},
	"appArmorProfile": func(w described) bool {
		for name, value := range w.Pod.Annotations {
			if strings.HasPrefix(name, "container.apparmor.security.beta.kubernetes.io/") && value == "unconfined" {
				return false
			}
		}
		return w.Pod.Security.AppArmor.Type != "unconfined" && all(w, func(c *asset.Container) bool { return c.AppArmor.Type != "unconfined" })
	},
	"capabilities_baseline": func(w described) bool {
		return all(w, func(c *asset.Container) bool {
			return !slices.ContainsFunc(c.Capabilities.Add, func(name string) bool { return !slices.Contains(usual, name) })
		})
	},
	"capabilities_restricted": func(w described) bool {
		return w.OS == "windows" || all(w, func(c *asset.Container) bool {
			return slices.Contains(c.Capabilities.Drop, "ALL") &&
				!slices.ContainsFunc(c.Capabilities.Add, func(name string) bool { return name != "NET_BIND_SERVICE" })
		})
	},
	"hostNamespaces": func(w described) bool {
		return w.Namespaces.Network != "host" && w.Namespaces.PID != "host" && w.Namespaces.IPC != "host"
	},
	"hostPathVolumes": func(w described) bool { return !hasVolume(w, func(kind string) bool { return kind == "bind" }) },
	"hostPorts": func(w described) bool {
		return all(w, func(c *asset.Container) bool {
			return !slices.ContainsFunc(c.Ports, func(p asset.PortMapping) bool { return p.HostPort != 0 })
		})
	},
	"hostProbesAndHostLifecycle": func(w described) bool {
		return all(w, func(c *asset.Container) bool { return len(c.ProbeHosts) == 0 })
	},
	"privileged": func(w described) bool { return all(w, func(c *asset.Container) bool { return !c.Privileged }) },
	"procMount": func(w described) bool {
		return w.Namespaces.User == "private" || all(w, func(c *asset.Container) bool { return !c.ProcUnmasked })
	},
	"procMount_restricted": func(w described) bool { return all(w, func(c *asset.Container) bool { return !c.ProcUnmasked }) },
	"restrictedVolumes": func(w described) bool {
		return !hasVolume(w, func(kind string) bool { return !slices.Contains(restrictedVolumes, kind) })
	},
	"runAsNonRoot": func(w described) bool {
		if w.Namespaces.User == "private" {
			return true
		}
		pods := w.Pod.Security.MustNotBeRoot || !w.writes("pod.security.mustNotBeRoot")
		return pods && all(w, func(c *asset.Container) bool { return c.MustNotBeRoot })
	},
	"runAsUser": func(w described) bool {
		if w.Namespaces.User == "private" {
			return true
		}
		pods := w.Pod.Security.UID != 0 || !w.writes("pod.security.uid")
		return pods && all(w, func(c *asset.Container) bool { return c.User != "0" })
	},
	"seLinuxOptions": func(w described) bool {
		return confined(w.Pod.Security.SELinux) && all(w, func(c *asset.Container) bool { return confined(c.SELinux) })
	},
	"seccompProfile_baseline": func(w described) bool {
		return w.Pod.Security.Seccomp.Type != "unconfined" && all(w, func(c *asset.Container) bool { return c.Seccomp.Type != "unconfined" })
	},
	"seccompProfile_restricted": func(w described) bool {
		return w.OS == "windows" || w.Pod.Security.Seccomp.Type != "unconfined" &&
			all(w, func(c *asset.Container) bool { return c.Seccomp.Type == "default" || c.Seccomp.Type == "custom" })
	},
	"sysctls": func(w described) bool {
		return !slices.ContainsFunc(w.Sysctls, func(s asset.Sysctl) bool { return !slices.Contains(safeSysctls, s.Name) })
	},
	"windowsHostProcess": func(w described) bool { return !w.Pod.HostProcess },
}

var usual = []string{"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}

var restrictedVolumes = []string{"configMap", "csi", "downwardAPI", "emptyDir", "tmpfs", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}

var safeSysctls = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
}

func all(w described, holds func(*asset.Container) bool) bool {
	for i := range w.Containers {
		if !holds(&w.Containers[i]) {
			return false
		}
	}
	return true
}

func hasVolume(w described, is func(string) bool) bool {
	return slices.ContainsFunc(w.Volumes, func(v asset.Volume) bool { return is(v.Type) })
}

func confined(s asset.SELinux) bool {
	return slices.Contains([]string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}, s.Type) && s.User == "" && s.Role == ""
}

// The facts decide all 19 checks as Kubernetes' own evaluator does, in its
// newest version, of pods as the API server hands them to it.
func TestFactsDecideThePodSecurityStandards(t *testing.T) {
	checks := policy.DefaultChecks()
	if len(checks) != len(standards) {
		t.Errorf("there are %d checks, %d are compared", len(checks), len(standards))
	}
	pods := kubetest.Pods(7, 1500)
	workloads := make([]described, len(pods))
	for i, pod := range pods {
		subject := decodePod(t, pod)
		workloads[i] = described{&subject.Facts, subject.Origins}
		kubetest.Default(pod)
	}
	for _, check := range checks {
		t.Run(string(check.ID), func(t *testing.T) {
			compareCheck(t, check, pods, workloads)
		})
	}
}

func compareCheck(t *testing.T, check policy.Check, pods []*corev1.Pod, workloads []described) {
	holds := standards[check.ID]
	if holds == nil {
		t.Fatalf("%s is not compared", check.ID)
	}
	newest := check.Versions[len(check.Versions)-1].CheckPod
	allowed := 0
	for i, pod := range pods {
		want := newest(&pod.ObjectMeta, &pod.Spec)
		if want.Allowed {
			allowed++
		}
		if got := holds(workloads[i]); got != want.Allowed {
			text, _ := json.MarshalIndent(pod, "", " ")
			t.Fatalf("got %v, want %v (%s)\n%s", got, want.Allowed, want.ForbiddenDetail, text)
		}
	}
	if allowed < 20 || allowed > len(pods)-20 {
		t.Errorf("%d of %d pods pass, so little is compared", allowed, len(pods))
	}
}
