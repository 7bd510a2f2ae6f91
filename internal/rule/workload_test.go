package rule

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// containerRule is a rule for containers with these lines in it.
func containerRule(lines string) string {
	return `id: good
title: Title
layer: workload
on: container
severity: medium
` + lines + `
why: Because.
examples: {pass: [{container: {}}], fail: [{container: {}}]}
`
}

func loadRules(t testing.TB, files map[string]string) *Set {
	t.Helper()
	folder := fstest.MapFS{}
	for name, content := range files {
		folder[name+".yaml"] = &fstest.MapFile{Data: []byte(content)}
	}
	set, err := Load(folder, "rules")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	return set
}

// twoContainers is a workload as a codec gives it.
func twoContainers() *asset.Subject[asset.Workload] {
	at := func(kind asset.OriginKind, line int, pointer string) asset.Origin {
		return asset.Origin{Kind: kind, File: "compose.yaml", Line: line, Column: 5, Pointer: pointer}
	}
	unknown := at(asset.Unknown, 9, "/services/web/volumes/1")
	unknown.Reason = "DATA is not set"
	return &asset.Subject[asset.Workload]{
		Facts: asset.Workload{
			Platform: asset.PlatformCompose, Kind: "service", Name: "web", Namespace: "shop",
			Containers: []asset.Container{
				{
					Name: "web", Env: []asset.EnvSetting{{Name: "DB_PASSWORD", Value: "hunter22"}},
					Mounts: []asset.Mount{{Source: "/data"}, {}, {Source: "/etc"}},
				},
				{Name: "side", Mounts: []asset.Mount{{Source: "/etc"}}},
			},
		},
		Origins: map[string]asset.Origin{
			"":                                {File: "compose.yaml", Line: 2, Kind: asset.Explicit},
			"containers[0]":                   at(asset.Explicit, 3, "/services/web"),
			"containers[0].mounts[0].source":  at(asset.Explicit, 8, "/services/web/volumes/0"),
			"containers[0].mounts[1].source":  unknown,
			"containers[0].mounts[2].source":  at(asset.Explicit, 10, "/services/web/volumes/2"),
			"containers[0].resources.memory":  at(asset.Inherited, 12, "/services/web/deploy"),
			"containers[1].resources.pids":    {Kind: asset.Inexpressible, Reason: "set it on the agent"},
			"containers[10].resources.memory": at(asset.Explicit, 99, ""),
			"namespaces.network":              at(asset.Explicit, 4, "/services/web/network_mode"),
		},
	}
}

