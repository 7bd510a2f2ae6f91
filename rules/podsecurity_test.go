package rules_test

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/policy"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes"
	"seawall/internal/platform/kubernetes/kubetest"
	"seawall/internal/rule"
)

// forbidden are the checks of the Pod Security Standards that a pod does not
// hold, by the rules that name them.
func forbidden(t *testing.T, set *rule.Set, pod *corev1.Pod) map[string][]string {
	t.Helper()
	text, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := kubernetes.Decode("pod.json", text)
	if err != nil || len(objects.Workloads) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	failed := map[string][]string{}
	targets := rule.Workload(asset.Asset{}, &objects.Workloads[0], testTime)
	err = set.EvaluateAll(t.Context(), targets, func(_ asset.Asset, results []rule.Result) {
		for _, result := range results {
			for _, reference := range result.Rule.References {
				if result.Status == rule.Fail && (reference.Name == "pss-baseline" || reference.Name == "pss-restricted") {
					failed[reference.ID] = append(failed[reference.ID], result.Rule.ID)
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return failed
}

// TestPodSecurityStandards: for every check the rules that name it say what
// Kubernetes' own evaluator says, in its newest version, of pods as the API
// server hands them to it.
func TestPodSecurityStandards(t *testing.T) {
	set := load(t)
	checks := policy.DefaultChecks()
	refused := map[policy.CheckID]int{}
	pods := kubetest.Pods(11, 400)
	for _, pod := range pods {
		got := forbidden(t, set, pod)
		kubetest.Default(pod)
		for _, check := range checks {
			want := check.Versions[len(check.Versions)-1].CheckPod(&pod.ObjectMeta, &pod.Spec)
			if !want.Allowed {
				refused[check.ID]++
			}
			if failed := got[string(check.ID)]; (len(failed) == 0) != want.Allowed {
				text, _ := json.Marshal(pod)
				t.Fatalf("%s: the rules %v fail, the evaluator says %v (%s)\n%s", check.ID, failed, want.Allowed, want.ForbiddenDetail, text)
			}
		}
	}
	for _, check := range checks {
		if n := refused[check.ID]; n < 20 || n > len(pods)-5 {
			t.Errorf("%s refuses %d of %d pods, so little is compared", check.ID, n, len(pods))
		}
	}
}
