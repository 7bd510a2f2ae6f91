package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/finding"
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
	{"files.txt", "terminal", described, Options{}},
	{"files-details.txt", "terminal", described, Options{Details: true}},
	{"files-clean.txt", "terminal", spotless, Options{}},
	{"files.json", "json", described, Options{}},
	{"files.sarif.json", "sarif", described, Options{}},
	{"junit.xml", "junit", rich, Options{}},
	{"junit-files.xml", "junit", described, Options{}},
	{"markdown.md", "markdown", rich, Options{}},
	{"markdown-files.md", "markdown", described, Options{}},
	{"report.csv", "csv", rich, Options{}},
	{"files.csv", "csv", described, Options{}},
	{"report.html", "html", rich, Options{}},
	{"files.html", "html", described, Options{}},
}

func write(t *testing.T, format string, d *Document, o Options) []byte {
	t.Helper()
	f, err := ParseFormat(format, Formats)
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

// checkSafe fails if a format's output could act on a terminal, break a line or
// reorder text.
func checkSafe(t *testing.T, format string, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("%s: the output is not UTF-8", format)
	}
	for _, r := range string(out) {
		if r != '\n' && unsafeRune(r) {
			t.Errorf("%s: the output has the character %U", format, r)
		}
	}
}

// No format lets a name act on the terminal, break a line or reorder text.
func TestNamesCannotAct(t *testing.T) {
	for _, format := range Formats {
		for _, details := range []bool{false, true} {
			out := write(t, format.Name, rich(), Options{Details: details, AllFindings: true})
			checkSafe(t, format.Name, out)
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

// Whatever an image holds, every format stays safe, and those in JSON stay JSON.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"openssl", hostile, "", "\xff", "{0}", "](x)", "pkg:npm/x", "a/../../b", "\u202e\u2028\x7f", "日本"} {
		for format := range Formats {
			f.Add(uint(format), seed, "1.0", "MIT")
		}
	}
	f.Fuzz(func(t *testing.T, number uint, name, version, text string) {
		d := rich()
		d.Findings = d.Findings[:3]
		a, p, v := &d.Assets[0], &d.Assets[0].Packages[1], &d.Findings[0]
		a.Name, a.StableName, a.Errors = name, text, []Problem{{Path: name, Message: text}}
		a.Image.Repository, a.Image.Digest, a.Layers[1].CreatedBy = name, version, text
		p.Name, p.Version, p.PURL, p.Supplier, p.Checksum, p.Licenses = name, version, text, text, text, []string{text, name}
		v.Rule, v.Title, v.Package.Name, v.Package.Version, v.Package.Fixed, v.Location.Path = name, text, name, version, version, name
		v.Evidence, v.References, v.Aliases = []finding.Evidence{{What: text, Where: name}}, []finding.Reference{{Name: "url", ID: text}}, []string{name}
		format := Formats[number%uint(len(Formats))].Name
		out := write(t, format, d, Options{Details: true})
		checkSafe(t, format, out)
		isJSON := slices.Contains([]string{"json", "sarif", "cyclonedx", "spdx"}, format)
		if isJSON && !json.Valid(out) {
			t.Errorf("%s: not JSON", format)
		}
	})
}
