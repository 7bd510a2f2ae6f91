package policy

import (
	"strings"
	"testing"
	"time"

	"seawall/internal/finding"
)

var (
	both   = []finding.Kind{finding.Vulnerability, finding.Misconfiguration}
	assets = []Asset{
		{ID: "image:1", StableName: "registry.example.com/shop/web", Searched: both},
		{ID: "image:2", StableName: "registry.example.com/legacy/erp", Searched: both},
	}
)

func examples() []finding.Finding {
	return []finding.Finding{
		{
			ID: "0123456789abcdef", Kind: finding.Vulnerability, Rule: "CVE-2018-25032", Aliases: []string{"DSA-5111-1", "GHSA-jc36-42cf-vqwj"}, Status: finding.Open, Asset: "image:1",
			Package:  &finding.Package{Name: "zlib1g", Source: "zlib", PURL: "pkg:deb/debian/zlib1g@1:1.2.11?arch=amd64"},
			Location: &finding.Location{Path: "var/lib/dpkg/status"},
		},
		{ID: "fedcba9876543210", Kind: finding.Misconfiguration, Rule: "image-user-root", Status: finding.Open, Asset: "image:2"},
		{
			ID: "00000000ffffffff", Kind: finding.Vulnerability, Rule: "CVE-2020-1", Status: finding.Open, Asset: "image:2",
			Package:  &finding.Package{Name: "@scope/x", PURL: "pkg:npm/%40scope/x@1.0.0"},
			Location: &finding.Location{Path: "app/node_modules/@scope/x/package.json"},
		},
	}
}

func TestExceptionFits(t *testing.T) {
	for _, test := range []struct {
		name      string
		exception Exception
		want      string // one character for each example: x is accepted
	}{
		{"fingerprint", Exception{ID: "0123456789abcdef"}, "x.."},
		{"beginning of a fingerprint", Exception{ID: "FEDCBA98"}, ".x."},
		{"cve", Exception{CVE: "CVE-2018-25032"}, "x.."},
		{"alias in another case", Exception{CVE: "ghsa-JC36-42CF-VQWJ"}, "x.."},
		{"cve does not name a rule", Exception{CVE: "image-user-root"}, "..."},
		{"rule", Exception{Rule: "image-user-root"}, ".x."},
		{"rule names a CVE too", Exception{Rule: "CVE-2020-1"}, "..x"},
		{"package", Exception{Package: "zlib1g"}, "x.."},
		{"source package", Exception{Package: "zlib"}, "x.."},
		{"package glob", Exception{Package: "@scope/*"}, "..x"},
		{"part of a name is not enough", Exception{Package: "zli"}, "..."},
		{"purl", Exception{Package: "pkg:npm/%40scope/x@1.0.0"}, "..x"},
		{"purl without version", Exception{Package: "pkg:deb/debian/zlib1g"}, "x.."},
		{"purl without qualifiers", Exception{Package: "pkg:deb/debian/zlib1g@1:1.2.11"}, "x.."},
		{"purl glob", Exception{Package: "pkg:deb/*"}, "x.."},
		{"purl of another version", Exception{Package: "pkg:npm/%40scope/x@2.0.0"}, "..."},
		{"path", Exception{Path: "/var/lib/dpkg/status"}, "x.."},
		{"path glob", Exception{Path: "app/node_modules/*"}, "..x"},
		{"asset and package", Exception{Package: "*", Asset: "*/legacy/*"}, "..x"},
		{"asset in full", Exception{Package: "*", Asset: "registry.example.com/shop/web"}, "x.."},
		{"all must hold", Exception{CVE: "CVE-2018-25032", Asset: "*/legacy/*"}, "..."},
	} {
		findings := examples()
		test.exception.Reason = "because"
		p := &Policy{File: "f", Exceptions: []Exception{test.exception}}
		warnings := p.Apply(findings, assets, time.Now())
		got := ""
		for _, f := range findings {
			if f.Status == finding.Accepted && f.Exception != nil && f.Exception.Reason == "because" {
				got += "x"
			} else {
				got += "."
			}
		}
		if got != test.want {
			t.Errorf("%s: accepted %s, want %s", test.name, got, test.want)
		}
		if unused := !strings.Contains(test.want, "x"); unused != (len(warnings) == 1) {
			t.Errorf("%s: warnings %q", test.name, warnings)
		}
	}
}

