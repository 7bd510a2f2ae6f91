package asset

// ECSService is a service or a task set of Amazon ECS: what keeps tasks running
// and lets traffic reach them.
type ECSService struct {
	Name string `json:"name"`
	// Kind is "service" or "task set".
	Kind           string `json:"kind"`
	Cluster        string `json:"cluster"`
	TaskDefinition string `json:"taskDefinition"`
	// LaunchType is EC2, FARGATE or EXTERNAL, "" where capacity providers decide.
	LaunchType        string   `json:"launchType"`
	CapacityProviders []string `json:"capacityProviders"`
	// PlatformVersion is that of Fargate, "LATEST" where none is written.
	PlatformVersion string `json:"platformVersion"`
	// OS is "linux" or "windows", which have Fargate versions of their own.
	OS             string   `json:"os"`
	AssignPublicIP bool     `json:"assignPublicIP"`
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups"`
	// Replicas is desiredCount; 1 where none is written.
	Replicas int64 `json:"replicas"`
	// Scheduling is REPLICA or DAEMON.
	Scheduling string `json:"scheduling"`
	// Controller is ECS, CODE_DEPLOY or EXTERNAL.
	Controller string `json:"controller"`
	// CircuitBreaker stops a deployment whose tasks do not start; Rollback goes
	// back to the last one that worked.
	CircuitBreaker bool `json:"circuitBreaker"`
	Rollback       bool `json:"rollback"`
	// ExecEnabled is true if people may start commands in its containers.
	ExecEnabled bool `json:"execEnabled"`
	// LoadBalanced is true if a load balancer or Service Connect leads to it.
	LoadBalanced bool `json:"loadBalanced"`
	// Role is the service's own IAM role, "" for the service-linked one.
	Role string            `json:"role"`
	Tags map[string]string `json:"tags"`
}

// ECSCluster is where services and tasks of Amazon ECS run.
type ECSCluster struct {
	Name string `json:"name"`
	// ContainerInsights is "disabled", "enabled" or "enhanced".
	ContainerInsights string `json:"containerInsights"`
	// Exec says how commands in containers are recorded.
	Exec              ECSExec           `json:"exec"`
	CapacityProviders []string          `json:"capacityProviders"`
	Tags              map[string]string `json:"tags"`
}

// ECSExec is a cluster's executeCommandConfiguration.
type ECSExec struct {
	// Logging is NONE, DEFAULT (where the task logs to) or OVERRIDE.
	Logging string `json:"logging"`
	// LogGroup and Bucket are where OVERRIDE writes to.
	LogGroup string `json:"logGroup"`
	Bucket   string `json:"bucket"`
	// LogsEncrypted is true if those are encrypted.
	LogsEncrypted bool `json:"logsEncrypted"`
	// Key is the customer's key that sessions are encrypted with, "" for none.
	Key string `json:"key"`
}

// ECSCapacityProvider lends the instances of an Auto Scaling group to a cluster.
type ECSCapacityProvider struct {
	Name string `json:"name"`
	// ManagedScaling and TerminationProtection are ENABLED in the API.
	ManagedScaling        bool              `json:"managedScaling"`
	TerminationProtection bool              `json:"terminationProtection"`
	Tags                  map[string]string `json:"tags"`
}
