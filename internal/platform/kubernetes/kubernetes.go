// Package kubernetes reads Kubernetes manifests: every object with a pod
// template into a workload, with the API server's defaults filled in, and the
// objects around them that rules judge. It follows the API of Kubernetes 1.37
// (k8s.io/api) and needs no cluster.
package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

const (
	// maxObjects bounds what one file may describe.
	maxObjects = 10_000
	// maxLists bounds lists of lists.
	maxLists = 5
)

// ErrNotRendered is a file that a tool makes manifests of; it is none itself.
var ErrNotRendered = errors.New("not a manifest: render it first")

// Problem is a part of a file that could not be read.
type Problem struct {
	// Line is 0 if the sentence says where it is.
	Line    int
	Message string
}

func (p Problem) Error() string {
	if p.Line == 0 {
		return p.Message
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Message)
}

// Objects are what a file describes.
type Objects struct {
	Workloads       []asset.Subject[asset.Workload]
	Roles           []asset.Subject[asset.RBACRole]
	Bindings        []asset.Subject[asset.RBACBinding]
	ServiceAccounts []asset.Subject[asset.ServiceAccount]
	Services        []asset.Subject[asset.Service]
	Ingresses       []asset.Subject[asset.Ingress]
	NetworkPolicies []asset.Subject[asset.NetworkPolicy]
	Namespaces      []asset.Subject[asset.Namespace]
	ConfigMaps      []asset.Subject[asset.ConfigMap]
	Budgets         []asset.Subject[asset.DisruptionBudget]
	Autoscalers     []asset.Subject[asset.Autoscaler]
	LimitRanges     []asset.Subject[asset.LimitRange]
	ResourceQuotas  []asset.Subject[asset.ResourceQuota]
	// Problems are the parts of the file that could not be read.
	Problems []Problem
}

// Decode reads a file of one or more manifests, YAML or JSON, Lists too. Objects
// that nothing is asked of are passed over. The error is for a file of which
// nothing can be read: ErrNotRendered for a Helm template or a kustomization.
func Decode(file string, content []byte) (*Objects, error) {
	if isTemplate(content) {
		return nil, fmt.Errorf("this is a template, %w (helm template, kubectl kustomize)", ErrNotRendered)
	}
	documents, err := document.Parse(file, content)
	if err != nil && len(documents) == 0 {
		return nil, err
	}
	d := &decoder{objects: &Objects{}}
	if err != nil {
		d.objects.Problems = append(d.objects.Problems, Problem{Message: err.Error()})
	}
	for _, root := range documents {
		d.value(root, 0)
	}
	if d.kustomization && d.read == 0 {
		return nil, fmt.Errorf("this is a kustomization, %w (kubectl kustomize)", ErrNotRendered)
	}
	return d.objects, nil
}

// isTemplate recognizes Go's template actions outside of quoted text: a flow
// mapping never begins with two braces.
func isTemplate(content []byte) bool {
	for line := range bytes.Lines(content) {
		text := bytes.TrimSpace(line)
		before, _, found := bytes.Cut(text, []byte("{{"))
		if !found || bytes.HasPrefix(text, []byte("#")) {
			continue
		}
		if len(before) == 0 || bytes.HasSuffix(before, []byte(": ")) || bytes.HasSuffix(before, []byte("- ")) {
			return true
		}
	}
	return false
}

type decoder struct {
	objects *Objects
	// read counts the objects.
	read          int
	kustomization bool
}

func (d *decoder) problem(v document.Value, format string, arguments ...any) {
	d.objects.Problems = append(d.objects.Problems, Problem{v.Line(), fmt.Sprintf(format, arguments...)})
}

// value reads an object, or those of a list.
func (d *decoder) value(v document.Value, depth int) {
	kind := v.Get("kind").Text()
	items := v.Items()
	if strings.HasSuffix(kind, "List") && v.Get("items").IsList() {
		items = v.Get("items").Items()
	}
	switch {
	case d.read >= maxObjects:
	case len(items) > 0 && depth < maxLists:
		for _, item := range items {
			d.value(item, depth+1)
		}
	case len(items) > 0:
		d.problem(v, "lists are nested deeper than the %d levels that are read", maxLists)
	case strings.HasSuffix(kind, "List") && v.Get("items").IsList(), v.IsList():
	default:
		d.object(v, kind)
	}
}

func (d *decoder) object(v document.Value, kind string) {
	version := v.Get("apiVersion").Text()
	group, _, hasGroup := strings.Cut(version, "/")
	if !hasGroup {
		group = ""
	}
	switch {
	case !v.IsMapping():
		d.problem(v, "a Kubernetes object is expected here, not %s", v.Kind())
		return
	case version == "" || kind == "":
		d.problem(v, "this is no Kubernetes object: it needs apiVersion and kind")
		return
	case group == "kustomize.config.k8s.io":
		d.kustomization = true
		return
	case !known(version, kind):
		d.problem(v.Get("apiVersion"), "Kubernetes has had no %s of version %s, so nobody can tell what it means: correct apiVersion", kind, version)
		return
	}
	if d.read++; d.read == maxObjects {
		d.problem(v, "the file has more than the %d objects that are read", maxObjects)
		return
	}
	if !d.workload(v, kind) {
		d.other(v, group, kind)
	}
}

// versions are those of the built-in kinds that rules look at, retired ones too
// (Kubernetes, "Deprecated API Migration Guide").
var versions = map[string]string{
	"Pod": "v1", "PodTemplate": "v1", "ReplicationController": "v1", "Namespace": "v1", "ConfigMap": "v1",
	"ServiceAccount": "v1", "LimitRange": "v1", "ResourceQuota": "v1",
	"Deployment":              "apps/v1 apps/v1beta1 apps/v1beta2 extensions/v1beta1",
	"ReplicaSet":              "apps/v1 apps/v1beta2 extensions/v1beta1",
	"StatefulSet":             "apps/v1 apps/v1beta1 apps/v1beta2",
	"DaemonSet":               "apps/v1 apps/v1beta2 extensions/v1beta1",
	"Job":                     "batch/v1",
	"CronJob":                 "batch/v1 batch/v1beta1 batch/v2alpha1",
	"NetworkPolicy":           "networking.k8s.io/v1 extensions/v1beta1",
	"Ingress":                 "networking.k8s.io/v1 networking.k8s.io/v1beta1 extensions/v1beta1",
	"PodDisruptionBudget":     "policy/v1 policy/v1beta1",
	"HorizontalPodAutoscaler": "autoscaling/v1 autoscaling/v2 autoscaling/v2beta1 autoscaling/v2beta2",
	"Role":                    rbacVersions, "ClusterRole": rbacVersions, "RoleBinding": rbacVersions, "ClusterRoleBinding": rbacVersions,
}

const rbacVersions = "rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1"

// builtin are the API groups of the kinds in versions; elsewhere a kind of the
// same name is somebody else's.
const builtin = " v1 apps batch extensions networking.k8s.io policy autoscaling rbac.authorization.k8s.io "

// known is false for a built-in kind in a version that there never was.
func known(version, kind string) bool {
	group, _, _ := strings.Cut(version, "/")
	all := versions[kind]
	if all == "" || !strings.Contains(builtin, " "+group+" ") {
		return true
	}
	return strings.Contains(" "+all+" ", " "+version+" ")
}
