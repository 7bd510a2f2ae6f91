package rule

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

var testTime = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

// ruleWith is a rule with these expressions.
func ruleWith(expressions string) string {
	const frame = `id: good
title: Title
layer: image
on: image
severity: high
%s
why: Because.
fix: {text: Change it., command: USER 1}
references: {cis-docker-1.8: ["4.1", "4.10"]}
examples: {pass: [{image: {}}], fail: [{image: {}}]}
`
	return fmt.Sprintf(frame, strings.TrimSpace(expressions))
}

func evaluateOne(t testing.TB, expressions string, subject asset.Subject[asset.Image]) Result {
	t.Helper()
	set := loadOne(t, ruleWith(expressions))
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	results, err := set.Evaluate(t.Context(), Image(asset.Asset{}, &subject, testTime))
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

func TestStatus(t *testing.T) {
	unknown := asset.Origin{Kind: asset.Unknown, Reason: "not in passwd"}
	inexpressible := asset.Origin{Kind: asset.Inexpressible, Reason: "no such thing here"}
	tests := []struct {
		name, rule string
		facts      asset.Image
		origins    map[string]asset.Origin
		want       Status
		reason     string
	}{
		{name: "pass", rule: `require: image.uid == 0`, want: Pass},
		{name: "fail", rule: `require: image.uid != 0`, want: Fail},
		{
			name: "condition false", rule: "when: image.tag != \"\"\nrequire: false", want: NotApplicable,
			reason: `its condition does not hold: image.tag != ""`,
		},
		{name: "condition true", rule: "when: image.tag == \"\"\nrequire: false", want: Fail},
		{
			name: "unknown fact", rule: `require: image.uid != 0`, want: Unknown,
			origins: map[string]asset.Origin{"uid": unknown}, reason: "image.uid: not in passwd",
		},
		{
			name: "unknown fact that does not matter", rule: `require: image.user != "" && image.uid != 0`, want: Fail,
			origins: map[string]asset.Origin{"uid": unknown},
		},
		{
			name: "unknown fact not read", rule: `require: image.user == ""`, want: Pass,
			origins: map[string]asset.Origin{"uid": unknown},
		},
		{
			name: "unknown in the condition", rule: "when: image.uid == 0\nrequire: true", want: Unknown,
			origins: map[string]asset.Origin{"uid": unknown}, reason: "image.uid: not in passwd",
		},
		{
			name: "inexpressible", rule: `require: image.user != ""`, want: NotApplicable,
			origins: map[string]asset.Origin{"user": inexpressible}, reason: "image.user: no such thing here",
		},
		{
			name: "inexpressible and unknown", rule: `require: image.user != "" && image.uid != 0`, want: Unknown,
			origins: map[string]asset.Origin{"user": inexpressible, "uid": unknown}, reason: "image.uid: not in passwd",
		},
		{
			name: "unknown list", rule: "each: image.accounts\nrequire: item.uid != 0", want: Unknown,
			origins: map[string]asset.Origin{"accounts": unknown}, reason: "image.accounts: not in passwd",
		},
		{
			name: "unknown part of a list", rule: "each: image.env\nrequire: item.value != \"\"", want: Unknown,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A", Value: "x"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown}, reason: "image.env[1].value: not in passwd",
		},
		{
			name: "an unknown item does not hide another that fails", rule: "each: image.env\nrequire: item.value != \"\"", want: Fail,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A", Value: "x"}, {Name: "B"}, {Name: "C"}}},
			origins: map[string]asset.Origin{"env[1]": unknown},
		},
		{
			name: "an unknown item of a list that is made", rule: "each: image.env.filter(e, true)\nrequire: item.value != \"\"", want: Unknown,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown}, reason: "image.env[1].value: not in passwd",
		},
		{
			name: "a field of an item that is not looked at", rule: `require: image.env.exists(e, e.name == "B") && image.env.size() == 2 && size(image.env) == 2`, want: Pass,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown},
		},
		{
			name: "a field of an item that is looked at", rule: `require: image.env.exists(e, e.value == "B")`, want: Unknown,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown}, reason: "image.env[1].value: not in passwd",
		},
		{
			name: "an item that is not known", rule: `require: image.env.exists(e, e.name == "B")`, want: Unknown,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1]": unknown}, reason: "image.env[1]: not in passwd",
		},
		{
			name: "a field of items that are handed on", rule: `require: image.env.filter(e, e.name == "B")[0].value == ""`, want: Unknown,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown}, reason: "image.env[1].value: not in passwd",
		},
		{
			name: "an item that cannot be expressed", rule: "each: image.volumes\nrequire: item != \"\"", want: Pass,
			facts:   asset.Image{Volumes: []string{"", "x"}},
			origins: map[string]asset.Origin{"volumes[0]": inexpressible},
		},
		{
			name: "another part of a list", rule: `require: image.env[0].value == ""`, want: Pass,
			facts:   asset.Image{Env: []asset.EnvVar{{Name: "A"}, {Name: "B"}}},
			origins: map[string]asset.Origin{"env[1].value": unknown},
		},
		{
			name: "unknown key of a map", rule: `require: image.labels["a.b"] == ""`, want: Unknown,
			origins: map[string]asset.Origin{`labels["a.b"]`: unknown}, reason: `image.labels["a.b"]: not in passwd`,
		},
		{
			name: "unknown inside a known struct", rule: `require: image.distribution.id == "" && image.distribution.endOfLife == ""`, want: Unknown,
			origins: map[string]asset.Origin{"distribution.endOfLife": unknown}, reason: "image.distribution.endOfLife: not in passwd",
		},
		{
			name: "struct unknown as a whole", rule: `require: image.distribution.id == ""`, want: Unknown,
			origins: map[string]asset.Origin{"distribution": unknown}, reason: "image.distribution: not in passwd",
		},
		{
			name: "item and unknown fact", rule: "each: image.volumes\nrequire: image.uid != 0", want: Unknown,
			facts:   asset.Image{Volumes: []string{"/a"}},
			origins: map[string]asset.Origin{"uid": unknown}, reason: "image.uid: not in passwd",
		},
		{name: "empty list", rule: "each: image.env\nrequire: false", want: Pass},
		{
			name: "failing expression", rule: `require: image.cmd[3] == "x"`, want: Unknown,
			reason: "the rule's expression failed: index out of bounds: 3",
		},
		{name: "origin explicit", rule: `require: origin("user") == "explicit"`, want: Pass},
		{
			name: "origin default", rule: `require: origin("user") == "platform default"`, want: Pass,
			origins: map[string]asset.Origin{"user": {Kind: asset.PlatformDefault}},
		},
		{
			name: "origin of what a fact is a part of", rule: `require: origin("distribution.id") == "inherited" && origin("image.user") == "explicit"`, want: Pass,
			origins: map[string]asset.Origin{"distribution": {Kind: asset.Inherited}},
		},
		{
			name: "origin of an unknown fact", rule: `require: origin("user") == "unknown"`, want: Pass,
			origins: map[string]asset.Origin{"user": unknown},
		},
		{name: "row fails", rule: "for: [{n: 1}, {n: 0}]\nrequire: image.uid != row.n", want: Fail},
		{name: "row passes", rule: "for: [{n: 1}, {n: 2}]\nrequire: image.uid != row.n", want: Pass},
		{name: "row does not apply", rule: "for: [{n: 1}, {n: 0}]\nwhen: row.n == 1\nrequire: image.uid != row.n", want: Pass},
		{name: "row types", rule: "for: [{a: x, b: true, c: [p, q]}]\nrequire: row.a == \"x\" && row.b && row.c.size() == 2", want: Pass},
		{
			name: "now", rule: `require: now == timestamp("2025-06-01T00:00:00Z") && image.created < now`, want: Pass,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := evaluateOne(t, test.rule+"\nmessage: m", asset.Subject[asset.Image]{Facts: test.facts, Origins: test.origins})
			if got.Status != test.want || got.Reason != test.reason {
				t.Errorf("got %s %q, want %s %q", got.Status, got.Reason, test.want, test.reason)
			}
			if (got.Status == Fail) != (len(got.Failures) > 0) {
				t.Errorf("status %s with %d failures", got.Status, len(got.Failures))
			}
		})
	}
}

