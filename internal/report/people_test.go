package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"seawall/internal/finding"
)

// Every finding is a failed or skipped test, and the totals are those of the tests.
func TestJUnitCounts(t *testing.T) {
	type count struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	for name, document := range documents {
		var read struct {
			count
			Suites []struct {
				count
				Cases []struct {
					Failure []string `xml:"failure"`
					Error   []string `xml:"error"`
					Skipped []string `xml:"skipped"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		d := document()
		if err := xml.Unmarshal(write(t, "junit", d, Options{}), &read); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var all, counted count
		for _, s := range read.Suites {
			all = count{all.Tests + s.Tests, all.Failures + s.Failures, all.Errors + s.Errors, all.Skipped + s.Skipped}
			for _, c := range s.Cases {
				counted = count{counted.Tests + 1, counted.Failures + len(c.Failure), counted.Errors + len(c.Error), counted.Skipped + len(c.Skipped)}
			}
		}
		if all != read.count || counted != read.count {
			t.Errorf("%s: the totals are %v, the suites' %v, the tests' %v", name, read.count, all, counted)
		}
		if read.Failures != d.Summary.Open || read.Skipped != d.Summary.Accepted {
			t.Errorf("%s: %d failures and %d skipped, want %d and %d", name, read.Failures, read.Skipped, d.Summary.Open, d.Summary.Accepted)
		}
	}
}

// Spreadsheets calculate what begins with these.
func TestCSVHoldsNoFormula(t *testing.T) {
	for name, document := range documents {
		d := document()
		rows, err := csv.NewReader(bytes.NewReader(write(t, "csv", d, Options{}))).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(rows) != 1+len(d.Findings) {
			t.Errorf("%s: %d lines for %d findings", name, len(rows), len(d.Findings))
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@|%\t\r") {
					t.Errorf("%s: the cell %q is a formula", name, cell)
				}
			}
		}
	}
}

// The page's own texts have no script and load nothing, and names cannot add any.
func TestHTMLStandsAlone(t *testing.T) {
	for name, document := range documents {
		page := string(write(t, "html", document(), Options{}))
		for _, word := range []string{"<script", "<img", "<iframe", "<link", "<object", "url(", "@import", `href="javascript`, `href="data`} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the page has %q", name, word)
			}
		}
		for _, element := range []string{"details", "section", "summary", "table", "ul", "dl", "main", "body"} {
			if opened, closed := strings.Count(page, "<"+element+">")+strings.Count(page, "<"+element+" "), strings.Count(page, "</"+element+">"); opened != closed {
				t.Errorf("%s: %d <%s> are opened and %d closed", name, opened, element, closed)
			}
		}
	}
}

// GitHub refuses longer comments.
func TestMarkdownFitsAComment(t *testing.T) {
	d := described()
	template := d.Findings[0]
	template.Why = strings.Repeat("why ", 300)
	for range 500 {
		d.Findings = append(d.Findings, template)
	}
	d.Summary = Summarize(d)
	out := string(write(t, "markdown", d, Options{}))
	if len(out) > 65_536 {
		t.Errorf("the comment has %d bytes", len(out))
	}
	if !strings.Contains(out, "are left out: see the JSON or HTML report") || !strings.Contains(out, "and 453 more") {
		t.Error("it does not say what is left out")
	}
	if strings.Count(out, "<details>") != strings.Count(out, "</details>") {
		t.Error("the details are not closed")
	}
}

func TestMarkdownMentionsNobody(t *testing.T) {
	out := string(write(t, "markdown", described(), Options{}))
	if strings.Contains(out, "@team") || strings.Contains(out, "#12") {
		t.Error("a name can mention people or issues")
	}
}

// What code scanning annotates is the real file at its line.
func TestSARIFNamesRealFiles(t *testing.T) {
	var log struct {
		Runs []struct {
			Results []struct {
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(write(t, "sarif", described(), Options{}), &log); err != nil {
		t.Fatal(err)
	}
	first := log.Runs[0].Results[0].Locations[0].PhysicalLocation
	if first.ArtifactLocation.URI != "deploy/compose.yaml" || first.Region.StartLine != 7 {
		t.Errorf("the first result is at %v", first)
	}
}

func TestBenchmarkStatus(t *testing.T) {
	b := described().Benchmark
	status := map[string]string{}
	for _, c := range b.Controls {
		status[c.ID] = c.Status
	}
	for id, want := range map[string]string{
		"privileged": ControlFail, "sysctls": ControlUnknown, "procMount": ControlNotApplicable, "hostPorts": ControlNotCovered,
	} {
		if status[id] != want {
			t.Errorf("%s is %s, want %s", id, status[id], want)
		}
	}
	if !InBenchmark("pss-restricted", []finding.Reference{{Name: "pss-baseline", ID: "privileged"}}) || InBenchmark("pss-baseline", []finding.Reference{{Name: "pss-restricted", ID: "runAsUser"}}) {
		t.Error("restricted includes baseline, and not the other way round")
	}
}
