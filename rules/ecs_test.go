package rules_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/ecs"
	"seawall/internal/platform/swarm"
	"seawall/internal/rule"
)

// targets decodes a file of the corpus by its folder.
func targets(t *testing.T, file string) []rule.Target {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r ecs.Resources
	var workloads []asset.Subject[asset.Workload]
	switch folder := filepath.Base(filepath.Dir(file)); {
	case folder == "docker":
		workloads, err = docker.Decode(file, content)
	case folder == "swarm":
		workloads, err = swarm.Decode(file, content, swarm.Options{})
	case strings.HasSuffix(file, ".tf"):
		r, err = ecs.DecodeTerraform([]ecs.File{{Name: file, Content: content}})
	default:
		r, err = ecs.Decode(file, content)
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []rule.Target
	for i := range workloads {
		list = append(list, rule.Workload(asset.Asset{}, &workloads[i], testTime)...)
	}
	for i := range r.TaskDefinitions {
		list = append(list, rule.Workload(asset.Asset{}, &r.TaskDefinitions[i], testTime)...)
	}
	for i := range r.Services {
		list = append(list, rule.Of("ecs-service", asset.Asset{}, &r.Services[i], testTime))
	}
	for i := range r.Clusters {
		list = append(list, rule.Of("ecs-cluster", asset.Asset{}, &r.Clusters[i], testTime))
	}
	for i := range r.CapacityProviders {
		list = append(list, rule.Of("ecs-capacity-provider", asset.Asset{}, &r.CapacityProviders[i], testTime))
	}
	return list
}

// failures are the IDs of the rules that fail, of a severity at least.
func failures(t *testing.T, file string, least finding.Severity) []string {
	t.Helper()
	set := load(t)
	var failed []string
	for _, target := range targets(t, file) {
		results, err := set.Evaluate(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		for _, result := range results {
			if result.Status == rule.Fail && result.Rule.Severity >= least && !slices.Contains(failed, result.Rule.ID) {
				failed = append(failed, result.Rule.ID)
			}
		}
	}
	slices.Sort(failed)
	return failed
}

// TestGoodFilesOfEngines holds the rules to files that an experienced engineer
// would call good.
func TestGoodFilesOfEngines(t *testing.T) {
	var files []string
	for _, folder := range []string{"ecs", "docker", "swarm"} {
		found, err := filepath.Glob("../test/corpus/good/" + folder + "/*")
		if err != nil || len(found) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		if failed := failures(t, file, finding.Medium); len(failed) > 0 {
			t.Errorf("%s: %v", file, failed)
		}
	}
}

// TestRecordedFilesOfECS holds the rules to files with known mistakes, through
// the codec.
func TestRecordedFilesOfECS(t *testing.T) {
	for file, want := range map[string][]string{
		"template.yaml": {"ecs-roles-differ", "ecs-service-no-public-ip", "ecs-capacity-provider-termination-protection"},
		"main.tf":       {"ecs-efs-encrypted-in-transit", "ecs-exec-disabled", "ecs-service-no-public-ip", "workload-host-network", "ecs-task-role-set"},
		"plan.json":     {"ecs-cluster-container-insights", "ecs-fargate-size-valid"},
		"task.json":     {"container-not-privileged", "container-not-root", "ecs-network-mode-awsvpc", "workload-host-pid"},
	} {
		failed := failures(t, "../internal/platform/ecs/testdata/"+file, finding.Info)
		for _, id := range want {
			if !slices.Contains(failed, id) {
				t.Errorf("%s: %s does not fail, only %v", file, id, failed)
			}
		}
	}
}