func TestFindings(t *testing.T) {
	facts := asset.Image{
		Env:    []asset.EnvVar{{Name: "API_TOKEN", Value: "s3cr3t-value"}},
		Layers: []asset.Layer{{DiffID: "sha256:a"}, {Index: 1, DiffID: "sha256:b", CreatedBy: "RUN curl -u x:s3cr3t-value", Base: asset.Own}},
		PrivilegedFiles: []asset.PrivilegedFile{
			{Path: "a/x", Mode: "4755", Layer: 1}, {Path: "b/x", Mode: "0755"}, {Path: "a/y", Mode: "4711", Layer: 7},
		},
	}
	result := evaluateOne(t, `
each: image.privilegedFiles
require: item.mode == "0755"
message: "{{item.path}} has mode {{item.mode}} and {{image.env[0].value}} {{image.cmd[9]}}"
subject: '{{item.path.split("/")[0]}}'
evidence: {where: "/{{item.path}}", value: "{{item.mode}}", want: "0755"}
location: {path: "{{item.path}}", layer: item.layer}`, asset.Subject[asset.Image]{Facts: facts})
	target := asset.Asset{ID: "image:sha256:1", StableName: "docker.io/library/app"}
	want := []finding.Finding{{
		ID:   finding.Fingerprint(finding.Misconfiguration, "good", "docker.io/library/app", "a"),
		Kind: finding.Misconfiguration, Rule: "good", Title: "Title", Severity: finding.High, SeveritySource: "rule",
		Status: finding.Open, Asset: "image:sha256:1",
		Location: &finding.Location{Path: "a/x", Layer: &finding.Layer{DiffID: "sha256:b", Index: 1, CreatedBy: "RUN curl -u x:*****", Base: "own"}},
		Evidence: []finding.Evidence{
			{What: "a/x has mode 4755 and ***** (not known)", Where: "/a/x", Value: "4755", Want: "0755"},
			{What: "a/y has mode 4711 and ***** (not known)", Where: "/a/y", Value: "4711", Want: "0755"},
		},
		Why: "Because.", Fix: finding.Fix{Text: "Change it.", Command: "USER 1"},
		References: []finding.Reference{{Name: "cis-docker-1.8", ID: "4.1"}, {Name: "cis-docker-1.8", ID: "4.10"}},
		Risk:       finding.Risk{EPSS: -1, Fixable: true},
	}}
	if diff := cmp.Diff(want, result.Findings(target)); diff != "" {
		t.Error(diff)
	}
}

