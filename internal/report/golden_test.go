package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

var goldens = []struct {
	name     string
	format   string
	document func() *Document
	options  Options
}{
	{"terminal.txt", "terminal", rich, Options{}},
	{"terminal-80.txt", "terminal", rich, Options{Width: 80}},
	{"terminal-color.txt", "terminal", rich, Options{Color: true, Width: 120}},
	{"terminal-details.txt", "terminal", rich, Options{Details: true}},
	{"terminal-quiet.txt", "terminal", rich, Options{Quiet: true}},
	{"terminal-empty.txt", "terminal", empty, Options{}},
	{"report.json", "json", rich, Options{}},
	{"cyclonedx.json", "cyclonedx", rich, Options{}},
	{"cyclonedx-empty.json", "cyclonedx", empty, Options{}},
	{"spdx.json", "spdx", rich, Options{}},
	{"spdx-empty.json", "spdx", empty, Options{}},
	{"sarif.json", "sarif", rich, Options{}},
	{"sarif-empty.json", "sarif", empty, Options{}},
	{"report-empty.json", "json", empty, Options{}},
}

func write(t *testing.T, format string, d *Document, o Options) []byte {
	t.Helper()
	f, err := ParseFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out, d, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			got := write(t, g.format, g.document(), g.options)
			path := filepath.Join("testdata", g.name)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("run go test -update if this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

// No format lets a name act on the terminal, break a line or reorder text.
func TestNamesCannotAct(t *testing.T) {
	for _, format := range Formats {
		for _, details := range []bool{false, true} {
			out := write(t, format.Name, rich(), Options{Details: details, AllFindings: true})
			if !utf8.Valid(out) {
				t.Errorf("%s: the output is not UTF-8", format.Name)
			}
			for _, r := range string(out) {
				if r != '\n' && unsafeRune(r) {
					t.Errorf("%s: the output has the character %U", format.Name, r)
				}
			}
			if bytes.Contains(out, []byte("\n::error")) {
				t.Errorf("%s: a name begins a line", format.Name)
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	for _, format := range Formats {
		first := write(t, format.Name, rich(), Options{})
		for range 3 {
			if !bytes.Equal(first, write(t, format.Name, rich(), Options{})) {
				t.Errorf("%s: two runs differ", format.Name)
			}
		}
	}
}

// Writing must not change the document: the next format gets the same one.
func TestWritingChangesNothing(t *testing.T) {
	d := rich()
	for _, format := range Formats {
		write(t, format.Name, d, Options{})
		if diff := cmp.Diff(rich(), d); diff != "" {
			t.Fatalf("%s changed the document:\n%s", format.Name, diff)
		}
	}
}
