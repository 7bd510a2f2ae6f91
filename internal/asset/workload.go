package asset

// Workload is one or more containers that are started together, the same
// whether it was read from a live engine, from a request to create it or from a
// file of any platform.
type Workload struct {
	// Platform is one of the Platform constants.
	Platform string `json:"platform"`
	// Kind is the platform's own word: "container", "service", "Deployment",
	// "task definition".
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Namespace is the Kubernetes namespace, the Compose project or the ECS
	// cluster, "" where none is written.
	Namespace string `json:"namespace"`
	// Operation is what is about to happen: one of the Operation constants, ""
	// for what is only described.
	Operation string `json:"operation"`
	// Principal is who asks for it, "" where nobody does.
	Principal string            `json:"principal"`
	Labels    map[string]string `json:"labels"`
	// OS is "linux" or "windows".
	OS string `json:"os"`
	// LaunchTypes are where ECS may run it: EC2, FARGATE, EXTERNAL.
	LaunchTypes []string `json:"launchTypes"`

	Namespaces Namespaces `json:"namespaces"`
	Sysctls    []Sysctl   `json:"sysctls"`
	// Networks are the networks that it joins, by name.
	Networks []string `json:"networks"`
	// Hosts are additions to /etc/hosts.
	Hosts []HostEntry `json:"hosts"`
	// Identity is what it may do on its platform.
	Identity   Identity    `json:"identity"`
	Containers []Container `json:"containers"`
	Volumes    []Volume    `json:"volumes"`
	// Pod holds what only a Kubernetes pod has.
	Pod Pod `json:"pod"`
	// Task holds what only an ECS task definition has.
	Task Task `json:"task"`
}

// The platforms that a workload can be described for.
const (
	PlatformDocker     = "docker"
	PlatformCompose    = "compose"
	PlatformKubernetes = "kubernetes"
	PlatformECS        = "ecs"
	PlatformSwarm      = "swarm"
)

// Values of Workload.Operation.
const (
	OperationCreate = "create"
	OperationUpdate = "update"
	OperationStart  = "start"
	OperationExec   = "exec"
	OperationBuild  = "build"
)

// Namespaces say with whom the kernel's namespaces are shared. A value is
// "private", "host", "container:NAME", "shared" (with the other containers of
// the workload), "none" (network only) or another network's name.
type Namespaces struct {
	Network string `json:"network"`
	PID     string `json:"pid"`
	IPC     string `json:"ipc"`
	UTS     string `json:"uts"`
	// User is "private" for a user namespace of its own, "host" for none.
	User   string `json:"user"`
	Cgroup string `json:"cgroup"`
}

// Sysctl is a kernel parameter as sysctl(8) spells it.
type Sysctl struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HostEntry is a line of /etc/hosts.
type HostEntry struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Identity is what a workload may do on its platform.
type Identity struct {
	// ServiceAccount is the Kubernetes service account, "default" where none is written.
	ServiceAccount string `json:"serviceAccount"`
	// TokenMounted is true if the service account's token is in the containers.
	TokenMounted bool `json:"tokenMounted"`
	// TaskRole and ExecutionRole are ECS roles, "" for none.
	TaskRole      string `json:"taskRole"`
	ExecutionRole string `json:"executionRole"`
}

// Pod is what only a Kubernetes pod has.
type Pod struct {
	APIVersion string `json:"apiVersion"`
	// Naked is true for a pod that nothing starts again on another node.
	Naked bool `json:"naked"`
	// Replicas is how many run at a time; 1 where none is written.
	Replicas int64 `json:"replicas"`
	// ShareProcesses is shareProcessNamespace.
	ShareProcesses bool `json:"shareProcesses"`
	// HostProcess is true if the pod's Windows containers run on the host.
	HostProcess   bool   `json:"hostProcess"`
	PriorityClass string `json:"priorityClass"`
	// DeprecatedServiceAccount is true if the old field serviceAccount is used.
	DeprecatedServiceAccount bool `json:"deprecatedServiceAccount"`
	// Selected is false if the owner's selector does not match the pod's labels.
	Selected bool `json:"selected"`
	// Deadline is true if a CronJob has startingDeadlineSeconds.
	Deadline bool `json:"deadline"`
	// FSGroup and SupplementalGroups are the pod's, as written.
	FSGroup            int64   `json:"fsGroup"`
	SupplementalGroups []int64 `json:"supplementalGroups"`
	// Security is what the pod itself asks for; the containers have what is in
	// force after their own settings.
	Security PodSecurity `json:"security"`
	// Annotations are the pod's.
	Annotations map[string]string `json:"annotations"`
	// Strategy is how an owner replaces its pods: "RollingUpdate", "Recreate",
	// "OnDelete", "" where it has none.
	Strategy string `json:"strategy"`
	// Spread is true if anti-affinity or a topology constraint keeps replicas
	// apart.
	Spread bool `json:"spread"`
	// TTL is true if a finished Job is removed after a time.
	TTL bool `json:"ttl"`
	// ServiceName is that of a StatefulSet's headless service.
	ServiceName string `json:"serviceName"`
	DNSPolicy   string `json:"dnsPolicy"`
}

// PodSecurity is the security context of a pod as such.
type PodSecurity struct {
	UID           int64   `json:"uid"`
	MustNotBeRoot bool    `json:"mustNotBeRoot"`
	Seccomp       Profile `json:"seccomp"`
	AppArmor      Profile `json:"appArmor"`
	SELinux       SELinux `json:"selinux"`
	HostProcess   bool    `json:"hostProcess"`
}

// Task is what only an ECS task definition has.
type Task struct {
	// CPU is in cores, Memory in bytes; 0 where none is written.
	CPU    float64 `json:"cpu"`
	Memory int64   `json:"memory"`
	// NetworkMode is awsvpc, bridge, host, none or default (Windows).
	NetworkMode string `json:"networkMode"`
	// FargateSize is false if Fargate has no such pair of CPU and memory.
	FargateSize bool `json:"fargateSize"`
}

// Volume is storage that containers mount.
type Volume struct {
	Name string `json:"name"`
	// Type is "bind", "volume", "tmpfs", "emptyDir", "configMap", "secret",
	// "projected", "downwardAPI", "persistentVolumeClaim", "efs" or another of
	// the platform's types.
	Type string `json:"type"`
	// Source is the path on the host, for a bind mount (also one that a
	// volume driver's options hide).
	Source string `json:"source"`
	Driver string `json:"driver"`
	// Options are the driver's; values that may be secret are kept as written
	// and masked when shown.
	Options map[string]string `json:"options"`
	// Encrypted is true if data is encrypted on its way (EFS).
	Encrypted bool `json:"encrypted"`
	// Authorized is true if access is checked by IAM (EFS).
	Authorized bool `json:"authorized"`
}