// An exception that fits nothing can go only if what it is for was sought.
func TestUnusedException(t *testing.T) {
	for _, test := range []struct {
		name      string
		exception Exception
		web, erp  []finding.Kind // searched
		want      bool
	}{
		{"all searched", Exception{CVE: "CVE-1"}, both, both, true},
		{"vulnerabilities not searched", Exception{CVE: "CVE-1"}, both[1:], both[1:], false},
		{"package, vulnerabilities not searched", Exception{Package: "zlib"}, both[1:], both[1:], false},
		{"rule, vulnerabilities not searched", Exception{Rule: "image-add-url"}, both[1:], both[1:], true},
		{"rule that is an advisory", Exception{Rule: "GHSA-1"}, both[1:], both[1:], false},
		{"rule, configuration not searched", Exception{Rule: "image-add-url"}, both[:1], both[:1], false},
		{"path may be of any kind", Exception{Path: "etc/*"}, both[:1], both[:1], false},
		{"fingerprint may be of any kind", Exception{ID: "aaaaaaaa"}, both[1:], both[1:], false},
		{"one of two not searched", Exception{CVE: "CVE-1"}, both, nil, false},
		{"that one is not meant", Exception{CVE: "CVE-1", Asset: "*/shop/*"}, both, nil, true},
		{"asset of another run", Exception{CVE: "CVE-1", Asset: "*/other/*"}, both, both, false},
	} {
		run := []Asset{{ID: "image:1", StableName: assets[0].StableName, Searched: test.web}, {ID: "image:2", StableName: assets[1].StableName, Searched: test.erp}}
		p := &Policy{File: "f", Exceptions: []Exception{test.exception}}
		if warnings := p.Apply(examples(), run, time.Now()); (len(warnings) == 1) != test.want {
			t.Errorf("%s: warnings %q", test.name, warnings)
		}
	}
}

func TestExceptionEnds(t *testing.T) {
	until := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	p := &Policy{File: ".seawall.yaml", Exceptions: []Exception{{CVE: "CVE-2020-1", Reason: "r", By: "anna", Until: until, Line: 7}}}

	findings := examples()
	if warnings := p.Apply(findings, assets, until.Add(24*time.Hour-time.Second)); len(warnings) != 0 {
		t.Errorf("on the last day: %q", warnings)
	}
	if e := findings[2].Exception; e == nil || e.By != "anna" || !e.Until.Equal(until) {
		t.Errorf("on the last day the exception is %+v", e)
	}

	findings = examples()
	warnings := p.Apply(findings, assets, until.Add(24*time.Hour))
	if want := ".seawall.yaml:7: the exception for CVE-2020-1 ended on 2026-11-24 and accepts nothing any more: renew or remove it"; len(warnings) != 1 || warnings[0] != want {
		t.Errorf("after it: %q, want %q", warnings, want)
	}
	if findings[2].Status != finding.Open || findings[2].Exception != nil {
		t.Errorf("after it the finding is %+v", findings[2])
	}
}

func TestFirstExceptionIsKept(t *testing.T) {
	findings := examples()
	p := &Policy{Exceptions: []Exception{{CVE: "CVE-2020-1", Reason: "first"}, {Package: "@scope/*", Reason: "second"}}}
	if warnings := p.Apply(findings, assets, time.Now()); len(warnings) != 0 {
		t.Errorf("both fit, but: %q", warnings)
	}
	if findings[2].Exception.Reason != "first" {
		t.Errorf("reason is %q", findings[2].Exception.Reason)
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"*", "", true},
		{"*", "a/b", true},
		{"a*", "a", true},
		{"a*a", "a", false},
		{"a*b*c", "a1b2c", true},
		{"a*b*c", "acb", false},
		{"*b*", "abc", true},
		{"a**c", "abc", true},
		{"[a]", "a", false},
		{"a?", "a?", true},
		{"", "", true},
	} {
		if got := glob(test.pattern, test.text); got != test.want {
			t.Errorf("glob(%q, %q) is %t", test.pattern, test.text, got)
		}
	}
}
