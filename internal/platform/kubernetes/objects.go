package kubernetes

import (
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// other reads the objects around workloads.
func (d *decoder) other(v document.Value, group, kind string) {
	o := d.objects
	switch group + "/" + kind {
	case "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole":
		add(&o.Roles, v, readRole)
	case "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding":
		add(&o.Bindings, v, readBinding)
	case "/ServiceAccount":
		add(&o.ServiceAccounts, v, readServiceAccount)
	case "/Service":
		add(&o.Services, v, readService)
	case "networking.k8s.io/Ingress", "extensions/Ingress":
		add(&o.Ingresses, v, readIngress)
	case "networking.k8s.io/NetworkPolicy", "extensions/NetworkPolicy":
		add(&o.NetworkPolicies, v, readNetworkPolicy)
	case "/Namespace":
		add(&o.Namespaces, v, readNamespace)
	case "/ConfigMap":
		add(&o.ConfigMaps, v, readConfigMap)
	case "policy/PodDisruptionBudget":
		add(&o.Budgets, v, readBudget)
	case "autoscaling/HorizontalPodAutoscaler":
		add(&o.Autoscalers, v, readAutoscaler)
	case "/LimitRange":
		add(&o.LimitRanges, v, readLimitRange)
	case "/ResourceQuota":
		add(&o.ResourceQuotas, v, readResourceQuota)
	}
}

// add reads one object into a list.
func add[T any](into *[]asset.Subject[T], v document.Value, read func(document.Facts, document.Value) T) {
	f := document.Facts{Origins: map[string]asset.Origin{}}
	f.Explicit("", v)
	*into = append(*into, asset.Subject[T]{Facts: read(f, v), Origins: f.Origins})
}

func metadata(f document.Facts, v document.Value) asset.Metadata {
	var m asset.Metadata
	f = f.Under("metadata.")
	f.Text("apiVersion", v.Get("apiVersion"), &m.APIVersion)
	f.Text("kind", v.Get("kind"), &m.Kind)
	f.Text("name", v.At("metadata", "name"), &m.Name)
	f.Text("namespace", v.At("metadata", "namespace"), &m.Namespace)
	f.Map("labels", v.At("metadata", "labels"), &m.Labels)
	f.Map("annotations", v.At("metadata", "annotations"), &m.Annotations)
	return m
}

func readServiceAccount(f document.Facts, v document.Value) asset.ServiceAccount {
	account := asset.ServiceAccount{Metadata: metadata(f, v), Automount: true}
	f.Default("automount", v)
	f.Bool("automount", v.Get("automountServiceAccountToken"), &account.Automount)
	return account
}

func readNamespace(f document.Facts, v document.Value) asset.Namespace {
	n := asset.Namespace{Metadata: metadata(f, v), Declared: true}
	f.Default("podSecurity", v)
	f.Text("podSecurity", v.At("metadata", "labels", "pod-security.kubernetes.io/enforce"), &n.PodSecurity)
	return n
}

func readConfigMap(f document.Facts, v document.Value) asset.ConfigMap {
	m := asset.ConfigMap{Metadata: metadata(f, v)}
	document.Pairs(f, "data", v.Get("data"), &m.Data, func(f document.Facts, name string, value document.Value) asset.ConfigEntry {
		entry := asset.ConfigEntry{Name: name}
		f.Text("value", value, &entry.Value)
		return entry
	})
	document.Pairs(f, "data", v.Get("binaryData"), &m.Data, func(f document.Facts, name string, value document.Value) asset.ConfigEntry {
		f.Note("value", value.Unknown("it is binary"))
		return asset.ConfigEntry{Name: name}
	})
	return m
}

func readBudget(f document.Facts, v document.Value) asset.DisruptionBudget {
	spec := v.Get("spec")
	b := asset.DisruptionBudget{Metadata: metadata(f, v), Selector: selector(spec.Get("selector"))}
	f.Explicit("selector", spec.Get("selector").Or(spec))
	f.Text("minAvailable", spec.Get("minAvailable"), &b.MinAvailable)
	f.Text("maxUnavailable", spec.Get("maxUnavailable"), &b.MaxUnavailable)
	b.BlocksEviction = strings.TrimSuffix(b.MaxUnavailable, "%") == "0" || b.MinAvailable == "100%"
	f.Explicit("blocksEviction", spec.Get("maxUnavailable").Or(spec.Get("minAvailable").Or(spec)))
	return b
}

func readAutoscaler(f document.Facts, v document.Value) asset.Autoscaler {
	spec := v.Get("spec")
	a := asset.Autoscaler{Metadata: metadata(f, v), MinReplicas: 1}
	f.Text("targetKind", spec.At("scaleTargetRef", "kind"), &a.TargetKind)
	f.Text("targetName", spec.At("scaleTargetRef", "name"), &a.TargetName)
	f.Default("minReplicas", spec)
	f.Int("minReplicas", spec.Get("minReplicas"), &a.MinReplicas)
	f.Int("maxReplicas", spec.Get("maxReplicas"), &a.MaxReplicas)
	return a
}

// readLimitRange reads what a container gets that sets no limit of its own. A
// maximum without a default is the default too.
func readLimitRange(f document.Facts, v document.Value) asset.LimitRange {
	l := asset.LimitRange{Metadata: metadata(f, v)}
	for _, limit := range v.At("spec", "limits").Items() {
		if limit.Get("type").Text() != "Container" {
			continue
		}
		for _, values := range []document.Value{limit.Get("max"), limit.Get("default")} {
			document.Parsed(f, "memory", values.Get("memory"), &l.Memory, "a quantity such as 128Mi", wholeQuantity)
			document.Parsed(f, "cpu", values.Get("cpu"), &l.CPU, "a quantity such as 100m", fractionQuantity)
		}
	}
	return l
}

func readResourceQuota(f document.Facts, v document.Value) asset.ResourceQuota {
	q := asset.ResourceQuota{Metadata: metadata(f, v)}
	f.Map("hard", v.At("spec", "hard"), &q.Hard)
	return q
}
