package report

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// scannedLog is as much of SARIF as the tests look at, read by other code than
// wrote it.
type scannedLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string         `json:"id"`
					HelpURI    string         `json:"helpUri"`
					Properties map[string]any `json:"properties"`
				} `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		Invocations []struct {
			ExecutionSuccessful        bool `json:"executionSuccessful"`
			ToolExecutionNotifications []struct {
				Message struct{ Text string } `json:"message"`
			} `json:"toolExecutionNotifications"`
		} `json:"invocations"`
		Results []struct {
			RuleID              string            `json:"ruleId"`
			RuleIndex           int               `json:"ruleIndex"`
			PartialFingerprints map[string]string `json:"partialFingerprints"`
			Suppressions        []struct{ Justification string }
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine int }
				} `json:"physicalLocation"`
			} `json:"locations"`
		} `json:"results"`
	} `json:"runs"`
}

func readSARIF(t *testing.T, d *Document) scannedLog {
	t.Helper()
	var log scannedLog
	if err := json.Unmarshal(write(t, "sarif", d, Options{}), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs, want 1", len(log.Runs))
	}
	return log
}

func TestSARIFSuitsCodeScanning(t *testing.T) {
	d := rich()
	run := readSARIF(t, d).Runs[0]
	seen := map[string]bool{}
	for i, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID {
			t.Errorf("result %d: rule index leads to %s, not %s", i, rule.ID, r.RuleID)
		}
		fingerprint := r.PartialFingerprints["primaryLocationLineHash"]
		if fingerprint == "" || seen[fingerprint] {
			t.Errorf("result %d: fingerprint %q is empty or not unique", i, fingerprint)
		}
		seen[fingerprint] = true
		if len(r.Locations) == 0 {
			t.Fatalf("result %d has no location", i)
		}
		l := r.Locations[0].PhysicalLocation
		u, err := url.Parse(l.ArtifactLocation.URI)
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, "..") {
			t.Errorf("result %d: %q is not a relative reference: %v", i, l.ArtifactLocation.URI, err)
		}
		if l.Region.StartLine < 1 {
			t.Errorf("result %d: line %d", i, l.Region.StartLine)
		}
		if accepted := d.Findings[i].Exception != nil; accepted != (len(r.Suppressions) == 1) {
			t.Errorf("result %d: accepted is %t, suppressions are %v", i, accepted, r.Suppressions)
		}
	}
	want := map[string]string{"CVE-2023-38545": "9.5", "CVE-2023-0286": "8.0", "CVE-2023-5678": "5.5", "CVE-2024-4741": "2.0"}
	for _, rule := range run.Tool.Driver.Rules {
		if score := want[rule.ID]; score != "" && rule.Properties["security-severity"] != score {
			t.Errorf("%s: security-severity is %v, want %s", rule.ID, rule.Properties["security-severity"], score)
		}
		if strings.HasPrefix(rule.HelpURI, "javascript:") {
			t.Errorf("%s: help URI is %s", rule.ID, rule.HelpURI)
		}
	}
	if run.Invocations[0].ExecutionSuccessful {
		t.Error("a run with a failed target is said to be successful")
	}
}

func TestSARIFKeepsTheMostUrgent(t *testing.T) {
	run := readSARIF(t, many(maxResults+7)).Runs[0]
	if len(run.Results) != maxResults {
		t.Errorf("%d results, want %d", len(run.Results), maxResults)
	}
	notes := run.Invocations[0].ToolExecutionNotifications
	if len(notes) != 1 || !strings.Contains(notes[0].Message.Text, "7 more") {
		t.Errorf("notifications are %v", notes)
	}
	if !run.Invocations[0].ExecutionSuccessful {
		t.Error("a complete run is said to have failed")
	}
}

func TestRelativeReference(t *testing.T) {
	for file, want := range map[string]string{
		"var/lib/dpkg/status": "var/lib/dpkg/status",
		"/etc/passwd":         "etc/passwd",
		"../../etc/passwd":    "etc/passwd",
		"a:b/c d":             "a%3Ab/c%20d",
		"a.jar!/b?c#d":        "a.jar%21/b%3Fc%23d",
		"\xff\x1b":            "%FF%1B",
		"":                    "image",
		"//host/x":            "host/x",
	} {
		if got := relativeReference(file); got != want && got != strings.ReplaceAll(want, "%21", "!") {
			t.Errorf("%q: got %q, want %q", file, got, want)
		}
	}
}

func FuzzRelativeReference(f *testing.F) {
	for _, seed := range []string{"var/lib", "../x", "javascript:alert(1)", "//a/b", hostile, "%2e%2e/x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		reference := relativeReference(file)
		u, err := url.Parse(reference)
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || u.RawQuery != "" || u.Fragment != "" || strings.HasPrefix(u.Path, "/") {
			t.Fatalf("%q gives %q: %v", file, reference, err)
		}
		for _, segment := range strings.Split(u.Path, "/") {
			if segment == ".." {
				t.Fatalf("%q gives %q, which steps up", file, reference)
			}
		}
	})
}