func TestSubjectIsTheFactOrTheRow(t *testing.T) {
	tests := []struct{ name, rule, subject, where string }{
		{"first fact read", `require: size(image.user) > 3 && image.uid != 0`, "image.user", "image.user"},
		{"fact below", `require: image.distribution.id == "x"`, "image.distribution.id", "image.distribution.id"},
		{"key", `require: image.labels["a.b"] == "x"`, `image.labels["a.b"]`, `image.labels["a.b"]`},
		{"list", "each: image.env.filter(e, e.name != \"\")\nrequire: item.value == \"\"", "image.env", "image.env"},
		{"row", "for: [{port: 22, name: x}]\nrequire: image.uid == row.port", "image.uid port=22", "image.uid"},
	}
	facts := asset.Image{Env: []asset.EnvVar{{Name: "A", Value: "B"}}, Labels: map[string]string{"a.b": ""}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure := evaluateOne(t, test.rule+"\nmessage: m", asset.Subject[asset.Image]{Facts: facts}).Failures[0]
			if failure.Subject != test.subject || failure.Evidence.Where != test.where {
				t.Errorf("got subject %q and place %q, want %q and %q", failure.Subject, failure.Evidence.Where, test.subject, test.where)
			}
		})
	}
}

func TestManyFailuresAreBounded(t *testing.T) {
	facts := asset.Image{Volumes: make([]string, maxFailures+23)}
	result := evaluateOne(t, "each: image.volumes\nrequire: item != \"\"\nmessage: m", asset.Subject[asset.Image]{Facts: facts})
	last := result.Failures[len(result.Failures)-1].Evidence.What
	if len(result.Failures) != maxFailures+1 || last != "23 more are not listed" {
		t.Errorf("got %d failures, the last is %q", len(result.Failures), last)
	}
}

func TestCostIsBounded(t *testing.T) {
	facts := asset.Image{WorldWritable: make([]string, 5000)}
	start := time.Now()
	result := evaluateOne(t, "require: image.worldWritable.all(a, image.worldWritable.all(b, a == b))\nmessage: m", asset.Subject[asset.Image]{Facts: facts})
	if result.Status != Unknown || !strings.Contains(result.Reason, "cost limit") {
		t.Errorf("got %s %q", result.Status, result.Reason)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("the evaluation took %s", took)
	}
}

func TestCancelled(t *testing.T) {
	set := loadOne(t, ruleWith("each: image.volumes\nrequire: item == \"\"\nmessage: m"))
	subject := asset.Subject[asset.Image]{Facts: asset.Image{Volumes: []string{"/a"}}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := set.Evaluate(ctx, Image(asset.Asset{}, &subject, testTime)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestBadOriginPath(t *testing.T) {
	set := loadOne(t, goodRule)
	subject := asset.Subject[asset.Image]{Origins: map[string]asset.Origin{"env[": {Kind: asset.Unknown}}}
	if _, err := set.Evaluate(t.Context(), Image(asset.Asset{}, &subject, testTime)); err == nil {
		t.Error("a path that is none was accepted")
	}
}

func TestParsePath(t *testing.T) {
	good := map[string][]any{
		"user":                {"user"},
		"a.b":                 {"a", "b"},
		"mounts[2].source":    {"mounts", int64(2), "source"},
		`labels["a.b]\"c"].x`: {"labels", `a.b]"c`, "x"},
		"m[0][1]":             {"m", int64(0), int64(1)},
	}
	for path, want := range good {
		got, err := parsePath(path)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", path, err, diff)
		}
	}
	for _, path := range []string{"", ".", "a.", "a..b", "[", "a[", "a[x]", "a[-1]", `a["x"`, "a]b[0", strings.Repeat("a.", 40) + "a"} {
		if got, err := parsePath(path); err == nil {
			t.Errorf("%q was read as %v", path, got)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	f.Add("mounts[2].source")
	f.Add(`labels["a\"]"]`)
	f.Fuzz(func(t *testing.T, path string) {
		steps, err := parsePath(path)
		if err == nil && (len(steps) == 0 || len(steps) > maxPathSteps) {
			t.Fatalf("%q gave %d steps", path, len(steps))
		}
	})
}
