package report

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"time"

	"seawall/internal/finding"
)

// WriteJUnit writes the findings as failed tests, in the XML that Jenkins and
// GitLab read: a suite for each image or file, a test for each finding, one
// that passed where there is none. What could not be read is an error, what an
// exception accepts is skipped.
func WriteJUnit(w io.Writer, d *Document, _ Options) error {
	out := bufio.NewWriter(w)
	j := &junit{out, escaped(d)}
	suites := j.suites()
	failed, broken, skipped, tests := 0, 0, 0, 0
	for _, s := range suites {
		failed, broken, skipped, tests = failed+s.failures, broken+s.errors, skipped+s.skipped, tests+len(s.cases)
	}
	j.print("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"seawall\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">\n", tests, failed, broken, skipped)
	for _, s := range suites {
		j.suite(s)
	}
	j.print("</testsuites>\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type junit struct {
	*bufio.Writer
	d *Document
}

// print writes; a failure shows when the writer is flushed.
func (j *junit) print(format string, args ...any) { fmt.Fprintf(j, format, args...) }

type junitSuite struct {
	name                      string
	failures, errors, skipped int
	cases                     []junitCase
}

// junitCase is a test; element is "failure", "error", "skipped" or "" for one
// that passed.
type junitCase struct {
	name, file      string
	line            int
	element, kind   string
	message, detail string
}

func (s *junitSuite) add(c junitCase) {
	switch c.element {
	case "failure":
		s.failures++
	case "error":
		s.errors++
	case "skipped":
		s.skipped++
	}
	s.cases = append(s.cases, c)
}

// suites has one for each target that failed, each image, and each file: what
// a file describes belongs to it.
func (j *junit) suites() []*junitSuite {
	var suites []*junitSuite
	byAsset := map[string]*junitSuite{}
	for _, t := range j.d.Targets {
		if t.Error != "" {
			suites = append(suites, &junitSuite{name: t.Input, errors: 1, cases: []junitCase{{name: "read", element: "error", kind: "error", message: t.Error}}})
		}
	}
	for i := range j.d.Assets {
		a := &j.d.Assets[i]
		if len(a.Parents) > 0 && a.Source == SourceFile && byAsset[a.Parents[0]] != nil {
			byAsset[a.ID] = byAsset[a.Parents[0]]
			continue
		}
		s := &junitSuite{name: a.Name}
		for _, e := range a.Errors {
			s.add(junitCase{name: "read", element: "error", kind: string(a.Status), message: e.String()})
		}
		byAsset[a.ID] = s
		suites = append(suites, s)
	}
	names := assetNames(j.d)
	for i := range j.d.Findings {
		f := &j.d.Findings[i]
		if s := byAsset[f.Asset]; s != nil {
			s.add(findingCase(f, names[f.Asset]))
		}
	}
	for _, s := range suites {
		if len(s.cases) == 0 {
			s.add(junitCase{name: "nothing found"})
		}
	}
	return suites
}

func findingCase(f *finding.Finding, assetName string) junitCase {
	c := junitCase{name: f.Rule + " in " + assetName, element: "failure", kind: f.Severity.String(), message: headline(f), detail: evidenceText(f.Evidence)}
	if f.Package != nil {
		c.name = f.Rule + " in " + f.Package.Name
	}
	if f.Location != nil {
		c.file, c.line = f.Location.Path, f.Location.Line
		if at := location(f); at != "" {
			c.detail = at + ": " + c.detail
		}
	}
	for _, more := range []string{f.Why, f.Fix.Text, f.Fix.Command} {
		if more != "" {
			c.detail += "\n" + more
		}
	}
	if f.Status == finding.Accepted {
		c.element, c.message = "skipped", "accepted: "+exceptionText(f.Exception)
	}
	return c
}

func (j *junit) suite(s *junitSuite) {
	j.print("  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" timestamp=\"%s\">\n",
		html.EscapeString(s.name), len(s.cases), s.failures, s.errors, s.skipped, j.d.Created.UTC().Format(time.DateOnly+"T15:04:05"))
	for _, c := range s.cases {
		j.testCase(s.name, c)
	}
	j.print("  </testsuite>\n")
}

func (j *junit) testCase(suite string, c junitCase) {
	j.print("    <testcase classname=\"%s\" name=\"%s\"", html.EscapeString(suite), html.EscapeString(c.name))
	if c.file != "" {
		j.print(" file=\"%s\"", html.EscapeString(c.file))
	}
	if c.line > 0 {
		j.print(" line=\"%d\"", c.line)
	}
	switch c.element {
	case "":
		j.print("/>\n")
	case "skipped":
		j.print(">\n      <skipped message=\"%s\"/>\n    </testcase>\n", html.EscapeString(c.message))
	default:
		j.print(">\n      <%s type=\"%s\" message=\"%s\">%s</%[1]s>\n    </testcase>\n", c.element, c.kind, html.EscapeString(c.message), html.EscapeString(c.detail))
	}
}
