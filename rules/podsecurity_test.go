package rules_test

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"seawall/internal/asset"
	"seawall/internal/platform/kubernetes"
	"seawall/internal/platform/kubernetes/kubetest"
	"seawall/internal/report"
	"seawall/internal/rule"
)

// verdict is what the rules say of a pod.
type verdict struct {
	// checks are the checks of the standards that it does not hold, with the rules
	// that name them, and levels the benchmarks.
	checks, levels map[string][]string
}

// judgePod gives what the rules that name the standards say of a pod.
func judgePod(t *testing.T, set *rule.Set, pod *corev1.Pod) verdict {
	t.Helper()
	text, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := kubernetes.Decode("pod.json", text)
	if err != nil || len(objects.Workloads) != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	v := verdict{map[string][]string{}, map[string][]string{}}
	targets := rule.Workload(asset.Asset{}, &objects.Workloads[0], testTime)
	err = set.EvaluateAll(t.Context(), targets, func(_ asset.Asset, results []rule.Result) {
		for _, result := range results {
			if result.Status == rule.Fail {
				v.add(result.Rule)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *verdict) add(failed *rule.Rule) {
	for _, reference := range failed.References {
		if reference.Name == "pss-baseline" || reference.Name == "pss-restricted" {
			v.checks[reference.ID] = append(v.checks[reference.ID], failed.ID)
		}
	}
	for _, level := range []string{"pss-baseline", "pss-restricted"} {
		if report.InBenchmark(level, failed.References) {
			v.levels[level] = append(v.levels[level], failed.ID)
		}
	}
}

// TestPodSecurityStandards: the rules say of a pod what Kubernetes' own evaluator
// says of it in its newest version, as the API server hands it over: for every
// check the rules that name it, for each level those that --benchmark takes.
func TestPodSecurityStandards(t *testing.T) {
	set := load(t)
	checks := policy.DefaultChecks()
	evaluator, err := policy.NewEvaluator(checks, nil)
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]int{}
	pods := kubetest.Pods(11, 2000)
	for _, pod := range pods {
		got := judgePod(t, set, pod)
		kubetest.Default(pod)
		differ := func(what string, failed []string, allowed bool, detail string) {
			if !allowed {
				refused[what]++
			}
			if (len(failed) == 0) != allowed {
				text, _ := json.Marshal(pod)
				t.Errorf("%s: the rules %v fail, the evaluator says %v (%s)\n%s", what, failed, allowed, detail, text)
			}
		}
		for _, check := range checks {
			want := check.Versions[len(check.Versions)-1].CheckPod(&pod.ObjectMeta, &pod.Spec)
			differ(string(check.ID), got.checks[string(check.ID)], want.Allowed, want.ForbiddenDetail)
		}
		for level, benchmark := range map[api.Level]string{api.LevelBaseline: "pss-baseline", api.LevelRestricted: "pss-restricted"} {
			want := policy.AggregateCheckResults(evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec))
			differ(benchmark, got.levels[benchmark], want.Allowed, want.ForbiddenDetail())
		}
	}
	for what, n := range refused {
		if n < 100 || n > len(pods)-5 {
			t.Errorf("%s refuses %d of %d pods, so little is compared", what, n, len(pods))
		}
	}
	if len(refused) != len(checks)+2 {
		t.Errorf("only %d checks and levels refuse anything", len(refused))
	}
}
