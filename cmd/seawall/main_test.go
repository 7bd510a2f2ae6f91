package main

import (
	"strings"
	"testing"

	"seawall/internal/wording"
)

func TestPrintable(t *testing.T) {
	if long := printable(strings.Repeat("x", 1<<20)); len(long) > 2*wording.MaxText {
		t.Errorf("%d bytes are printed", len(long))
	}
	got := printable("two\nlines\x1b]0;title\x07")
	if want := "two\nlines\\x1b]0;title\\x07"; got != want {
		t.Errorf("printable gives %q, want %q", got, want)
	}
}
