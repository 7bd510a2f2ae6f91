package asset

// The kinds of Kubernetes object, other than workloads, that rules judge.
const (
	KindRBACRole       Kind = "rbac-role"
	KindRBACBinding    Kind = "rbac-binding"
	KindService        Kind = "service"
	KindIngress        Kind = "ingress"
	KindConfigMap      Kind = "config-map"
	KindServiceAccount Kind = "service-account"
	KindManifests      Kind = "manifests"
)

// Metadata is what every Kubernetes object has.
type Metadata struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	// Namespace is "" where none is written and for objects that are in none.
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// RBACRole is a Role or ClusterRole.
type RBACRole struct {
	Metadata Metadata   `json:"metadata"`
	Rules    []RBACRule `json:"rules"`
	// Aggregated is true if the control plane fills the rules in from other roles.
	Aggregated bool `json:"aggregated"`
	// Grants are what the rules allow, each verb on each resource: "get secrets",
	// "create pods/exec", "* *", with the group for those outside of the core
	// API: "patch deployments.apps". Rules for names alone (resourceNames) are
	// left out.
	Grants []string `json:"grants"`
}

// RBACRule is one rule of a role.
type RBACRule struct {
	APIGroups       []string `json:"apiGroups"`
	Resources       []string `json:"resources"`
	ResourceNames   []string `json:"resourceNames"`
	Verbs           []string `json:"verbs"`
	NonResourceURLs []string `json:"nonResourceURLs"`
}

// RBACBinding is a RoleBinding or ClusterRoleBinding.
type RBACBinding struct {
	Metadata Metadata `json:"metadata"`
	// RoleKind is "Role" or "ClusterRole".
	RoleKind string        `json:"roleKind"`
	RoleName string        `json:"roleName"`
	Subjects []RBACSubject `json:"subjects"`
}

// RBACSubject is who a role is given to.
type RBACSubject struct {
	// Kind is "User", "Group" or "ServiceAccount".
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// ServiceAccount is an identity of workloads.
type ServiceAccount struct {
	Metadata Metadata `json:"metadata"`
	// Automount is true if pods get its token unless they say otherwise.
	Automount bool `json:"automount"`
}

// Service is how workloads are reached by name.
type Service struct {
	Metadata Metadata `json:"metadata"`
	// Type is ClusterIP, NodePort, LoadBalancer or ExternalName.
	Type        string            `json:"type"`
	Selector    map[string]string `json:"selector"`
	Ports       []ServicePort     `json:"ports"`
	ExternalIPs []string          `json:"externalIPs"`
	// SourceRanges are the networks that a load balancer lets in; none stands
	// for everybody.
	SourceRanges []string `json:"sourceRanges"`
	// Internal is true if an annotation asks for a load balancer that is not on
	// the internet.
	Internal bool `json:"internal"`
	// Targets is how many of the workloads that were given together it selects.
	Targets int64 `json:"targets"`
	// Neighbours is how many of them are in its namespace.
	Neighbours int64 `json:"neighbours"`
}

// ServicePort is a port of a service.
type ServicePort struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol"`
	Port     int64  `json:"port"`
	// Target is the container's port, by number or name.
	Target   string `json:"target"`
	NodePort int64  `json:"nodePort"`
}

// Ingress is how HTTP comes in from outside.
type Ingress struct {
	Metadata Metadata `json:"metadata"`
	Class    string   `json:"class"`
	Hosts    []string `json:"hosts"`
	// TLSHosts are those that have a certificate; TLS is true if any has, also
	// one for all hosts.
	TLSHosts []string `json:"tlsHosts"`
	TLS      bool     `json:"tls"`
	// Services are those that requests go to.
	Services []string `json:"services"`
	// Missing are those of them that are not among what was given together.
	Missing []string `json:"missing"`
	// Neighbours is how many services in its namespace were given with it.
	Neighbours int64 `json:"neighbours"`
}

// NetworkPolicy says who may talk to the pods that it selects.
type NetworkPolicy struct {
	Metadata Metadata      `json:"metadata"`
	Selector LabelSelector `json:"selector"`
	// Ingress and Egress are true for the directions that it restricts.
	Ingress bool `json:"ingress"`
	Egress  bool `json:"egress"`
	// DeniesIngress and DeniesEgress are true if it lets nothing through.
	DeniesIngress bool `json:"deniesIngress"`
	DeniesEgress  bool `json:"deniesEgress"`
	// OpenIngress and OpenEgress are true if a rule lets everything through.
	OpenIngress bool `json:"openIngress"`
	OpenEgress  bool `json:"openEgress"`
	// Targets and Neighbours are as for Service.
	Targets    int64 `json:"targets"`
	Neighbours int64 `json:"neighbours"`
}

// LabelSelector selects objects by their labels; an empty one selects all.
type LabelSelector struct {
	Labels      map[string]string  `json:"labels"`
	Expressions []LabelRequirement `json:"expressions"`
}

