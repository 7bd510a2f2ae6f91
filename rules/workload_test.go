package rules_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/platform/compose"
	"seawall/internal/platform/docker"
	"seawall/internal/platform/ecs"
	"seawall/internal/platform/kubernetes"
	"seawall/internal/platform/swarm"
	"seawall/internal/rule"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// workloads decodes a file by the platform that its name begins with.
func workloads(t testing.TB, file string) []asset.Subject[asset.Workload] {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(file)
	platform, _, _ := strings.Cut(name, "-")
	var list []asset.Subject[asset.Workload]
	switch platform {
	case "compose":
		var project compose.Project
		project, err = compose.Load([]compose.File{{Path: name, Content: text}}, compose.Options{})
		list = project.Services
	case "kubernetes":
		var objects *kubernetes.Objects
		if objects, err = kubernetes.Decode(name, text); err == nil {
			list = objects.Workloads
		}
	case "ecs":
		var resources ecs.Resources
		resources, err = ecs.Decode(name, text)
		list = resources.TaskDefinitions
	case "docker":
		list, err = docker.Decode(name, text)
	case "swarm":
		list, err = swarm.Decode(name, text, swarm.Options{})
	}
	if err != nil || len(list) == 0 {
		t.Fatalf("%d workloads in %s: %v", len(list), name, err)
	}
	return list
}

// workloadLayers are what the goldens show; other rules have tests of their own.
var workloadLayers = []string{"workload", "network", "volume"}

// TestWorkloads holds the rules to files of every platform, read by its codec:
// those called bad show what is found and where, those called good have nothing
// of medium severity or above.
func TestWorkloads(t *testing.T) {
	files, err := filepath.Glob("testdata/workloads/*-*")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files and %v", len(files), err)
	}
	set := load(t)
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			var lines []string
			for _, w := range workloads(t, file) {
				targets := rule.Workload(asset.Asset{ID: w.Facts.Name, Name: w.Facts.Name}, &w, testTime)
				err := set.EvaluateAll(t.Context(), targets, func(a asset.Asset, results []rule.Result) {
					for _, result := range results {
						lines = append(lines, resultLines(t, a, result)...)
						if strings.Contains(file, "good") && result.Status == rule.Fail && severe(result.Rule.Severity) {
							t.Errorf("%s fails on a good file: %+v", result.Rule.ID, result.Failures)
						}
					}
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			compare(t, file+".golden", strings.Join(lines, "\n")+"\n")
		})
	}
}

func severe(s finding.Severity) bool {
	return slices.Contains([]finding.Severity{finding.Medium, finding.High, finding.Critical}, s)
}

func resultLines(t *testing.T, a asset.Asset, result rule.Result) []string {
	t.Helper()
	if !slices.Contains(workloadLayers, result.Rule.Layer) {
		return nil
	}
	if strings.Contains(result.Reason, "expression failed") {
		t.Errorf("%s on %s: %s", result.Rule.ID, a.Name, result.Reason)
	}
	var lines []string
	if result.Status == rule.Unknown {
		lines = append(lines, fmt.Sprintf("%s: could not check %s: %s", a.Name, result.Rule.ID, result.Reason))
	}
	for _, f := range result.Findings(a) {
		place := "no place"
		if f.Location != nil {
			place = fmt.Sprintf("%d:%d", f.Location.Line, f.Location.Column)
		}
		lines = append(lines, fmt.Sprintf("%s: %s %s %s: %s", a.Name, place, f.Severity, f.Rule, f.Evidence[0].What))
		for _, text := range []string{f.Evidence[0].What, f.Evidence[0].Value, f.Fix.Command} {
			if strings.Contains(text, "hunter22") || strings.Contains(text, "correct-horse") {
				t.Errorf("%s shows a secret: %s", f.Rule, text)
			}
		}
	}
	return lines
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update): %s", golden, diff)
	}
}

// BenchmarkWorkloads is all rules on the bad Kubernetes file, whose containers
// fail most of them, and on the good one.
func BenchmarkWorkloads(b *testing.B) {
	for _, name := range []string{"kubernetes-bad.yaml", "kubernetes-good.yaml", "compose-good.yaml"} {
		b.Run(name, func(b *testing.B) {
			set := load(b)
			list := workloads(b, filepath.Join("testdata/workloads", name))
			judged := 0
			evaluate := func() {
				for i := range list {
					err := set.EvaluateAll(b.Context(), rule.Workload(asset.Asset{}, &list[i], testTime), func(_ asset.Asset, results []rule.Result) { judged += len(results) })
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			evaluate()
			judged = 0
			before := processorTime(b)
			for b.Loop() {
				evaluate()
			}
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(judged), "cpu-ns/rule")
		})
	}
}
