package main

import (
	"strings"
	"testing"
)

// The events are what go test -json printed for a package with one test of each outcome, and for one that did not build.
const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"p","Test":"TestGood","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    p_test.go:9: got 1, want 2\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestBad","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestAbsent"}
{"Action":"output","Package":"p","Test":"TestAbsent","Output":"    p_test.go:13: rpm is not installed\n"}
{"Action":"output","Package":"p","Test":"TestAbsent","Output":"--- SKIP: TestAbsent (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestAbsent","Elapsed":0}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":0.25}
{"Action":"build-output","ImportPath":"q","Output":"q.go:3: undefined: x\n"}
{"Action":"fail","Package":"q","Elapsed":0,"FailedBuild":"q"}
{"Action":"skip","Package":"r","Elapsed":0}
`

func TestSummary(t *testing.T) {
	var out strings.Builder
	s := newSummary(&out)
	for line := range strings.Lines(events) {
		s.add([]byte(line))
	}
	s.print()
	want := `    p_test.go:9: got 1, want 2
--- FAIL: TestBad (0.00s)
fail p 0.2s
q.go:3: undefined: x
fail q 0.0s

Skipped tests:
  p TestAbsent: p_test.go:13: rpm is not installed

Failed:
  p TestBad
  q

1 passed, 2 failed, 1 skipped
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}
