package asset

// Container is one container of a workload, as it is asked for. Every number is
// 0 and every text "" where nothing is written and the platform has no default;
// Origins tell a written zero from an absent one.
type Container struct {
	Name string `json:"name"`
	// Role is one of the Role constants.
	Role  string         `json:"role"`
	Image ImageReference `json:"image"`

	// User is the user as written, without the group.
	User string `json:"user"`
	// UID is the number that User stands for, unknown (see Origins) for a name
	// or where the image decides.
	UID   int64  `json:"uid"`
	Group string `json:"group"`
	GID   int64  `json:"gid"`
	// MustNotBeRoot is true if the platform refuses to start it as uid 0.
	MustNotBeRoot bool `json:"mustNotBeRoot"`
	// Groups are further groups, by name or number.
	Groups []string `json:"groups"`

	Privileged      bool         `json:"privileged"`
	NoNewPrivileges bool         `json:"noNewPrivileges"`
	Capabilities    Capabilities `json:"capabilities"`
	ReadOnlyRoot    bool         `json:"readOnlyRoot"`
	Seccomp         Profile      `json:"seccomp"`
	AppArmor        Profile      `json:"appArmor"`
	SELinux         SELinux      `json:"selinux"`
	// ProcUnmasked is true if /proc and /sys show all of the kernel.
	ProcUnmasked bool `json:"procUnmasked"`
	// HostProcess is true for a Windows container that runs on the host.
	HostProcess bool `json:"hostProcess"`

	Resources Resources `json:"resources"`
	OOM       OOM       `json:"oom"`
	// CgroupParent is "" for the platform's own.
	CgroupParent string `json:"cgroupParent"`
	// Runtime is the OCI runtime, "" for the platform's own.
	Runtime string `json:"runtime"`
	// Init is true if a small init process reaps zombies.
	Init bool `json:"init"`

	Devices []Device      `json:"devices"`
	Mounts  []Mount       `json:"mounts"`
	Ports   []PortMapping `json:"ports"`
	// PublishAll is true if every exposed port is published.
	PublishAll bool         `json:"publishAll"`
	Env        []EnvSetting `json:"env"`
	// EnvFiles are files and objects that more of the environment comes from.
	EnvFiles []string `json:"envFiles"`

	Entrypoint []string          `json:"entrypoint"`
	Command    []string          `json:"command"`
	WorkingDir string            `json:"workingDir"`
	Labels     map[string]string `json:"labels"`

	Restart     Restart `json:"restart"`
	Healthcheck Probe   `json:"healthcheck"`
	// Readiness and Startup are Kubernetes probes; its liveness probe is Healthcheck.
	Readiness Probe `json:"readiness"`
	Startup   Probe `json:"startup"`
	// ProbeHosts are hosts that Kubernetes' probes and lifecycle hooks ask
	// instead of the container.
	ProbeHosts []string `json:"probeHosts"`
	Logging    Logging  `json:"logging"`
	// Links are containers that are joined by --link, VolumesFrom those whose
	// volumes are mounted.
	Links       []string `json:"links"`
	VolumesFrom []string `json:"volumesFrom"`
	DNS         []string `json:"dns"`
	// Essential is true if the workload ends with the container.
	Essential bool `json:"essential"`
}

// Values of Container.Role.
const (
	RoleMain      = "main"
	RoleInit      = "init"
	RoleSidecar   = "sidecar"
	RoleEphemeral = "ephemeral"
)

// ImageReference is an image as a workload names it.
type ImageReference struct {
	// Reference is as written, "" if the image is built here (see Build).
	Reference string `json:"reference"`
	// Repository has the registry in front, "docker.io/library/nginx".
	Repository string `json:"repository"`
	// Tag is "latest" where neither tag nor digest is written.
	Tag    string `json:"tag"`
	Digest string `json:"digest"`
	// Build is the folder that the image is built from, "" for none.
	Build string `json:"build"`
	// PullPolicy is the platform's word, "" where none is written.
	PullPolicy string `json:"pullPolicy"`
}

// Capabilities are changes to the runtime's set, in capabilities(7)'s names
// without CAP_ and in upper case; ALL stands for all.
type Capabilities struct {
	Add  []string `json:"add"`
	Drop []string `json:"drop"`
}

// Profile is a seccomp or AppArmor profile.
type Profile struct {
	// Type is "default" (the runtime's), "unconfined", "custom", or "" where
	// nothing is written and the platform has no default.
	Type string `json:"type"`
	// Name is the custom profile's name or path.
	Name string `json:"name"`
}

// SELinux is the label that is asked for; empty for an automatic one.
type SELinux struct {
	Disabled bool   `json:"disabled"`
	User     string `json:"user"`
	Role     string `json:"role"`
	Type     string `json:"type"`
	Level    string `json:"level"`
}

