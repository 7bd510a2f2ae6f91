package kubernetes

import (
	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// template is a pod template with what stands around it.
type template struct {
	// object is the whole object, owner the spec that the template is in (also
	// that of a pod), job that of a Job or of a CronJob's template.
	object, owner, job document.Value
	metadata, spec     document.Value
}

// templateOf finds the pod template of an object. Kinds that extend Kubernetes
// are recognized by having one where the built-in ones do: Argo Rollouts,
// OpenShift's DeploymentConfig, Knative's Service, OpenKruise and others.
func templateOf(v document.Value, kind string) (template, bool) {
	spec := v.Get("spec")
	t := template{object: v, owner: spec, job: spec}
	inside := func(pod document.Value) (template, bool) {
		t.metadata, t.spec = pod.Get("metadata"), pod.Get("spec")
		return t, t.spec.IsMapping()
	}
	switch kind {
	case "Pod":
		t.metadata, t.spec = v.Get("metadata"), spec
		return t, spec.IsMapping()
	case "PodTemplate":
		return inside(v.Get("template"))
	}
	if job := spec.At("jobTemplate", "spec"); job.IsMapping() {
		t.job = job
		return inside(job.Get("template"))
	}
	for _, name := range []string{"template", "podTemplate"} {
		if found := spec.Get(name); found.At("spec", "containers").Exists() || versions[kind] != "" && found.IsMapping() {
			return inside(found)
		}
	}
	t.metadata, t.spec = v.Get("metadata"), spec // a Knative Revision is like a pod
	return t, kind == "Revision" && spec.Get("containers").IsList()
}

// templated are the built-in kinds that must have a pod template.
var templated = map[string]bool{
	"Pod": true, "PodTemplate": true, "ReplicationController": true, "Deployment": true, "ReplicaSet": true,
	"StatefulSet": true, "DaemonSet": true, "Job": true, "CronJob": true,
}

// workload reads an object with a pod template and tells if it is one.
func (d *decoder) workload(v document.Value, kind string) bool {
	t, found := templateOf(v, kind)
	if !found {
		if templated[kind] {
			d.problem(v, "the %s has no pod in it: spec is missing or in the wrong place", kind)
		}
		return templated[kind]
	}
	if !t.spec.Get("containers").IsList() {
		d.problem(t.spec, "the pod of the %s has no list of containers", kind)
	}
	p := pod{template: t, f: document.Facts{Origins: map[string]asset.Origin{}}}
	p.f.Explicit("", v)
	p.identify(kind)
	p.own()
	p.around(kind)
	p.inexpressible()
	d.objects.Workloads = append(d.objects.Workloads, asset.Subject[asset.Workload]{Facts: p.w, Origins: p.f.Origins})
	return true
}

// pod fills in one workload.
type pod struct {
	template
	f document.Facts
	w asset.Workload
}

func (p *pod) identify(kind string) {
	metadata := p.object.Get("metadata")
	p.w.Platform, p.w.Kind, p.w.OS = asset.PlatformKubernetes, kind, "linux"
	p.f.Text("name", metadata.Get("name"), &p.w.Name)
	if p.w.Name == "" {
		p.f.Text("name", metadata.Get("generateName"), &p.w.Name)
	}
	p.f.Text("namespace", metadata.Get("namespace"), &p.w.Namespace)
	if p.w.Namespace == "" {
		p.f.Default("namespace", metadata.Or(p.object))
	}
	p.f.Map("labels", p.metadata.Get("labels"), &p.w.Labels)
	p.f.Map("pod.annotations", p.metadata.Get("annotations"), &p.w.Pod.Annotations)
	p.f.Text("pod.apiVersion", p.object.Get("apiVersion"), &p.w.Pod.APIVersion)
	p.text("os", p.spec.At("os", "name"), &p.w.OS)
	p.w.Pod.Naked = kind == "Pod" && !metadata.Get("ownerReferences").Exists()
}

// text and truth read a setting of the pod, which has a default already.
func (p *pod) text(path string, v document.Value, into *string) {
	if v.Exists() {
		p.f.Text(path, v, into)
		return
	}
	p.f.Default(path, v.Or(p.spec))
}

func (p *pod) truth(path string, v document.Value, into *bool) {
	if v.Exists() {
		p.f.Bool(path, v, into)
		return
	}
	p.f.Default(path, v.Or(p.spec))
}

// around reads what the owner of the pods says about them.
func (p *pod) around(kind string) {
	pod := &p.w.Pod
	pod.Replicas = 1
	p.f.Default("pod.replicas", p.owner)
	p.f.Int("pod.replicas", p.owner.Get("replicas"), &pod.Replicas)
	p.selected(kind)
	deadline, ttl := p.owner.Get("startingDeadlineSeconds"), p.job.Get("ttlSecondsAfterFinished")
	pod.Deadline, pod.TTL = deadline.Exists(), ttl.Exists()
	p.f.Explicit("pod.deadline", deadline.Or(p.owner))
	p.f.Explicit("pod.ttl", ttl.Or(p.job))
	p.f.Text("pod.serviceName", p.owner.Get("serviceName"), &pod.ServiceName)
	pod.Strategy = map[string]string{"Deployment": "RollingUpdate", "StatefulSet": "RollingUpdate", "DaemonSet": "RollingUpdate"}[kind]
	p.text("pod.strategy", p.owner.At("strategy", "type"), &pod.Strategy)
	p.f.Text("pod.strategy", p.owner.At("updateStrategy", "type"), &pod.Strategy)
}

// selected compares the owner's selector with the labels of its pods. Without
// one the control plane makes it.
func (p *pod) selected(kind string) {
	v := p.owner.Get("selector")
	p.w.Pod.Selected = true
	p.f.Explicit("pod.selected", v.Or(p.owner))
	if kind == "Pod" || !v.IsMapping() {
		return
	}
	if v.Get("matchLabels").Exists() || v.Get("matchExpressions").Exists() {
		p.w.Pod.Selected = matches(selector(v), p.w.Labels)
		return
	}
	plain := asset.LabelSelector{Labels: texts(v)} // ReplicationController, DeploymentConfig
	p.w.Pod.Selected = matches(plain, p.w.Labels)
}

func (p *pod) inexpressible() {
	p.f.Inexpressible("Kubernetes shares the host name of the node with hostNetwork alone", "namespaces.uts")
	p.f.Inexpressible("Kubernetes leaves the cgroup namespace to the container runtime", "namespaces.cgroup")
	p.f.Inexpressible("Kubernetes has no networks to join by name: use a NetworkPolicy", "networks")
	p.f.Inexpressible("only ECS has tasks", "task", "launchTypes")
}
