package kubernetes_test

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes"
	"seawall/internal/platform/kubernetes/kubetest"
)

// decodePod reads a pod that Kubernetes' own types wrote.
func decodePod(t *testing.T, pod *corev1.Pod) *asset.Subject[asset.Workload] {
	t.Helper()
	text, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := kubernetes.Decode("pod.json", text)
	if err != nil || len(objects.Workloads) != 1 || len(objects.Problems) > 0 {
		t.Fatalf("%v, %+v\n%s", err, objects, text)
	}
	for path, origin := range objects.Workloads[0].Origins {
		if origin.Kind == asset.Unknown && origin.Reason == "" || origin.Kind == asset.Explicit && origin.Line == 0 {
			t.Errorf("%s: %+v", path, origin)
		}
	}
	return &objects.Workloads[0]
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// first is the value of the first pointer that is set, else the standard one.
func first[T any](standard T, pointers ...*T) T {
	for _, p := range pointers {
		if p != nil {
			return *p
		}
	}
	return standard
}

func TestPodsAsTheirOwnTypesReadThem(t *testing.T) {
	for _, pod := range kubetest.Pods(3, 2000) {
		subject := decodePod(t, pod)
		w, spec := &subject.Facts, &pod.Spec
		equal(t, "host network", w.Namespaces.Network == "host", spec.HostNetwork)
		equal(t, "host PID", w.Namespaces.PID == "host", spec.HostPID)
		equal(t, "host IPC", w.Namespaces.IPC == "host", spec.HostIPC)
		equal(t, "user namespace", w.Namespaces.User == "host", first(true, spec.HostUsers))
		equal(t, "token", w.Identity.TokenMounted, first(true, spec.AutomountServiceAccountToken))
		equal(t, "volumes", len(w.Volumes), len(spec.Volumes))
		context := spec.SecurityContext
		if context == nil {
			context = &corev1.PodSecurityContext{}
		}
		i := 0
		visit := func(c *corev1.Container) { compareContainer(t, subject, i, c, context); i++ }
		for j := range spec.InitContainers {
			visit(&spec.InitContainers[j])
		}
		for j := range spec.Containers {
			visit(&spec.Containers[j])
		}
		for j := range spec.EphemeralContainers {
			c := corev1.Container(spec.EphemeralContainers[j].EphemeralContainerCommon)
			visit(&c)
		}
		equal(t, "containers", len(w.Containers), i)
		if t.Failed() {
			text, _ := json.MarshalIndent(pod, "", " ")
			t.Fatalf("%s", text)
		}
	}
}

func compareContainer(t *testing.T, subject *asset.Subject[asset.Workload], i int, want *corev1.Container, pod *corev1.PodSecurityContext) {
	t.Helper()
	got := &subject.Facts.Containers[i]
	prefix := "containers[" + strconv.Itoa(i) + "]."
	context := want.SecurityContext
	if context == nil {
		context = &corev1.SecurityContext{}
	}
	equal(t, "name", got.Name, want.Name)
	equal(t, "image", got.Image.Reference, want.Image)
	equal(t, "privileged", got.Privileged, first(false, context.Privileged))
	equal(t, "no new privileges", got.NoNewPrivileges, !first(true, context.AllowPrivilegeEscalation))
	equal(t, "read-only root", got.ReadOnlyRoot, first(false, context.ReadOnlyRootFilesystem))
	equal(t, "must not be root", got.MustNotBeRoot, first(false, context.RunAsNonRoot, pod.RunAsNonRoot))
	user := first(-1, context.RunAsUser, pod.RunAsUser)
	equal(t, "uid is known", subject.Origins[prefix+"uid"].Kind != asset.Unknown, user >= 0)
	if user >= 0 {
		equal(t, "uid", got.UID, user)
		equal(t, "uid inherited", subject.Origins[prefix+"uid"].Kind == asset.Inherited, context.RunAsUser == nil)
	}
	compareResources(t, got.Resources, want.Resources)
	equal(t, "liveness", got.Healthcheck.Set, want.LivenessProbe != nil)
	equal(t, "readiness", got.Readiness.Set, want.ReadinessProbe != nil)
	if context.Capabilities != nil {
		equal(t, "added", len(got.Capabilities.Add), len(context.Capabilities.Add))
		equal(t, "dropped", len(got.Capabilities.Drop), len(context.Capabilities.Drop))
	}
}

func compareResources(t *testing.T, got asset.Resources, want corev1.ResourceRequirements) {
	t.Helper()
	value := func(list corev1.ResourceList, name corev1.ResourceName) int64 { q := list[name]; return q.Value() }
	equal(t, "memory limit", got.Memory.Limit, value(want.Limits, corev1.ResourceMemory))
	if _, requested := want.Requests[corev1.ResourceMemory]; requested {
		equal(t, "memory request", got.Memory.Request, value(want.Requests, corev1.ResourceMemory))
	} else {
		equal(t, "memory request from the limit", got.Memory.Request, got.Memory.Limit)
	}
	equal(t, "storage limit", got.EphemeralStorage.Limit, value(want.Limits, corev1.ResourceEphemeralStorage))
	cpu := want.Limits[corev1.ResourceCPU]
	if math.Abs(got.CPU.Limit-cpu.AsApproximateFloat64()) > 1e-9 {
		t.Errorf("CPU limit: got %v, want %v", got.CPU.Limit, cpu.String())
	}
}

// quantities are read as Kubernetes reads them, wrong ones are refused as there.
func TestQuantities(t *testing.T) {
	for _, text := range []string{
		"0", "1", "-1", "+5", "1.5", ".5", "5.", "1k", "1K", "1Ki", "1.5Mi", "100m", "1e3", "1E3", "1e-3", "1E", "12.34G", "1n", "0.1n", "3u",
		"", "abc", "1.2.3", "1 Gi", "1gi", "1mi", "--1", "1e", "1KB", "0x10", "1_000", "9223372036854775807", "1Ei", "100Ei", "-1.5",
	} {
		want, err := resource.ParseQuantity(text)
		got, refused := limitOf(t, text)
		if err != nil != refused {
			t.Errorf("%q: refused %v, Kubernetes says %v", text, refused, err)
		}
		if err == nil && got != want.Value() {
			t.Errorf("%q: got %d, want %d", text, got, want.Value())
		}
	}
}

func limitOf(t *testing.T, text string) (limit int64, refused bool) {
	t.Helper()
	manifest := `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"resources":{"limits":{"memory":` + strconv.Quote(text) + `}}}]}}`
	objects, err := kubernetes.Decode("pod.json", []byte(manifest))
	if err != nil || len(objects.Workloads) != 1 {
		t.Fatalf("%q: %v", text, err)
	}
	w := objects.Workloads[0]
	return w.Facts.Containers[0].Resources.Memory.Limit, w.Origins["containers[0].resources.memory.limit"].Kind == asset.Unknown
}
