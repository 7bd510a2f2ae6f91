package kubetest

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (g generator) container(name string) corev1.Container {
	c := corev1.Container{Name: name, Image: pick(g, "nginx", "registry.example/shop:1.2", "busybox@sha256:"+digest)}
	if !g.rare(3) {
		c.SecurityContext = g.context()
	}
	c.Resources = corev1.ResourceRequirements{Limits: g.resources(), Requests: g.resources()}
	for range g.IntN(2) {
		c.Ports = append(c.Ports, corev1.ContainerPort{Name: "http", ContainerPort: 8080, HostPort: pick[int32](g, 0, 0, 80), Protocol: pick(g, "", corev1.ProtocolUDP)})
	}
	if name == "main" || name == "second" {
		c.LivenessProbe, c.ReadinessProbe = g.probe(), g.probe()
		if g.rare(4) {
			c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/bye", Port: intstr.FromInt32(8080), Host: pick(g, "", "169.254.169.254")}}}
		}
	}
	return c
}

const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func (g generator) context() *corev1.SecurityContext {
	c := &corev1.SecurityContext{
		Privileged: some(g, false, false, true), AllowPrivilegeEscalation: some(g, false, false, true), ReadOnlyRootFilesystem: some(g, true, false),
		RunAsNonRoot: some(g, true, true, false), RunAsUser: some[int64](g, 0, 1000), ProcMount: g.procMount(),
		SELinuxOptions: g.selinux(), WindowsOptions: g.windows(), SeccompProfile: g.seccomp(), AppArmorProfile: g.appArmor(),
	}
	if !g.rare(3) {
		c.Capabilities = &corev1.Capabilities{}
		for range g.IntN(3) {
			c.Capabilities.Add = append(c.Capabilities.Add, pick(g, capabilities...))
		}
		for range g.IntN(2) {
			c.Capabilities.Drop = append(c.Capabilities.Drop, pick[corev1.Capability](g, "ALL", "ALL", "ALL", "NET_RAW"))
		}
	}
	return c
}

// capabilities are those that baseline allows and others; NET_BIND_SERVICE, which
// restricted allows, comes often. All are spelled as the evaluator wants them: it
// refuses the "chown" and "CAP_CHOWN" that runtimes take for CHOWN.
var capabilities = []corev1.Capability{
	"NET_BIND_SERVICE", "NET_BIND_SERVICE", "NET_BIND_SERVICE", "NET_BIND_SERVICE", "NET_BIND_SERVICE", "NET_BIND_SERVICE",
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	"SYS_ADMIN", "NET_RAW", "NET_ADMIN", "SYS_PTRACE", "BPF", "PERFMON", "SYS_TIME", "CHECKPOINT_RESTORE", "ALL",
}

func (g generator) procMount() *corev1.ProcMountType {
	if !g.rare(4) {
		return nil
	}
	return some(g, corev1.DefaultProcMount, corev1.UnmaskedProcMount)
}

func (g generator) resources() corev1.ResourceList {
	list := corev1.ResourceList{}
	for name, texts := range map[corev1.ResourceName][]string{
		corev1.ResourceMemory:           {"128Mi", "1G", "1.5Gi", "1e8", "100M", "129e6", "123456789", "0.5Gi"},
		corev1.ResourceCPU:              {"100m", "1", "0.25", "2500m", "1500000u", "1e0"},
		corev1.ResourceEphemeralStorage: {"1Gi", "2T", "500k"},
	} {
		if text := some(g, texts...); text != nil {
			list[name] = resource.MustParse(*text)
		}
	}
	return list
}

func (g generator) probe() *corev1.Probe {
	host := pick(g, "", "", "127.0.0.1")
	switch g.IntN(4) {
	case 0:
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/up", Port: intstr.FromInt32(8080), Host: host}}}
	case 1:
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080), Host: host}}}
	case 2:
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	}
	return nil
}

func (g generator) volumes() []corev1.Volume {
	memory := resource.MustParse("64Mi")
	sources := []corev1.VolumeSource{
		{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: &memory}},
		{HostPath: &corev1.HostPathVolumeSource{Path: "/var/log"}},
		{HostPath: &corev1.HostPathVolumeSource{Path: "/srv"}},
		{ConfigMap: &corev1.ConfigMapVolumeSource{}},
		{Secret: &corev1.SecretVolumeSource{SecretName: "shop"}},
		{Projected: &corev1.ProjectedVolumeSource{}},
		{DownwardAPI: &corev1.DownwardAPIVolumeSource{}},
		{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}},
		{Ephemeral: &corev1.EphemeralVolumeSource{}},
		{CSI: &corev1.CSIVolumeSource{Driver: "csi.example"}},
		{NFS: &corev1.NFSVolumeSource{Server: "nas", Path: "/export"}},
		{ISCSI: &corev1.ISCSIVolumeSource{TargetPortal: "nas", IQN: "iqn"}},
		{GCEPersistentDisk: &corev1.GCEPersistentDiskVolumeSource{PDName: "disk"}},
		{AWSElasticBlockStore: &corev1.AWSElasticBlockStoreVolumeSource{VolumeID: "disk"}},
		{GitRepo: &corev1.GitRepoVolumeSource{Repository: "https://git.example/shop"}},
		{Glusterfs: &corev1.GlusterfsVolumeSource{EndpointsName: "gluster", Path: "data"}},
		{RBD: &corev1.RBDVolumeSource{CephMonitors: []string{"ceph"}, RBDImage: "data"}},
		{FlexVolume: &corev1.FlexVolumeSource{Driver: "example/flex"}},
		{Cinder: &corev1.CinderVolumeSource{VolumeID: "disk"}},
		{CephFS: &corev1.CephFSVolumeSource{Monitors: []string{"ceph"}}},
		{FC: &corev1.FCVolumeSource{WWIDs: []string{"1"}}},
		{AzureFile: &corev1.AzureFileVolumeSource{SecretName: "azure", ShareName: "data"}},
		{VsphereVolume: &corev1.VsphereVirtualDiskVolumeSource{VolumePath: "data"}},
		{AzureDisk: &corev1.AzureDiskVolumeSource{DiskName: "disk", DataDiskURI: "disk"}},
		{PortworxVolume: &corev1.PortworxVolumeSource{VolumeID: "disk"}},
		{ScaleIO: &corev1.ScaleIOVolumeSource{Gateway: "gateway", System: "system", VolumeName: "data"}},
		{StorageOS: &corev1.StorageOSVolumeSource{VolumeName: "data"}},
		{Image: &corev1.ImageVolumeSource{Reference: "registry.example/data:1"}},
		{},
	}
	var volumes []corev1.Volume
	for i := range g.IntN(3) {
		volumes = append(volumes, corev1.Volume{Name: string(rune('a' + i)), VolumeSource: pick(g, sources...)})
	}
	return volumes
}
