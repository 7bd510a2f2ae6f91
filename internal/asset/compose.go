package asset

// ComposeProject is what Compose files say beside the containers that they
// describe: facts for rules that only Compose needs. The containers are
// workloads.
type ComposeProject struct {
	// Name is as the files write it, "" where none is written.
	Name string `json:"name"`
	// Version is the obsolete key version, "" where none is written.
	Version string `json:"version"`
	// Files are the Compose files that were merged, in their order.
	Files []string `json:"files"`
	// Services are services and jobs, by name, also those that a provider runs.
	Services []ComposeService `json:"services"`
	Networks []ComposeNetwork `json:"networks"`
	// References are files that include and extends bring in.
	References []ComposeReference `json:"references"`
	EnvFiles   []ComposeEnvFile   `json:"envFiles"`
	Secrets    []ComposeSecret    `json:"secrets"`
	// Unset are variables that have neither a value nor a default, once for
	// each field that needs one.
	Unset []ComposeVariable `json:"unset"`
	// SharedNames and SharedPorts are what more than one container asks for.
	SharedNames []ComposeClash `json:"sharedNames"`
	SharedPorts []ComposeClash `json:"sharedPorts"`
	// RepeatedKeys are keys that stand twice in one mapping.
	RepeatedKeys []string `json:"repeatedKeys"`
}

// ComposeService is a service or job of a Compose project.
type ComposeService struct {
	Name          string `json:"name"`
	ContainerName string `json:"containerName"`
	Image         string `json:"image"`
	// Build is the folder or URL that the image is built from, "" for none.
	Build string `json:"build"`
	// PullPolicy says which of image and build counts; "" where none is written.
	PullPolicy string `json:"pullPolicy"`
	// Provider runs the service instead of a container, "" for none.
	Provider string   `json:"provider"`
	Profiles []string `json:"profiles"`
	// Active is false for a service whose profiles are not asked for.
	Active       bool                `json:"active"`
	Replicas     int64               `json:"replicas"`
	Ports        []ComposePort       `json:"ports"`
	Dependencies []ComposeDependency `json:"dependencies"`
	Hooks        []ComposeHook       `json:"hooks"`
	// Models are AI models that the service is bound to.
	Models []string `json:"models"`
	// Develop is true if files are copied into the container as they change.
	Develop bool `json:"develop"`
	// SwarmKeys are keys below deploy that only Swarm reads; where there are
	// some, SwarmIgnored are limits that Swarm does not read.
	SwarmKeys    []string `json:"swarmKeys"`
	SwarmIgnored []string `json:"swarmIgnored"`
}

// ComposePort is a published port as the file writes it.
type ComposePort struct {
	Text string `json:"text"`
	// Sexagesimal is true for an unquoted text such as 22:22, which YAML 1.1
	// reads as a number to the base of 60.
	Sexagesimal bool `json:"sexagesimal"`
}

// ComposeDependency is a service that is started before.
type ComposeDependency struct {
	Service   string `json:"service"`
	Condition string `json:"condition"`
	// Checked is true if that service has a health check in the file.
	Checked bool `json:"checked"`
}

// ComposeHook is a command that is run in a container when it starts or stops.
type ComposeHook struct {
	// When is "post_start" or "pre_stop".
	When string `json:"when"`
	// User is as written, "" for the container's own.
	User       string   `json:"user"`
	Root       bool     `json:"root"`
	Privileged bool     `json:"privileged"`
	Command    []string `json:"command"`
}

// ComposeNetwork is a network that the project declares.
type ComposeNetwork struct {
	Name string `json:"name"`
	// Driver is "" for the platform's own.
	Driver     string            `json:"driver"`
	Internal   bool              `json:"internal"`
	External   bool              `json:"external"`
	Attachable bool              `json:"attachable"`
	Options    map[string]string `json:"options"`
}

// ComposeReference is a file that another one brings in.
type ComposeReference struct {
	// Kind is "include" or "extends", Path as written.
	Kind string `json:"kind"`
	Path string `json:"path"`
	// Remote is true for Git repositories and OCI artifacts, Pinned if a remote
	// one is named by a commit or digest.
	Remote bool `json:"remote"`
	Pinned bool `json:"pinned"`
	// Outside is true for a file outside of the folder that is checked.
	Outside bool `json:"outside"`
}

// ComposeEnvFile is a file that a service takes variables from.
type ComposeEnvFile struct {
	Service string `json:"service"`
	Path    string `json:"path"`
	// Found is true if the file was there to be read.
	Found   bool `json:"found"`
	Outside bool `json:"outside"`
	// Secrets are the names of variables that hold a secret in plain text.
	Secrets []string `json:"secrets"`
}

// ComposeSecret is a secret that the project declares.
type ComposeSecret struct {
	Name string `json:"name"`
	// From is "file", "environment", "external" or "content".
	From string `json:"from"`
	// Source is the file's path or the variable's name.
	Source string `json:"source"`
	// Found is true for a file that stands in the folder that is checked.
	Found bool `json:"found"`
}

// ComposeVariable is a variable without a value in a field.
type ComposeVariable struct {
	Name string `json:"name"`
	// Field is where it is needed, "services.web.user".
	Field string `json:"field"`
	// Required is true for ${X:?message}.
	Required bool `json:"required"`
	// Sensitive is true if the field decides what a container may do.
	Sensitive bool `json:"sensitive"`
}

// ComposeClash is something that only one container can have.
type ComposeClash struct {
	Value    string   `json:"value"`
	Services []string `json:"services"`
}
