package kubernetes

import (
	"slices"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// Relate fills in what shows only when all objects of a run are together, and
// gives that as facts of its own. It also completes the workloads: with the
// limits that a LimitRange gives to their containers, and with what their
// service accounts say about tokens.
func Relate(files []*Objects) asset.Subject[asset.Manifests] {
	around := relation{all: merge(files)}
	for _, file := range files {
		for i := range file.Workloads {
			around.complete(&file.Workloads[i])
		}
	}
	r := relation{all: merge(files), origins: map[string]asset.Origin{}}
	r.workloads()
	r.policies()
	r.services()
	r.budgets()
	r.autoscalers()
	r.namespaces()
	r.facts.LimitRanges = collect(&r, "limitRanges", r.all.LimitRanges)
	r.facts.ResourceQuotas = collect(&r, "resourceQuotas", r.all.ResourceQuotas)
	return asset.Subject[asset.Manifests]{Facts: r.facts, Origins: r.origins}
}

// relation fills in Manifests.
type relation struct {
	all     Objects
	facts   asset.Manifests
	origins map[string]asset.Origin
}

func merge(files []*Objects) Objects {
	var all Objects
	for _, o := range files {
		all.Workloads = append(all.Workloads, o.Workloads...)
		all.ServiceAccounts = append(all.ServiceAccounts, o.ServiceAccounts...)
		all.Services = append(all.Services, o.Services...)
		all.Ingresses = append(all.Ingresses, o.Ingresses...)
		all.NetworkPolicies = append(all.NetworkPolicies, o.NetworkPolicies...)
		all.Namespaces = append(all.Namespaces, o.Namespaces...)
		all.Budgets = append(all.Budgets, o.Budgets...)
		all.Autoscalers = append(all.Autoscalers, o.Autoscalers...)
		all.LimitRanges = append(all.LimitRanges, o.LimitRanges...)
		all.ResourceQuotas = append(all.ResourceQuotas, o.ResourceQuotas...)
	}
	return all
}

// collect gives the facts of objects and notes their origins below a list.
func collect[T any](r *relation, list string, subjects []asset.Subject[T]) []T {
	facts := make([]T, len(subjects))
	for i, s := range subjects {
		facts[i] = s.Facts
		r.note(list, i, s.Origins)
	}
	return facts
}

func (r *relation) note(list string, i int, origins map[string]asset.Origin) {
	prefix := document.Index(list, i)
	for path, origin := range origins {
		r.origins[strings.TrimSuffix(prefix+"."+path, ".")] = origin
	}
}

// complete fills a workload in with what other objects decide.
func (r *relation) complete(w *asset.Subject[asset.Workload]) {
	for i := range r.all.LimitRanges {
		if l := &r.all.LimitRanges[i]; l.Facts.Metadata.Namespace == w.Facts.Namespace {
			applyLimits(w, l)
		}
	}
	written := w.Origins["identity.tokenMounted"].Kind != asset.PlatformDefault
	for i := range r.all.ServiceAccounts {
		account := &r.all.ServiceAccounts[i]
		m := &account.Facts.Metadata
		if m.Namespace == w.Facts.Namespace && m.Name == w.Facts.Identity.ServiceAccount && !written && !account.Facts.Automount {
			w.Facts.Identity.TokenMounted = false
			w.Origins["identity.tokenMounted"] = inheritedFrom(account.Origins["automount"])
		}
	}
}

func inheritedFrom(origin asset.Origin) asset.Origin {
	origin.Kind = asset.Inherited
	return origin
}

// applyLimits gives a LimitRange's limits to the containers that have none.
func applyLimits(w *asset.Subject[asset.Workload], l *asset.Subject[asset.LimitRange]) {
	for i := range w.Facts.Containers {
		r := &w.Facts.Containers[i].Resources
		memory, cpu := document.Index("containers", i)+".resources.memory.limit", document.Index("containers", i)+".resources.cpu.limit"
		if w.Origins[memory].Kind == asset.PlatformDefault && l.Facts.Memory > 0 {
			r.Memory.Limit = l.Facts.Memory
			w.Origins[memory] = inheritedFrom(l.Origins["memory"])
		}
		if w.Origins[cpu].Kind == asset.PlatformDefault && l.Facts.CPU > 0 {
			r.CPU.Limit = l.Facts.CPU
			w.Origins[cpu] = inheritedFrom(l.Origins["cpu"])
		}
	}
}

func (r *relation) workloads() {
	for i := range r.all.Workloads {
		s := &r.all.Workloads[i]
		w := &s.Facts
		m := asset.ManifestWorkload{
			Kind: w.Kind, Name: w.Name, Namespace: w.Namespace, Labels: w.Labels,
			Replicas: w.Pod.Replicas, ServiceAccount: w.Identity.ServiceAccount,
		}
		r.account(&m)
		r.facts.Workloads = append(r.facts.Workloads, m)
		r.origins[document.Index("workloads", i)] = s.Origins[""]
		for path, from := range map[string]string{"serviceAccount": "identity.serviceAccount", "replicas": "pod.replicas", "namespace": "namespace"} {
			r.origins[document.Index("workloads", i)+"."+path] = s.Origins[from]
		}
		r.origins[document.Index("workloads", i)+".accountFound"] = s.Origins["identity.serviceAccount"]
		r.origins[document.Index("workloads", i)+".sharesAccount"] = s.Origins["identity.serviceAccount"]
	}
}

// account looks for the service account and for others that share it.
func (r *relation) account(m *asset.ManifestWorkload) {
	m.AccountFound = m.ServiceAccount == "default"
	for _, a := range r.all.ServiceAccounts {
		if a.Facts.Metadata.Namespace == m.Namespace {
			m.AccountsGiven++
			m.AccountFound = m.AccountFound || a.Facts.Metadata.Name == m.ServiceAccount
		}
	}
	for _, s := range r.all.Workloads {
		other := &s.Facts
		same := other.Namespace == m.Namespace && other.Identity.ServiceAccount == m.ServiceAccount
		m.SharesAccount = m.SharesAccount || same && other.Name != m.Name && m.ServiceAccount != "default"
	}
}

// targets counts the workloads of a namespace and those that a selector selects.
func (r *relation) targets(namespace string, s asset.LabelSelector) (selected, neighbours int64) {
	for i := range r.facts.Workloads {
		w := &r.facts.Workloads[i]
		if w.Namespace != namespace {
			continue
		}
		if neighbours++; matches(s, w.Labels) {
			selected++
		}
	}
	return selected, neighbours
}

// selectedBy calls visit for each workload that a selector selects.
func (r *relation) selectedBy(namespace string, s asset.LabelSelector, visit func(*asset.ManifestWorkload)) {
	for i := range r.facts.Workloads {
		if w := &r.facts.Workloads[i]; w.Namespace == namespace && matches(s, w.Labels) {
			visit(w)
		}
	}
}

func (r *relation) policies() {
	r.facts.NetworkPolicies = collect(r, "networkPolicies", r.all.NetworkPolicies)
	for i := range r.facts.NetworkPolicies {
		p := &r.facts.NetworkPolicies[i]
		p.Targets, p.Neighbours = r.targets(p.Metadata.Namespace, p.Selector)
		r.origins[document.Index("networkPolicies", i)+".targets"] = r.origins[document.Index("networkPolicies", i)+".selector"]
		r.selectedBy(p.Metadata.Namespace, p.Selector, func(w *asset.ManifestWorkload) {
			if p.Ingress {
				w.IngressPolicies++
			}
			if p.Egress {
				w.EgressPolicies++
			}
		})
	}
}

func (r *relation) services() {
	r.facts.Services = collect(r, "services", r.all.Services)
	for i := range r.facts.Services {
		s := &r.facts.Services[i]
		s.Targets, s.Neighbours = r.targets(s.Metadata.Namespace, asset.LabelSelector{Labels: s.Selector})
		r.origins[document.Index("services", i)+".targets"] = r.origins[document.Index("services", i)+".selector"]
		if s.Type == "LoadBalancer" && !s.Internal || s.Type == "NodePort" {
			r.exposed(s, "Service "+s.Metadata.Name)
		}
	}
	r.facts.Ingresses = collect(r, "ingresses", r.all.Ingresses)
	for i := range r.facts.Ingresses {
		r.ingress(&r.facts.Ingresses[i])
		r.origins[document.Index("ingresses", i)+".missing"] = r.origins[document.Index("ingresses", i)+".services[0]"]
	}
}

// exposed notes by what the workloads behind a service can be reached.
func (r *relation) exposed(s *asset.Service, by string) {
	if len(s.Selector) == 0 {
		return
	}
	r.selectedBy(s.Metadata.Namespace, asset.LabelSelector{Labels: s.Selector}, func(w *asset.ManifestWorkload) {
		w.ExposedBy = append(w.ExposedBy, by)
	})
}

func (r *relation) ingress(ingress *asset.Ingress) {
	missing := slices.Clone(ingress.Services)
	for i := range r.facts.Services {
		s := &r.facts.Services[i]
		if s.Metadata.Namespace != ingress.Metadata.Namespace {
			continue
		}
		ingress.Neighbours++
		if slices.Contains(ingress.Services, s.Metadata.Name) {
			missing = slices.DeleteFunc(missing, func(name string) bool { return name == s.Metadata.Name })
			r.exposed(s, "Ingress "+ingress.Metadata.Name)
		}
	}
	ingress.Missing = missing
}

func (r *relation) budgets() {
	r.facts.Budgets = collect(r, "budgets", r.all.Budgets)
	for i := range r.facts.Budgets {
		b := &r.facts.Budgets[i]
		b.Targets, b.Neighbours = r.targets(b.Metadata.Namespace, b.Selector)
		r.origins[document.Index("budgets", i)+".targets"] = r.origins[document.Index("budgets", i)+".selector"]
		r.selectedBy(b.Metadata.Namespace, b.Selector, func(w *asset.ManifestWorkload) { w.Budgets++ })
	}
}

func (r *relation) autoscalers() {
	r.facts.Autoscalers = collect(r, "autoscalers", r.all.Autoscalers)
	for i := range r.facts.Autoscalers {
		a := &r.facts.Autoscalers[i]
		for _, s := range r.all.Workloads {
			w := &s.Facts
			if w.Namespace != a.Metadata.Namespace {
				continue
			}
			a.Neighbours++
			if w.Kind == a.TargetKind && w.Name == a.TargetName {
				a.Found, a.FixedReplicas = true, s.Origins["pod.replicas"].Kind == asset.Explicit
			}
		}
		r.origins[document.Index("autoscalers", i)+".found"] = r.origins[document.Index("autoscalers", i)+".targetName"]
	}
}

// namespaces lists those that are declared and those that workloads are in.
func (r *relation) namespaces() {
	r.facts.Namespaces = collect(r, "namespaces", r.all.Namespaces)
	at := map[string]int{}
	for i := range r.facts.Namespaces {
		at[r.facts.Namespaces[i].Metadata.Name] = i
	}
	for i := range r.facts.Workloads {
		name := r.facts.Workloads[i].Namespace
		if _, known := at[name]; !known {
			at[name] = len(r.facts.Namespaces)
			r.origins[document.Index("namespaces", at[name])] = r.origins[document.Index("workloads", i)]
			r.facts.Namespaces = append(r.facts.Namespaces, asset.Namespace{Metadata: asset.Metadata{Kind: "Namespace", Name: name}})
		}
		r.facts.Namespaces[at[name]].Workloads++
	}
	r.guard(at)
}

// guard notes what protects the namespaces.
func (r *relation) guard(at map[string]int) {
	for i := range r.facts.NetworkPolicies {
		p := &r.facts.NetworkPolicies[i]
		n, known := at[p.Metadata.Namespace]
		if !known || len(p.Selector.Labels)+len(p.Selector.Expressions) > 0 {
			continue
		}
		space := &r.facts.Namespaces[n]
		space.DefaultDenyIngress = space.DefaultDenyIngress || p.Ingress && !p.OpenIngress
		space.DefaultDenyEgress = space.DefaultDenyEgress || p.Egress && !p.OpenEgress
	}
	for _, l := range r.all.LimitRanges {
		if n, known := at[l.Facts.Metadata.Namespace]; known {
			r.facts.Namespaces[n].LimitRange = true
		}
	}
	for _, q := range r.all.ResourceQuotas {
		if n, known := at[q.Facts.Metadata.Namespace]; known {
			r.facts.Namespaces[n].ResourceQuota = true
		}
	}
}
