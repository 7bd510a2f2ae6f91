package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of `go test -json` (go doc cmd/test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build events
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

// summary collects events and prints packages and failures as they come.
type summary struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[string][]string // of running tests, by package and test
	failedIn                map[string]bool     // packages with a failed test
	skips                   []string
	broken                  []string
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, output: map[string][]string{}, failedIn: map[string]bool{}}
}

func (s *summary) add(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Fprintf(s.out, "%s\n", line) // not an event: go test says something to people
		return
	}
	key := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "output":
		s.output[key] = append(s.output[key], e.Output)
	case e.Test == "":
		s.endPackage(e)
	case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
		s.endTest(e, s.output[key])
		delete(s.output, key)
	}
}

func (s *summary) endTest(e event, output []string) {
	switch e.Action {
	case "pass":
		s.passed++
	case "skip":
		s.skipped++
		s.skips = append(s.skips, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason(output)))
	case "fail":
		s.failed++
		s.failedIn[e.Package] = true
		s.broken = append(s.broken, e.Package+" "+e.Test)
		fmt.Fprint(s.out, strings.Join(output, ""))
	}
}

// endPackage counts a package that failed without a failed test (it did not build, panicked or ran out of time) as one
// failure.
func (s *summary) endPackage(e event) {
	if e.Action != "pass" && e.Action != "fail" && e.Action != "skip" {
		return
	}
	if e.Action == "fail" && !s.failedIn[e.Package] {
		s.failed++
		s.broken = append(s.broken, e.Package)
		s.printUnfinished(e.Package)
	}
	if e.Action != "skip" { // a package without tests
		fmt.Fprintf(s.out, "%s %s %.1fs\n", e.Action, e.Package, e.Elapsed)
	}
}

// printUnfinished prints what the package and its tests that never ended have said.
func (s *summary) printUnfinished(pkg string) {
	for key, output := range s.output {
		if strings.HasPrefix(key, pkg+" ") {
			fmt.Fprint(s.out, strings.Join(output, ""))
		}
	}
}

// reason is what the test said when it skipped: its last words that are not go test's own.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		text := strings.TrimSpace(output[i])
		if text != "" && !strings.HasPrefix(text, "---") && !strings.HasPrefix(text, "===") {
			return text
		}
	}
	return "no reason given"
}

func (s *summary) print() {
	if len(s.skips) > 0 {
		fmt.Fprintf(s.out, "\nSkipped tests:\n  %s\n", strings.Join(s.skips, "\n  "))
	}
	if len(s.broken) > 0 {
		fmt.Fprintf(s.out, "\nFailed:\n  %s\n", strings.Join(s.broken, "\n  "))
	}
	fmt.Fprintf(s.out, "\n%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
}
