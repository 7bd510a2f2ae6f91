package policy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/finding"
)

const example = `# What we know and live with.
version: 1
fail-on: high
exceptions:
  - cve: CVE-2018-25032
    package: zlib1g
    reason: no deflate of untrusted data in this service
    by: anna@example.com
    until: 2027-01-31
  - rule: image-user-root
    asset: registry.example.com/legacy/*
    reason: |
      the vendor's image needs root;
      asked them in ticket 4711
  - {id: 0123abcd, path: /usr/local/*, reason: generated}
`

func TestParse(t *testing.T) {
	got, err := Parse(".seawall.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	want := &Policy{
		File: ".seawall.yaml", FailOn: finding.High,
		Exceptions: []Exception{
			{CVE: "CVE-2018-25032", Package: "zlib1g", Reason: "no deflate of untrusted data in this service", By: "anna@example.com", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Line: 5},
			{Rule: "image-user-root", Asset: "registry.example.com/legacy/*", Reason: "the vendor's image needs root;\nasked them in ticket 4711", Line: 10},
			{ID: "0123abcd", Path: "/usr/local/*", Reason: "generated", Line: 15},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	for content, want := range map[string]string{
		"exceptions: []\n":                                                       "p.yaml:1:1: the file has no version",
		"version: 2\n":                                                           "p.yaml:1:10: the version is \"2\"",
		"version: 1\nfail_on: high\n":                                            "p.yaml:2:1: a policy has no field \"fail_on\", its fields are version, fail-on, exceptions\n  fail_on: high\n  ^",
		"version: 1\nfail-on: severe\n":                                          "p.yaml:2:10: fail-on is \"severe\"",
		"version: 1\nfail-on: info\n":                                            "p.yaml:2:10: fail-on is \"info\"",
		"version: 1\nexceptions: {cve: CVE-1}\n":                                 "p.yaml:2:13: exceptions is a list",
		"version: 1\nexceptions:\n  - cve: CVE-1\n":                              "p.yaml:3:5: the exception has no reason",
		"version: 1\nexceptions:\n  - {cve: C, reason: ''}\n":                    "p.yaml:3:22: reason is empty",
		"version: 1\nexceptions:\n  - {cve: C, reason: ~}\n":                     "p.yaml:3:22: reason is empty",
		"version: 1\nexceptions:\n  - {reason: r}\n":                             "p.yaml:3:5: the exception accepts everything",
		"version: 1\nexceptions:\n  - {asset: a, reason: r}\n":                   "p.yaml:3:5: the exception accepts everything",
		"version: 1\nexceptions:\n  - {id: abc, reason: r}\n":                    "p.yaml:3:10: id is shorter",
		"version: 1\nexceptions:\n  - {cve: C, rule: r, reason: r}\n":            "p.yaml:3:11: a finding has a rule or a cve",
		"version: 1\nexceptions:\n  - {cve: C, reason: r, until: next year}\n":   "p.yaml:3:32: until is \"next year\"",
		"version: 1\nexceptions:\n  - {cve: C, reason: r, untill: 2027-01-01}\n": "p.yaml:3:25: an exception has no field \"untill\"",
		"version: 1\nexceptions:\n  - {cve: [C], reason: r}\n":                   "p.yaml:3:11: cve is not a text",
		"version: 1\nexceptions:\n  - CVE-2020-1\n":                              "p.yaml:3:5: an exception is not a mapping",
		"": "",
	} {
		_, err := Parse("p.yaml", []byte(content))
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: got error %v, want %q", content, err, want)
		}
	}
}

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	if p, err := Open(""); err != nil || len(p.Exceptions) != 0 || p.File != "" {
		t.Errorf("no file: got %+v, %v", p, err)
	}
	if _, err := Open("other.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a named file that is missing: got error %v", err)
	}
	if err := os.WriteFile(DefaultFile, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Open(""); err != nil || len(p.Exceptions) != 3 {
		t.Errorf("default file: got %+v, %v", p, err)
	}
	other := filepath.Join(folder, "sub.yaml")
	if err := os.WriteFile(other, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Open(other); err != nil || p.File != other || len(p.Exceptions) != 0 {
		t.Errorf("named file: got %+v, %v", p, err)
	}
	if _, err := Open(folder); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: got error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(example))
	for _, seed := range []string{"", "version: 1", "version: 1\nexceptions: [{}]", "version: 1\nexceptions: [{cve: a, reason: b, until: 2027-02-30}]", "version: !!int 1\nexceptions: !!set {}", "a: &a [*a]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := Parse("p.yaml", content)
		if err != nil {
			return
		}
		for _, e := range p.Exceptions {
			if e.Reason == "" || e.ID+e.Rule+e.CVE+e.Package+e.Path == "" {
				t.Errorf("%q: loaded the exception %+v", content, e)
			}
		}
		p.Apply([]finding.Finding{{Rule: "CVE-1", Package: &finding.Package{Name: "a"}}}, nil, time.Unix(0, 0))
	})
}
