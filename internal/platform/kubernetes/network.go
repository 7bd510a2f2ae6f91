package kubernetes

import (
	"slices"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// internalBalancers are the annotations by which the clouds make a load balancer
// for the inside, with the values that ask for it.
var internalBalancers = map[string][]string{
	"service.beta.kubernetes.io/aws-load-balancer-internal":              {"true", "0.0.0.0/0"},
	"service.beta.kubernetes.io/aws-load-balancer-scheme":                {"internal"},
	"service.beta.kubernetes.io/azure-load-balancer-internal":            {"true"},
	"networking.gke.io/load-balancer-type":                               {"Internal"},
	"cloud.google.com/load-balancer-type":                                {"Internal"},
	"service.beta.kubernetes.io/openstack-internal-load-balancer":        {"true"},
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type":     {"private"},
	"service.beta.kubernetes.io/oci-load-balancer-internal":              {"true"},
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": {"intranet"},
	"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid":        nil,
}

func readService(f document.Facts, v document.Value) asset.Service {
	spec := v.Get("spec")
	s := asset.Service{Metadata: metadata(f, v), Type: "ClusterIP"}
	f.Default("type", spec.Or(v))
	f.Text("type", spec.Get("type"), &s.Type)
	f.Map("selector", spec.Get("selector"), &s.Selector)
	document.Items(f, "ports", spec.Get("ports"), &s.Ports, func(f document.Facts, item document.Value) asset.ServicePort {
		p := asset.ServicePort{Protocol: "TCP"}
		f.Text("name", item.Get("name"), &p.Name)
		f.Text("protocol", item.Get("protocol"), &p.Protocol)
		f.Int("port", item.Get("port"), &p.Port)
		p.Target = item.Get("port").Text()
		f.Text("target", item.Get("targetPort"), &p.Target)
		f.Int("nodePort", item.Get("nodePort"), &p.NodePort)
		return p
	})
	f.Texts("externalIPs", spec.Get("externalIPs"), &s.ExternalIPs)
	f.Texts("sourceRanges", spec.Get("loadBalancerSourceRanges"), &s.SourceRanges)
	for name, values := range internalBalancers {
		value, asked := s.Metadata.Annotations[name]
		s.Internal = s.Internal || asked && (values == nil || slices.Contains(values, value))
	}
	return s
}

func readIngress(f document.Facts, v document.Value) asset.Ingress {
	spec := v.Get("spec")
	i := asset.Ingress{Metadata: metadata(f, v)}
	f.Text("class", v.At("metadata", "annotations", "kubernetes.io/ingress.class"), &i.Class)
	f.Text("class", spec.Get("ingressClassName"), &i.Class)
	i.TLS = len(spec.Get("tls").Items()) > 0
	f.Explicit("tls", spec.Get("tls").Or(spec.Or(v)))
	for _, item := range spec.Get("tls").Items() {
		i.TLSHosts = append(i.TLSHosts, item.Get("hosts").Texts()...)
	}
	var services []document.Value
	services = append(services, backend(spec.Get("defaultBackend")), backend(spec.Get("backend")))
	for _, rule := range spec.Get("rules").Items() {
		if host := rule.Get("host"); host.Exists() {
			document.Append(f, "hosts", host, &i.Hosts, func(document.Facts) string { return host.Text() })
		}
		for _, path := range rule.At("http", "paths").Items() {
			services = append(services, backend(path.Get("backend")))
		}
	}
	for _, service := range services {
		if service.Exists() && !slices.Contains(i.Services, service.Text()) {
			document.Append(f, "services", service, &i.Services, func(document.Facts) string { return service.Text() })
		}
	}
	return i
}

// backend is the name of the service behind a path, as it was written before
// networking.k8s.io/v1 too.
func backend(v document.Value) document.Value {
	if name := v.At("service", "name"); name.Exists() {
		return name
	}
	return v.Get("serviceName")
}

// readNetworkPolicy reads which directions a policy restricts: those of
// policyTypes, else ingress, and egress if it has rules.
func readNetworkPolicy(f document.Facts, v document.Value) asset.NetworkPolicy {
	spec := v.Get("spec")
	p := asset.NetworkPolicy{Metadata: metadata(f, v), Selector: selector(spec.Get("podSelector"))}
	f.Explicit("selector", spec.Get("podSelector").Or(spec))
	types := spec.Get("policyTypes").Texts()
	in, out := spec.Get("ingress"), spec.Get("egress")
	p.Ingress = len(types) == 0 || slices.Contains(types, "Ingress")
	p.Egress = len(types) == 0 && len(out.Items()) > 0 || slices.Contains(types, "Egress")
	p.DeniesIngress, p.DeniesEgress = p.Ingress && len(in.Items()) == 0, p.Egress && len(out.Items()) == 0
	p.OpenIngress, p.OpenEgress = p.Ingress && open(in, "from"), p.Egress && open(out, "to")
	f.Explicit("openIngress", in.Or(spec))
	f.Explicit("openEgress", out.Or(spec))
	return p
}

// open tells if one of the rules has neither peers nor ports: it lets all through.
func open(rules document.Value, peers string) bool {
	return slices.ContainsFunc(rules.Items(), func(rule document.Value) bool {
		return len(rule.Get(peers).Items()) == 0 && len(rule.Get("ports").Items()) == 0
	})
}
