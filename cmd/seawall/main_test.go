package main

import (
	"runtime/debug"
	"testing"
)

// Who sets GOGC wants that, and not this program's default.
func TestGOGCIsHeeded(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	for _, test := range []struct {
		environment string
		want        int
	}{{"", 50}, {"77", 77}} {
		t.Setenv("GOGC", test.environment)
		debug.SetGCPercent(77) // what the runtime does at the start
		if code := run([]string{"version"}); code != exitDone {
			t.Fatalf("exit %d", code)
		}
		if got := debug.SetGCPercent(100); got != test.want {
			t.Errorf("GOGC=%q: the percentage is %d, want %d", test.environment, got, test.want)
		}
	}
}
