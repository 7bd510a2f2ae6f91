package kubernetes_test

import (
	"slices"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes"
)

const around = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: gone, namespace: shop}
spec: {selector: {app: gone}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  tls: [{hosts: [shop.example]}]
  rules:
    - host: shop.example
      http: {paths: [{path: /, backend: {service: {name: web}}}, {path: /x, backend: {service: {name: missing}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 1Gi, cpu: 500m}}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
automountServiceAccountToken: false
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 0, selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 5}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
  - {apiGroups: ["", apps], resources: [secrets, deployments], verbs: [get, "*"]}
  - {apiGroups: [""], resources: [secrets], resourceNames: [one], verbs: [delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: admins}
roleRef: {kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: "system:unauthenticated"}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {password: hunter2}
binaryData: {logo: AAAA}
`

func TestRelations(t *testing.T) {
	files := []*kubernetes.Objects{decode(t, shop), decode(t, around)}
	s := kubernetes.Relate(files)
	m := &s.Facts
	equal(t, "a service's workloads", m.Services[0].Targets, 1)
	equal(t, "none", m.Services[1].Targets, 0)
	equal(t, "its place", s.Origins["services[1].selector"].Line, 10)
	if missing := m.Ingresses[0].Missing; !slices.Equal(missing, []string{"missing"}) {
		t.Errorf("missing services: %v", missing)
	}
	w := &m.Workloads[0]
	if !slices.Equal(w.ExposedBy, []string{"Service web", "Ingress front"}) {
		t.Errorf("exposed by %v", w.ExposedBy)
	}
	equal(t, "policies", w.IngressPolicies+w.EgressPolicies*10, 11)
	equal(t, "budgets", w.Budgets, 1)
	equal(t, "account", w.AccountFound, true)
	n := &m.Namespaces[0]
	equal(t, "ingress is denied by default", n.DefaultDenyIngress, true)
	equal(t, "egress is not, for a rule lets all out", n.DefaultDenyEgress, false)
	equal(t, "pod security", n.PodSecurity, "restricted")
	equal(t, "quota", n.ResourceQuota, false)
	equal(t, "a budget that blocks", m.Budgets[0].BlocksEviction, true)
	equal(t, "autoscaler's target", m.Autoscalers[0].Found && m.Autoscalers[0].FixedReplicas, true)
}

func TestRelationsCompleteWorkloads(t *testing.T) {
	files := []*kubernetes.Objects{decode(t, shop), decode(t, around)}
	kubernetes.Relate(files)
	w := &files[0].Workloads[0]
	equal(t, "memory of a container without a limit", w.Facts.Containers[0].Resources.Memory.Limit, 1<<30)
	equal(t, "its origin", w.Origins["containers[0].resources.memory.limit"].Kind, asset.Inherited)
	equal(t, "memory of one with a limit", w.Facts.Containers[2].Resources.Memory.Limit, 64<<20)
	equal(t, "CPU", w.Facts.Containers[2].Resources.CPU.Limit, 0.5)
	equal(t, "token", w.Facts.Identity.TokenMounted, false)
	equal(t, "its origin", w.Origins["identity.tokenMounted"].Kind, asset.Inherited)
}

func TestGrants(t *testing.T) {
	o := decode(t, around)
	want := []string{"get secrets", "* secrets", "get deployments", "* deployments", "get secrets.apps", "* secrets.apps", "get deployments.apps", "* deployments.apps"}
	if got := o.Roles[0].Facts.Grants; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	equal(t, "place", o.Roles[0].Origins["grants[0]"].Line, 54)
	equal(t, "binding", o.Bindings[0].Facts.Subjects[0].Name, "system:unauthenticated")
	equal(t, "config", o.ConfigMaps[0].Facts.Data[0].Value, "hunter2")
	equal(t, "binary", o.ConfigMaps[0].Origins["data[1].value"].Kind, asset.Unknown)
}
