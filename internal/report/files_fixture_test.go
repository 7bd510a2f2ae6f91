package report

import (
	"time"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// described is a document of files: two with findings, one without, one that
// could not be read, and the result by a benchmark.
func described() *Document {
	file := func(path, format string) Asset {
		return Asset{ID: "file:" + path, Kind: asset.KindFile, Name: path, StableName: path, Source: SourceFile, Format: format, Status: Complete}
	}
	within := func(kind asset.Kind, path, name, parent string) Asset {
		return Asset{ID: string(kind) + ":" + path + "/" + name, Kind: kind, Name: name, StableName: path + "/" + name, Source: SourceFile, Parents: []string{parent}, Status: Complete}
	}
	compose, broken := file("deploy/compose.yaml", "Compose file"), file("k8s/"+hostile+".yaml", "Kubernetes manifest")
	broken.Status, broken.Errors = Failed, []Problem{{Layer: -1, Message: "line 3: not valid YAML: did not find expected key"}}
	d := &Document{
		Schema: SchemaName, Tool: Tool{Name: "seawall", Version: "0.1.0"}, Created: checked,
		Looked:  []finding.Kind{finding.Misconfiguration},
		Targets: []Target{{Input: ".", Assets: []string{"file:Dockerfile", compose.ID, broken.ID}}, {Input: "gone.yaml", Error: "there is no file gone.yaml"}},
		Assets: []Asset{
			file("Dockerfile", "Dockerfile"), compose,
			within(asset.KindWorkload, "deploy/compose.yaml", "web", compose.ID), within(asset.KindContainer, "deploy/compose.yaml", "web/web", "workload:deploy/compose.yaml/web"),
			broken,
		},
		Findings: describedFindings(),
		Checks:   map[string]Check{"workload-privileged": {Fail: 1}, "workload-memory-limit": {Fail: 1}, "workload-user": {Unknown: []Undecided{{Asset: "container:deploy/compose.yaml/web/web", Reason: "the image was not read"}}}},
	}
	finding.Sort(d.Findings)
	d.Benchmark = NewBenchmark("pss-baseline", map[string][]finding.Reference{
		"workload-privileged": {{Name: "pss-baseline", ID: "privileged"}},
		"workload-user":       {{Name: "pss-baseline", ID: "sysctls"}},
		"workload-procs":      {{Name: "pss-baseline", ID: "procMount"}},
	}, d)
	d.Summary = Summarize(d)
	return d
}

func describedFindings() []finding.Finding {
	misconfigured := func(rule, title string, severity finding.Severity, assetID, path string, line, column int) finding.Finding {
		return finding.Finding{
			ID: finding.Fingerprint(finding.Misconfiguration, rule, assetID, path), Kind: finding.Misconfiguration, Rule: rule, Title: title,
			Severity: severity, SeveritySource: "rule", Status: finding.Open, Asset: assetID,
			Location: &finding.Location{Path: path, Line: line, Column: column}, Risk: finding.Risk{EPSS: -1, Fixable: true},
		}
	}
	container := "container:deploy/compose.yaml/web/web"
	privileged := misconfigured("workload-privileged", "The container is not privileged", finding.Critical, container, "deploy/compose.yaml", 7, 17)
	privileged.Evidence = []finding.Evidence{{What: "privileged is true", Where: "container.privileged", Value: "true", Want: "false"}}
	privileged.Why = "A privileged container can do everything that root on the host can."
	privileged.Fix = finding.Fix{Text: "Take privileged out and add the capabilities that are needed.", Command: "services:\n  web:\n    privileged: false\n::error::x\n", Patch: "--- a\n+++ b\n-    privileged: true\n"}
	privileged.References = []finding.Reference{{Name: "pss-baseline", ID: "privileged"}, {Name: "url", ID: "https://docs.docker.com/engine/"}}
	memory := misconfigured("workload-memory-limit", "Memory is limited", finding.Medium, container, "deploy/compose.yaml", 5, 3)
	memory.Evidence = []finding.Evidence{{What: "=HYPERLINK(\"http://evil.example\") @team #12"}}
	base := misconfigured("dockerfile-base-pinned", "The base image is pinned", finding.Low, "file:Dockerfile", "Dockerfile", 1, 0)
	base.Evidence = []finding.Evidence{{What: "the base image is debian:latest", Value: "latest"}}
	accepted := misconfigured("dockerfile-user", "The image has a user", finding.Medium, "file:Dockerfile", "Dockerfile", 9, 1)
	accepted.Status = finding.Accepted
	accepted.Exception = &finding.Exception{Reason: "a tool that needs root", By: "anna@example.com", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}
	return []finding.Finding{memory, base, privileged, accepted}
}

// spotless is a document of one file without a finding.
func spotless() *Document {
	d := described()
	d.Targets, d.Assets, d.Findings, d.Checks, d.Benchmark = d.Targets[:1], d.Assets[:1], nil, nil, nil
	d.Summary = Summarize(d)
	return d
}
