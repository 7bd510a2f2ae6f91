package main

import "testing"

func TestPrintable(t *testing.T) {
	got := printable("two\nlines\x1b]0;title\x07")
	if want := "two\nlines\\x1b]0;title\\x07"; got != want {
		t.Errorf("printable gives %q, want %q", got, want)
	}
}