func TestContainers(t *testing.T) {
	tests := []struct {
		name, rule string
		want       [2]Status
		reason     string
	}{
		{"fact of the container", `require: container.name == "web"`, [2]Status{Pass, Fail}, ""},
		{"fact of the workload", `require: workload.name == "web" && workload.kind == "service"`, [2]Status{Pass, Pass}, ""},
		{"origin of the container's", `require: origin("resources.memory.limit") == "inherited"`, [2]Status{Pass, Fail}, ""},
		{"origin with its name", `require: origin("container.resources.memory.limit") == "inherited"`, [2]Status{Pass, Fail}, ""},
		{"origin of the workload's", `require: origin("workload.namespaces.network") == "explicit" && origin("workload.containers[1].resources.pids.limit") == "inexpressible"`, [2]Status{Pass, Pass}, ""},
		{"inexpressible for one", `require: container.resources.pids.limit == 0`, [2]Status{Pass, NotApplicable}, "container.resources.pids: set it on the agent"},
		{"image not read", `require: image.uid != 0`, [2]Status{Unknown, Unknown}, "image: " + imageNotRead},
		{"image not needed", `require: container.user == "" || image.uid != 0`, [2]Status{Pass, Pass}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set := loadRules(t, map[string]string{"good": containerRule(test.rule + "\nmessage: m\nfix: {text: x}")})
			targets := Workload(asset.Asset{ID: "workload:x"}, twoContainers(), testTime)
			var got [2]Status
			for i, target := range targets[1:] {
				results, err := set.Evaluate(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				got[i] = results[0].Status
				if reason := results[0].Reason; reason != "" && reason != test.reason {
					t.Errorf("the reason is %q, want %q", reason, test.reason)
				}
			}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestContainerWithImage(t *testing.T) {
	set := loadRules(t, map[string]string{"good": containerRule("require: image.uid != 0\nmessage: m\nfix: {text: x}")})
	image := &asset.Subject[asset.Image]{Facts: asset.Image{UID: 5}}
	target := Workload(asset.Asset{}, twoContainers(), testTime)[1].WithImage(image)
	results, err := set.Evaluate(t.Context(), target)
	if err != nil || results[0].Status != Pass {
		t.Errorf("got %v %v", results, err)
	}
}

func TestContainerFinding(t *testing.T) {
	set := loadRules(t, map[string]string{"good": containerRule(`
each: container.mounts
require: item.source != "/etc" && !item.readOnly
message: 'the password is {{container.env[0].value}}'
subject: 'mount {{item.source}}'
fix:
  text: x
  command:
    docker: docker rm {{container.name}}
    compose: 'services: {{workload.name}}'
  set: {item.readOnly: "true", container.groups: '["a"]', container.resources.memory.limit: image.uid}`)})
	var got []finding.Finding
	var changes []Change
	err := set.EvaluateAll(t.Context(), Workload(asset.Asset{ID: "workload:x", Name: "shop/web"}, twoContainers(), testTime)[:2], func(a asset.Asset, results []Result) {
		for _, r := range results {
			got = append(got, r.Findings(a)...)
			for _, f := range r.Failures {
				changes = append(changes, f.Changes...)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []finding.Finding{{
		ID:   finding.Fingerprint(finding.Misconfiguration, "good", "compose/shop/web/web", "mount /etc"),
		Kind: finding.Misconfiguration, Rule: "good", Title: "Title", Severity: finding.Medium, SeveritySource: "rule",
		Status: finding.Open, Asset: "workload:x/web",
		Location: &finding.Location{Path: "compose.yaml", Line: 10, Column: 5},
		Evidence: []finding.Evidence{{What: "the password is *****", Where: "container.mounts[2].source"}},
		Why:      "Because.", Fix: finding.Fix{Text: "x", Command: "services: web"},
		Risk: finding.Risk{EPSS: -1, Fixable: true},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	origin := func(line int, pointer string) asset.Origin {
		return asset.Origin{Kind: asset.Explicit, File: "compose.yaml", Line: line, Column: 5, Pointer: pointer}
	}
	wantChanges := []Change{
		{"container.mounts[2].readOnly", true, origin(3, "/services/web")},
		{"container.groups", []string{"a"}, origin(3, "/services/web")},
	}
	if diff := cmp.Diff(wantChanges, changes); diff != "" {
		t.Error(diff)
	}
}

// TestPlaces: a finding points to the fact, else to what it is a part of, else to
// the container, else to the workload.
func TestPlaces(t *testing.T) {
	for require, want := range map[string][2]int{
		`container.mounts[0].source == ""`:              {8, 2},
		`container.resources.memory.limit > 0`:          {12, 2},
		`container.user != ""`:                          {3, 2},
		`workload.namespaces.network == "host"`:         {4, 4},
		`workload.name == "" && container.name == "no"`: {3, 2},
		`workload.name == ""`:                           {2, 2},
	} {
		set := loadRules(t, map[string]string{"good": containerRule("require: '" + require + "'\nmessage: m\nfix: {text: x}")})
		var got [2]int
		for i, target := range Workload(asset.Asset{}, twoContainers(), testTime)[1:] {
			results, err := set.Evaluate(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if len(results[0].Failures) > 0 && results[0].Failures[0].Location != nil {
				got[i] = results[0].Failures[0].Location.Line
			}
		}
		if got != want {
			t.Errorf("%s: got lines %v, want %v", require, got, want)
		}
	}
}

func TestWorkloadNames(t *testing.T) {
	w := &asset.Workload{Platform: asset.PlatformKubernetes, Namespace: "shop", Kind: "Deployment", Name: "web", Containers: []asset.Container{{Name: "app"}, {}}}
	targets := Workload(asset.Asset{ID: "w", Name: "web"}, &asset.Subject[asset.Workload]{Facts: *w}, testTime)
	var got []string
	for _, target := range targets {
		got = append(got, target.Asset().StableName)
	}
	want := []string{"kubernetes/shop/Deployment/web", "kubernetes/shop/Deployment/web/app", "kubernetes/shop/Deployment/web"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// benchmarkRules are as many and of the kinds that the catalogue has for
// containers.
func benchmarkRules() map[string]string {
	kinds := []string{
		"require: container.resources.memory.limit > 0",
		"when: workload.os != \"windows\"\nrequire: container.mustNotBeRoot || container.uid != 0",
		"each: container.mounts\nrequire: item.type != \"bind\" || !item.source.matches(\"^/(etc|usr|proc)(/|$)\")",
		"require: '!container.capabilities.add.exists(c, c in [\"SYS_ADMIN\", \"ALL\", \"NET_ADMIN\"])'",
		"require: container.seccomp.type != \"unconfined\"",
		"require: container.resources.pids.limit > 0",
	}
	files := map[string]string{}
	for i := range 60 {
		id := fmt.Sprintf("r%d", i)
		rule := containerRule(kinds[i%len(kinds)] + "\nmessage: m\nfix: {text: x}")
		files[id] = "id: " + id + rule[len("id: good"):]
	}
	return files
}

// BenchmarkContainers is 60 rules and 100 containers, of which one fact cannot be
// expressed; ns/rule is for one rule and container.
func BenchmarkContainers(b *testing.B) {
	set := loadRules(b, benchmarkRules())
	subject := &asset.Subject[asset.Workload]{Facts: asset.Workload{Platform: asset.PlatformECS}, Origins: map[string]asset.Origin{}}
	for i := range 100 {
		subject.Facts.Containers = append(subject.Facts.Containers, asset.Container{
			Name: fmt.Sprint("c", i), UID: 5, Resources: asset.Resources{Memory: asset.MemoryResource{Limit: 1 << 20}},
			Mounts:       []asset.Mount{{Type: "bind", Source: "/data"}, {Type: "volume", Source: "x"}},
			Capabilities: asset.Capabilities{Add: []string{"CHOWN", "NET_BIND_SERVICE"}},
		})
		for _, path := range []string{"resources.pids.limit", "procUnmasked", "hostProcess", "runtime", "cgroupParent"} {
			subject.Origins[fmt.Sprintf("containers[%d].%s", i, path)] = asset.Origin{Kind: asset.Inexpressible, Reason: "x"}
		}
	}
	evaluate := func(targets []Target) {
		if err := set.EvaluateAll(b.Context(), targets, func(asset.Asset, []Result) {}); err != nil {
			b.Fatal(err)
		}
	}
	evaluate(Workload(asset.Asset{}, subject, testTime))
	for b.Loop() {
		evaluate(Workload(asset.Asset{}, subject, testTime))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*60*100), "ns/rule")
}
