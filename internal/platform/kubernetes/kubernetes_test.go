package kubernetes_test

import (
	"errors"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes"
)

func decode(t testing.TB, text string) *kubernetes.Objects {
	t.Helper()
	objects, err := kubernetes.Decode("k8s/app.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

const shop = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      initContainers:
        - {name: migrate, image: "web:1"}
        - {name: proxy, image: "proxy:1", restartPolicy: Always}
      containers:
        - name: web
          image: web:1
          securityContext: {runAsUser: 0, readOnlyRootFilesystem: true}
          resources:
            limits: {memory: 64Mi}
          volumeMounts:
            - {name: logs, mountPath: /logs, mountPropagation: Bidirectional}
            - {name: config, mountPath: /etc/web}
            - {name: shm, mountPath: /dev/shm}
          ports: [{name: http, containerPort: 8080, hostPort: 80}]
          livenessProbe: {httpGet: {port: http}}
          env:
            - {name: MODE, value: live}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
          envFrom: [{secretRef: {name: all}}]
      volumes:
        - name: logs
          hostPath: {path: /var/log}
        - {name: config, configMap: {name: web}}
        - {name: shm, emptyDir: {medium: Memory, sizeLimit: 32Mi}}
        - {name: nothing}
`

func TestDeployment(t *testing.T) {
	s := decode(t, shop).Workloads[0]
	w := &s.Facts
	equal(t, "containers", len(w.Containers), 3)
	equal(t, "roles", w.Containers[0].Role+" "+w.Containers[1].Role+" "+w.Containers[2].Role, "init sidecar main")
	c := &w.Containers[2]
	equal(t, "mount", c.Mounts[0].Type+" "+c.Mounts[0].Source+" "+c.Mounts[0].Propagation, "bind /var/log rshared")
	equal(t, "a ConfigMap is read-only", c.Mounts[1].ReadOnly, true)
	equal(t, "shared memory", c.Resources.SharedMemory, 32<<20)
	equal(t, "volume without a source", w.Volumes[3].Type, "emptyDir")
	equal(t, "liveness port by name", c.Healthcheck.Port, 8080)
	equal(t, "secret", c.Env[1].From+" "+c.Env[1].Ref, "secret db/password")
	equal(t, "env from", c.EnvFiles[0], "secret/all")
	equal(t, "memory request", c.Resources.Memory.Request, 64<<20)
	equal(t, "selected", w.Pod.Selected, true)
	equal(t, "naked", w.Pod.Naked, false)
	equal(t, "replicas", w.Pod.Replicas, 3)
	equal(t, "restart of a sidecar", w.Containers[1].Restart.Policy, "always")
}

func TestOriginsSayWhereAndWhy(t *testing.T) {
	origins := decode(t, shop).Workloads[0].Origins
	for path, want := range map[string]asset.Origin{
		"":                                   {Kind: asset.Explicit, Line: 1, Pointer: ""},
		"containers[2]":                      {Kind: asset.Explicit, Line: 19, Pointer: "/spec/template/spec/containers/0"},
		"containers[2].uid":                  {Kind: asset.Explicit, Line: 21, Pointer: "/spec/template/spec/containers/0/securityContext/runAsUser"},
		"containers[0].uid":                  {Kind: asset.Inherited, Line: 13, Pointer: "/spec/template/spec/securityContext/runAsUser"},
		"containers[0].seccomp":              {Kind: asset.Inherited, Line: 14, Pointer: "/spec/template/spec/securityContext/seccompProfile/type"},
		"containers[2].resources.cpu.limit":  {Kind: asset.PlatformDefault, Line: 23, Pointer: "/spec/template/spec/containers/0/resources/limits"},
		"containers[2].mounts[0].source":     {Kind: asset.Explicit, Line: 36, Pointer: "/spec/template/spec/volumes/0/hostPath/path"},
		"containers[2].privileged":           {Kind: asset.PlatformDefault, Line: 21, Pointer: "/spec/template/spec/containers/0/securityContext"},
		"identity.tokenMounted":              {Kind: asset.PlatformDefault, Line: 10, Pointer: "/spec/template/spec"},
		"containers[2].resources.pids.limit": {Kind: asset.Inexpressible},
	} {
		got := origins[path]
		if got.Kind != want.Kind || got.Line != want.Line || got.Pointer != want.Pointer {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
	if reason := origins["containers[2].resources.pids.limit"].Reason; !strings.Contains(reason, "podPidsLimit") {
		t.Errorf("the reason does not say where to set it: %s", reason)
	}
}

func TestKindsAndLists(t *testing.T) {
	const pod = `{containers: [{name: a, image: "a:1"}]}`
	for name, text := range map[string]string{
		"Pod":              "apiVersion: v1\nkind: Pod\nspec: " + pod,
		"CronJob":          "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: " + pod + "}}}}",
		"Job":              "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: " + pod + "}}",
		"PodTemplate":      "apiVersion: v1\nkind: PodTemplate\ntemplate: {spec: " + pod + "}",
		"Rollout":          "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {template: {spec: " + pod + "}}",
		"DeploymentConfig": "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nspec: {selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: " + pod + "}}",
		"Service":          "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: " + pod + "}}",
		"Revision":         "apiVersion: serving.knative.dev/v1\nkind: Revision\nspec: " + pod,
	} {
		list := "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(text, "\n", "\n  ")
		for _, form := range []string{text, text + "\n---\n" + text, list} {
			objects := decode(t, form)
			if len(objects.Workloads) == 0 || len(objects.Problems) > 0 {
				t.Fatalf("%s: %+v", form, objects)
			}
			w := objects.Workloads[len(objects.Workloads)-1].Facts
			equal(t, name, w.Kind, name)
			equal(t, "containers of "+name, len(w.Containers), 1)
			equal(t, "selected of "+name, w.Pod.Selected, true)
			equal(t, "naked "+name, w.Pod.Naked, name == "Pod")
		}
	}
}

func TestWhatIsNotRead(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
		"{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
		"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
	} {
		if _, err := kubernetes.Decode("x.yaml", []byte(text)); !errors.Is(err, kubernetes.ErrNotRendered) {
			t.Errorf("%q: %v", text, err)
		}
	}
	annotated := "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: \"{{ .x }}\"}}\nspec: {containers: []}\n"
	if got := decode(t, annotated); len(got.Workloads) != 1 {
		t.Errorf("braces in quotes are no template: %+v", got)
	}
	for text, want := range map[string]string{
		"apiVersion: apps/v9\nkind: Deployment\n": "line 1: Kubernetes has had no Deployment of version apps/v9",
		"kind: Pod\n":                                                                  "line 1: this is no Kubernetes object: it needs apiVersion and kind",
		"apiVersion: v1\nkind: Pod\nspec: 3\n":                                         "line 1: the Pod has no pod in it",
		"apiVersion: v1\nkind: Pod\nspec: {hostPID: true}\n":                           "line 3: the pod of the Pod has no list of containers",
		"apiVersion: v1\nkind: Pod\nspec: {containers: []}\n---\n- 3\n":                "line 5: a Kubernetes object is expected here",
		"apiVersion: v1\nkind: Pod\nspec: {containers: []}\n---\napiVersion: v1\na: [": "not valid YAML",
	} {
		problems := decode(t, text).Problems
		if len(problems) == 0 || !strings.Contains(problems[0].Error(), want) {
			t.Errorf("%q: got %v, want %s", text, problems, want)
		}
	}
}

func TestAWrongTypeSpoilsItsOwnFactOnly(t *testing.T) {
	s := decode(t, `{"apiVersion":"v1","kind":"Pod","spec":{"hostPID":[],"containers":[{"name":"a","image":"a:1",
		"securityContext":{"privileged":{},"runAsUser":"zero","seccompProfile":{"type":"Nonsense"}},"resources":{"limits":{"memory":"lots"}}}]}}`).Workloads[0]
	for _, path := range []string{"namespaces.pid", "containers[0].privileged", "containers[0].uid", "containers[0].seccomp", "containers[0].resources.memory.limit"} {
		if s.Origins[path].Kind != asset.Unknown {
			t.Errorf("%s: %+v", path, s.Origins[path])
		}
	}
	equal(t, "image", s.Facts.Containers[0].Image.Tag, "1")
}

func TestOldAnnotations(t *testing.T) {
	s := decode(t, `
apiVersion: v1
kind: Pod
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/a: unconfined
    container.seccomp.security.alpha.kubernetes.io/a: localhost/a.json
    seccomp.security.alpha.kubernetes.io/pod: runtime/default
spec: {containers: [{name: a, image: a}, {name: b, image: b}]}
`).Workloads[0]
	a, b := s.Facts.Containers[0], s.Facts.Containers[1]
	equal(t, "AppArmor", a.AppArmor.Type, "unconfined")
	equal(t, "AppArmor of another container", b.AppArmor.Type, "default")
	equal(t, "seccomp", a.Seccomp, asset.Profile{Type: "custom", Name: "a.json"})
	equal(t, "seccomp of the pod", b.Seccomp.Type, "default")
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{shop, around, `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{}]}}]}`, "a: &a [*a]", "{{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		objects, err := kubernetes.Decode("x", content)
		if err != nil {
			return
		}
		for i := range objects.Workloads {
			for path, origin := range objects.Workloads[i].Origins {
				if (origin.Kind == asset.Unknown || origin.Kind == asset.Inexpressible) && origin.Reason == "" {
					t.Errorf("%s has no reason", path)
				}
			}
		}
		kubernetes.Relate([]*kubernetes.Objects{objects})
	})
}