// Resources are what a container may use. 0 stands for no limit.
type Resources struct {
	// Memory is in bytes.
	Memory MemoryResource `json:"memory"`
	// CPU is in cores.
	CPU  CPUResource  `json:"cpu"`
	PIDs PIDsResource `json:"pids"`
	// EphemeralStorage is the writable layer and logs on Kubernetes, in bytes.
	EphemeralStorage StorageResource `json:"ephemeralStorage"`
	// SharedMemory is the size of /dev/shm, in bytes.
	SharedMemory int64    `json:"sharedMemory"`
	Ulimits      []Ulimit `json:"ulimits"`
}

// MemoryResource is in bytes.
type MemoryResource struct {
	Limit   int64 `json:"limit"`
	Request int64 `json:"request"`
	// SwapLimit is memory and swap together; -1 stands for no limit on swap, 0
	// for the platform's default.
	SwapLimit int64 `json:"swapLimit"`
}

// CPUResource is in cores.
type CPUResource struct {
	Limit   float64 `json:"limit"`
	Request float64 `json:"request"`
	// Shares is a weight, which binds only when processors are busy.
	Shares int64 `json:"shares"`
	// Set lists the processors that may be used, "0-3".
	Set string `json:"set"`
}

// PIDsResource bounds processes and threads. -1 stands for no limit, written.
type PIDsResource struct {
	Limit int64 `json:"limit"`
}

// StorageResource is in bytes.
type StorageResource struct {
	Limit   int64 `json:"limit"`
	Request int64 `json:"request"`
}

// Ulimit is a limit of setrlimit(2) in its own unit; -1 stands for unlimited.
type Ulimit struct {
	Name string `json:"name"`
	Soft int64  `json:"soft"`
	Hard int64  `json:"hard"`
}

// OOM says what happens when memory runs out.
type OOM struct {
	KillDisabled bool `json:"killDisabled"`
	// ScoreAdjustment is -1000 (never killed) to 1000.
	ScoreAdjustment int64 `json:"scoreAdjustment"`
}

// Device is a device of the host, or a rule that gives access to some.
type Device struct {
	// Source is the path on the host, a device cgroup rule, or a driver's name
	// for devices asked for by kind.
	Source string `json:"source"`
	Target string `json:"target"`
	// Permissions are some of r, w and m.
	Permissions string `json:"permissions"`
}

// Mount is storage at a path of the container.
type Mount struct {
	// Type is that of the volume; see Volume.Type.
	Type string `json:"type"`
	// Source is the path on the host for a bind mount, else the volume's name.
	Source string `json:"source"`
	Target string `json:"target"`
	// SubPath is the part of the volume that is mounted.
	SubPath  string `json:"subPath"`
	ReadOnly bool   `json:"readOnly"`
	// Propagation is mount(8)'s word; "rprivate" where none is written.
	Propagation string `json:"propagation"`
	// Relabel is "z" (shared), "Z" (private) or "".
	Relabel string `json:"relabel"`
	// Size is that of a tmpfs in bytes, 0 for no limit.
	Size int64 `json:"size"`
	// Options are further ones as written: "noexec".
	Options []string `json:"options"`
}

// PortMapping is a container's port that is reachable from outside.
type PortMapping struct {
	// HostIP is the address that the host listens on; "0.0.0.0" or "::" where
	// none is written and the platform listens everywhere.
	HostIP string `json:"hostIP"`
	// HostPort is 0 for one that the platform chooses; HostPortEnd is the last
	// of a range, else the same.
	HostPort    int64 `json:"hostPort"`
	HostPortEnd int64 `json:"hostPortEnd"`
	Port        int64 `json:"port"`
	// Protocol is tcp, udp or sctp.
	Protocol string `json:"protocol"`
	// Published is false for a port that is only declared.
	Published bool `json:"published"`
}

// EnvSetting is one variable of a container's environment.
type EnvSetting struct {
	Name string `json:"name"`
	// Value is "" where From is not EnvValue.
	Value string `json:"value"`
	// From is one of the Env constants.
	From string `json:"from"`
	// Ref names the secret or object, "database/password".
	Ref string `json:"ref"`
}

// Values of EnvSetting.From.
const (
	EnvValue  = "value"
	EnvSecret = "secret"
	EnvConfig = "config"
	EnvField  = "field"
	// EnvHost is a variable taken from whoever starts the workload.
	EnvHost = "host"
)

// Restart says when a container is started again.
type Restart struct {
	// Policy is "no", "always", "on-failure" or "unless-stopped".
	Policy string `json:"policy"`
	// MaxRetries is 0 for no limit.
	MaxRetries int64 `json:"maxRetries"`
}

// Probe asks a container if it is well.
type Probe struct {
	// Set is false where nothing asks, also where a check was switched off.
	Set bool `json:"set"`
	// Test is the command, the path of a GET request or a port's number.
	Test []string `json:"test"`
	// Port is the port that is asked, 0 for a command.
	Port int64 `json:"port"`
}

// Logging is where output goes.
type Logging struct {
	// Driver is "" for the platform's own.
	Driver  string            `json:"driver"`
	Options map[string]string `json:"options"`
}