// LabelRequirement is one expression of a LabelSelector.
type LabelRequirement struct {
	Key string `json:"key"`
	// Operator is In, NotIn, Exists or DoesNotExist.
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

// Namespace is a Kubernetes namespace, also one that objects are in without
// its being declared.
type Namespace struct {
	Metadata Metadata `json:"metadata"`
	// Declared is true if a Namespace object was given.
	Declared bool `json:"declared"`
	// Workloads is how many workloads in it were given.
	Workloads int64 `json:"workloads"`
	// PodSecurity is the enforced Pod Security Standard: "", "privileged",
	// "baseline" or "restricted".
	PodSecurity string `json:"podSecurity"`
	// DefaultDenyIngress and DefaultDenyEgress are true if a policy restricts
	// the direction for all of its pods.
	DefaultDenyIngress bool `json:"defaultDenyIngress"`
	DefaultDenyEgress  bool `json:"defaultDenyEgress"`
	LimitRange         bool `json:"limitRange"`
	ResourceQuota      bool `json:"resourceQuota"`
}

// ConfigMap is configuration that is not secret.
type ConfigMap struct {
	Metadata Metadata `json:"metadata"`
	// Data are its entries, binary ones without their value.
	Data []ConfigEntry `json:"data"`
}

// ConfigEntry is one entry of a ConfigMap.
type ConfigEntry struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// DisruptionBudget is a PodDisruptionBudget.
type DisruptionBudget struct {
	Metadata Metadata      `json:"metadata"`
	Selector LabelSelector `json:"selector"`
	// MinAvailable and MaxUnavailable are a number or a percentage, "" for none.
	MinAvailable   string `json:"minAvailable"`
	MaxUnavailable string `json:"maxUnavailable"`
	// BlocksEviction is true if no pod may ever be evicted, so that nodes cannot
	// be drained.
	BlocksEviction bool `json:"blocksEviction"`
	// Targets and Neighbours are as for Service.
	Targets    int64 `json:"targets"`
	Neighbours int64 `json:"neighbours"`
}

// Autoscaler is a HorizontalPodAutoscaler.
type Autoscaler struct {
	Metadata    Metadata `json:"metadata"`
	TargetKind  string   `json:"targetKind"`
	TargetName  string   `json:"targetName"`
	MinReplicas int64    `json:"minReplicas"`
	MaxReplicas int64    `json:"maxReplicas"`
	// Found is true if the target was given together with it; FixedReplicas if
	// the target also says how many replicas it wants.
	Found         bool `json:"found"`
	FixedReplicas bool `json:"fixedReplicas"`
	// Neighbours is as for Service.
	Neighbours int64 `json:"neighbours"`
}

// LimitRange holds defaults of a namespace for containers that say nothing.
type LimitRange struct {
	Metadata Metadata `json:"metadata"`
	// Memory is the limit in bytes, CPU in cores; 0 for none.
	Memory int64   `json:"memory"`
	CPU    float64 `json:"cpu"`
}

// ResourceQuota bounds what a namespace may use.
type ResourceQuota struct {
	Metadata Metadata          `json:"metadata"`
	Hard     map[string]string `json:"hard"`
}

// ManifestWorkload is a workload among other objects.
type ManifestWorkload struct {
	Kind      string            `json:"kind"`
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	Replicas  int64             `json:"replicas"`
	// IngressPolicies and EgressPolicies are how many policies restrict it.
	IngressPolicies int64 `json:"ingressPolicies"`
	EgressPolicies  int64 `json:"egressPolicies"`
	// Budgets is how many PodDisruptionBudgets select it.
	Budgets        int64  `json:"budgets"`
	ServiceAccount string `json:"serviceAccount"`
	// SharesAccount is true if workloads of another name have the same service
	// account, and it is not the namespace's default one.
	SharesAccount bool `json:"sharesAccount"`
	// AccountFound is true if the service account was given, or needs not be.
	AccountFound bool `json:"accountFound"`
	// AccountsGiven is how many service accounts of its namespace were given.
	AccountsGiven int64 `json:"accountsGiven"`
	// ExposedBy are the services and ingresses, "Service web", through which it
	// can be reached from outside of the cluster.
	ExposedBy []string `json:"exposedBy"`
}

// Manifests are all Kubernetes objects that were given together, for what
// shows only in their relations.
type Manifests struct {
	Workloads       []ManifestWorkload `json:"workloads"`
	Namespaces      []Namespace        `json:"namespaces"`
	Services        []Service          `json:"services"`
	Ingresses       []Ingress          `json:"ingresses"`
	NetworkPolicies []NetworkPolicy    `json:"networkPolicies"`
	Budgets         []DisruptionBudget `json:"budgets"`
	Autoscalers     []Autoscaler       `json:"autoscalers"`
	LimitRanges     []LimitRange       `json:"limitRanges"`
	ResourceQuotas  []ResourceQuota    `json:"resourceQuotas"`
}
