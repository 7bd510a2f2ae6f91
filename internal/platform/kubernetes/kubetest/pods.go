// Package kubetest makes Kubernetes pods for tests: every field that the Pod
// Security Standards look at, in good and bad settings, alone and together.
package kubetest

import (
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Pods makes n pods, the same for the same seed. About a third of the settings
// of each are left out.
func Pods(seed uint64, n int) []*corev1.Pod {
	g := generator{rand.New(rand.NewPCG(seed, 1))}
	pods := make([]*corev1.Pod, n)
	for i := range pods {
		pods[i] = g.pod()
	}
	return pods
}

// Default fills in those of the API server's defaults that the standards see: a
// volume without a source is an emptyDir, and the ports of a pod in the node's
// network are the node's.
func Default(pod *corev1.Pod) {
	spec := &pod.Spec
	for i := range spec.Volumes {
		if spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if !spec.HostNetwork {
		return
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			hostPorts(containers[i].Ports)
		}
	}
	for i := range spec.EphemeralContainers {
		hostPorts(spec.EphemeralContainers[i].Ports)
	}
}

func hostPorts(ports []corev1.ContainerPort) {
	for i := range ports {
		if ports[i].HostPort == 0 {
			ports[i].HostPort = ports[i].ContainerPort
		}
	}
}

type generator struct{ *rand.Rand }

// pick chooses one of the values.
func pick[T any](g generator, values ...T) T { return values[g.IntN(len(values))] }

// some gives a pointer to one of the values or, often, none.
func some[T any](g generator, values ...T) *T {
	if g.IntN(3) == 0 {
		return nil
	}
	value := pick(g, values...)
	return &value
}

// rare is true once in n times.
func (g generator) rare(n int) bool { return g.IntN(n) == 0 }

func (g generator) pod() *corev1.Pod {
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}}
	pod.Name, pod.Namespace = "pod", "shop"
	pod.Labels = map[string]string{"app": "shop"}
	spec := &pod.Spec
	spec.HostNetwork, spec.HostPID, spec.HostIPC = g.rare(6), g.rare(6), g.rare(6)
	spec.HostUsers = some(g, true, false)
	spec.ShareProcessNamespace = some(g, true, false)
	spec.RestartPolicy = pick(g, "", corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure)
	spec.ServiceAccountName = pick(g, "", "shop")
	spec.AutomountServiceAccountToken = some(g, true, false)
	if g.rare(8) {
		spec.OS = &corev1.PodOS{Name: pick(g, corev1.Windows, corev1.Linux)}
	}
	if !g.rare(3) {
		spec.SecurityContext = g.podContext()
	}
	spec.Volumes = g.volumes()
	for range g.IntN(2) {
		init := g.container("init")
		init.RestartPolicy = some(g, corev1.ContainerRestartPolicyAlways)
		spec.InitContainers = append(spec.InitContainers, init)
	}
	spec.Containers = []corev1.Container{g.container("main")}
	if g.rare(3) {
		spec.Containers = append(spec.Containers, g.container("second"))
	}
	if g.rare(5) {
		spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon(g.container("debug"))}}
	}
	if g.rare(5) {
		pod.Annotations = map[string]string{
			corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + "main": pick(g, "runtime/default", "localhost/shop", "localhost/", "unconfined", ""),
		}
	}
	return pod
}

func (g generator) podContext() *corev1.PodSecurityContext {
	c := &corev1.PodSecurityContext{
		RunAsNonRoot: some(g, true, true, false), RunAsUser: some[int64](g, 0, 1000, 10001), RunAsGroup: some[int64](g, 0, 1000),
		SELinuxOptions: g.selinux(), WindowsOptions: g.windows(), SeccompProfile: g.seccomp(), AppArmorProfile: g.appArmor(),
		FSGroup: some[int64](g, 2000),
	}
	for range g.IntN(2) {
		c.Sysctls = append(c.Sysctls, corev1.Sysctl{Name: pick(g, sysctls...), Value: "1"})
	}
	return c
}

// sysctls are the safe ones, in the order in which Kubernetes took them up, and some that are not.
var sysctls = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	"kernel.msgmax", "kernel.sem", "net.core.somaxconn", "net.ipv4.ip_forward", "fs.mqueue.msg_max",
}

func (g generator) selinux() *corev1.SELinuxOptions {
	if !g.rare(4) {
		return nil
	}
	return &corev1.SELinuxOptions{
		Type: pick(g, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t"), User: pick(g, "", "", "system_u"),
		Role: pick(g, "", "", "sysadm_r"), Level: pick(g, "", "s0:c1,c2"),
	}
}

func (g generator) windows() *corev1.WindowsSecurityContextOptions {
	if !g.rare(6) {
		return nil
	}
	return &corev1.WindowsSecurityContextOptions{HostProcess: some(g, true, false)}
}

func (g generator) seccomp() *corev1.SeccompProfile {
	kind := some(g, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost, corev1.SeccompProfileTypeUnconfined)
	switch {
	case kind == nil:
		return nil
	case *kind == corev1.SeccompProfileTypeLocalhost:
		name := "profiles/shop.json"
		return &corev1.SeccompProfile{Type: *kind, LocalhostProfile: &name}
	}
	return &corev1.SeccompProfile{Type: *kind}
}

func (g generator) appArmor() *corev1.AppArmorProfile {
	if !g.rare(3) {
		return nil
	}
	return &corev1.AppArmorProfile{Type: pick(g, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost, corev1.AppArmorProfileTypeUnconfined)}
}
