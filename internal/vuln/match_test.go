package vuln

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
)

func pkg(ecosystem, name, version string) asset.Package {
	return asset.Package{Name: name, Version: version, Ecosystem: ecosystem}
}

func built(ecosystem, name, version, source, sourceVersion string) asset.Package {
	p := pkg(ecosystem, name, version)
	p.Source = asset.SourcePackage{Name: source, Version: sourceVersion}
	return p
}

// TestMatch has one case for each rule of the matching.
func TestMatch(t *testing.T) {
	db := imported(t, map[string][]string{
		"Debian": {
			record("DSA-1-1", "Debian:12", "openssl", "3.0.11-1~deb12u2", `"upstream":["CVE-2024-0001","CVE-2024-0002"]`),
			record("DEBIAN-CVE-2024-0001", "Debian:12", "openssl", "3.0.13-1~deb12u1", `"upstream":["CVE-2024-0001"]`),
			record("DSA-2-1", "Debian", "everywhere", "2", ""),
			record("DSA-3-1", "Debian:12", "linux", "6.1.90-1", ""),
			record("DSA-4-1", "Debian:12", "withdrawn", "9", `"withdrawn":"2025-01-01T00:00:00Z"`),
			`{"id":"DSA-5-1","affected":[{"package":{"ecosystem":"Debian:12","name":"listed"},"versions":["1.0-1","1.0-3"]}]}`,
			`{"id":"DSA-6-1","affected":[{"package":{"ecosystem":"Debian:12","name":"git-only"},"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]}]}`,
		},
		"Ubuntu": {
			record("UBUNTU-CVE-2024-0003", "Ubuntu:22.04:LTS", "curl", "7.81.0-1ubuntu1.15", ""),
			record("UBUNTU-CVE-2024-0004", "Ubuntu:Pro:22.04:LTS", "vips", "8.12.1-1ubuntu0.1~esm1", ""),
			`{"id":"UBUNTU-CVE-2024-0005","affected":[{"package":{"ecosystem":"Ubuntu:22.04:LTS","name":"vips"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}`,
		},
		"AlmaLinux": {
			record("ALSA-1", "AlmaLinux:9", "openssl-libs", "1:3.0.7-27.el9", `"related":["CVE-2024-0006"]`),
			record("ALSA-2", "AlmaLinux:8", "nodejs", "1:20.11.1-1.module_el8.9.0+3731+490e3ba7", `"summary":"Important: nodejs:20 security update"`),
		},
		"Red Hat": {record("RHSA-1", "Red Hat:enterprise_linux:9::baseos", "bash", "0:5.1.8-9.el9", "")},
		"Alpine":  {record("ALPINE-CVE-2024-0007", "Alpine:v3.20", "busybox", "1.36.1-r29", "")},
		"Wolfi":   {record("CGA-1", "Wolfi", "sub-package", "2.0-r0", "")},
		"PyPI": {
			record("PYSEC-1", "PyPI", "Zope_Interface", "5.0", `"aliases":["GHSA-aaaa-bbbb-cccc"]`),
			record("GHSA-aaaa-bbbb-cccc", "PyPI", "zope.interface", "5.1", `"aliases":["CVE-2024-0008"]`),
		},
		"npm": {
			`{"id":"GHSA-dddd-eeee-ffff","affected":[{"package":{"ecosystem":"npm","name":"@a/b"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"},{"introduced":"2.0.0"},{"fixed":"2.0.5"}]}]}]}`,
			`{"id":"GHSA-llll-llll-llll","affected":[{"package":{"ecosystem":"npm","name":"last"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"last_affected":"3.0.0"}]}]}]}`,
		},
		"Maven": {record("GHSA-mmmm-mmmm-mmmm", "Maven:https://maven.google.com", "g:a", "1.0.1", "")},
		"Go":    {record("GO-1", "Go", "stdlib", "1.22.3", "")},
	}, nil)
	for _, c := range []struct {
		name string
		pkg  asset.Package
		want []string // "ID fixed"
	}{
		{"by source, two records about one CVE", built("Debian:12", "libssl3", "3.0.11-1~deb12u1", "openssl", "3.0.11-1~deb12u1"), []string{"CVE-2024-0001 3.0.13-1~deb12u1", "CVE-2024-0002 3.0.11-1~deb12u2"}},
		{"only the later record", built("Debian:12", "libssl3", "3.0.11-1~deb12u2", "openssl", "3.0.11-1~deb12u2"), []string{"CVE-2024-0001 3.0.13-1~deb12u1"}},
		{"fixed", built("Debian:12", "libssl3", "3.0.13-1~deb12u1", "openssl", "3.0.13-1~deb12u1"), nil},
		{"a binary with the source's name", built("Debian:12", "openssl", "1", "openssl-wrapper", "1"), nil},
		{"the source's version counts", built("Debian:12", "libssl3", "99", "openssl", "3.0.12-1"), []string{"CVE-2024-0001 3.0.13-1~deb12u1"}},
		{"records without a release", built("Debian:12", "everywhere", "1", "everywhere", "1"), []string{"DSA-2-1 2"}},
		{"another release", built("Debian:13", "libssl3", "1", "openssl", "1"), nil},
		{"a signed kernel", func() asset.Package {
			p := built("Debian:12", "linux-image-6.1.0-18-amd64", "6.1.76-1", "linux-signed-amd64", "6.1.76+1")
			p.Type = "deb"
			return p
		}(), []string{"DSA-3-1 6.1.90-1"}},
		{"withdrawn", pkg("Debian:12", "withdrawn", "1"), nil},
		{"listed", pkg("Debian:12", "listed", "1.0-3"), []string{"DSA-5-1 "}},
		{"not listed", pkg("Debian:12", "listed", "1.0-2"), nil},
		{"git ranges", pkg("Debian:12", "git-only", "1"), nil},
		{"Ubuntu with LTS", built("Ubuntu:22.04:LTS", "libcurl4", "7.81.0-1ubuntu1.14", "curl", "7.81.0-1ubuntu1.14"), []string{"CVE-2024-0003 7.81.0-1ubuntu1.15"}},
		{"Ubuntu without", built("Ubuntu:22.04", "libcurl4", "7.81.0-1ubuntu1.14", "curl", "7.81.0-1ubuntu1.14"), []string{"CVE-2024-0003 7.81.0-1ubuntu1.15"}},
		{"Ubuntu without Pro", pkg("Ubuntu:22.04", "vips", "8.12.1-1"), []string{"CVE-2024-0005 "}},
		{"Ubuntu with Pro", pkg("Ubuntu:22.04", "vips", "8.12.1-1ubuntu0.1~esm0"), []string{"CVE-2024-0004 8.12.1-1ubuntu0.1~esm1"}},
		{"rpm by binary", built("AlmaLinux:9", "openssl-libs", "1:3.0.1-1.el9", "openssl", "1:3.0.1-1.el9"), []string{"CVE-2024-0006 1:3.0.7-27.el9"}},
		{"rpm, not by source", built("AlmaLinux:9", "openssl-perl", "1:3.0.1-1.el9", "openssl-libs", "1:3.0.1-1.el9"), nil},
		{"a module's rpm", pkg("AlmaLinux:8", "nodejs", "1:20.1.0-1.module_el8.9.0+1+1"), []string{"ALSA-2 1:20.11.1-1.module_el8.9.0+3731+490e3ba7"}},
		{"another stream's rpm", pkg("AlmaLinux:8", "nodejs", "1:18.1.0-1.module_el8.9.0+1+1"), nil},
		{"no module's rpm", pkg("AlmaLinux:8", "nodejs", "1:10.0.0-1.el8"), nil},
		{"Red Hat", pkg("Red Hat:enterprise_linux:9", "bash", "5.1.8-6.el9"), []string{"RHSA-1 0:5.1.8-9.el9"}},
		{"apk by source", built("Alpine:v3.20", "ssl_client", "1.36.1-r28", "busybox", "1.36.1-r28"), []string{"CVE-2024-0007 1.36.1-r29"}},
		{"apk by binary", built("Wolfi", "sub-package", "1.0-r0", "package", "1.0-r0"), []string{"CGA-1 2.0-r0"}},
		{"PyPI, two databases, one CVE", pkg("PyPI", "zope.interface", "4.9"), []string{"CVE-2024-0008 5.1"}},
		{"npm, the nearest fix", pkg("npm", "@a/b", "1.0.0"), []string{"GHSA-dddd-eeee-ffff 1.2.3"}},
		{"npm, the other branch", pkg("npm", "@a/b", "2.0.1"), []string{"GHSA-dddd-eeee-ffff 2.0.5"}},
		{"npm, between", pkg("npm", "@a/b", "1.9.0"), nil},
		{"last affected", pkg("npm", "last", "3.0.0"), []string{"GHSA-llll-llll-llll "}},
		{"Maven with a repository", pkg("Maven", "g:a", "1.0"), []string{"GHSA-mmmm-mmmm-mmmm 1.0.1"}},
		{"Go's library", pkg("Go", "stdlib", "1.22.1"), []string{"GO-1 1.22.3"}},
		{"no ecosystem", pkg("", "openssl", "1"), nil},
		{"owned by another", asset.Package{Name: "@a/b", Version: "1.0.0", Ecosystem: "npm", OwnedBy: "pkg:deb/debian/x"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			matches, problems := db.Match([]asset.Package{c.pkg})
			var got []string
			for _, m := range matches {
				got = append(got, m.ID+" "+m.Fixed)
			}
			slices.Sort(got)
			if c.pkg.Ecosystem != "Debian:13" && len(problems) > 0 {
				t.Errorf("problems %v", problems)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestNothingIsLeftOutSilently looks packages up that cannot be.
func TestNothingIsLeftOutSilently(t *testing.T) {
	db := imported(t, map[string][]string{
		"Debian": {record("DSA-1-1", "Debian:12", "a", "2", "")},
		"Go": {
			record("GO-1", "Go", "odd", "nonsense", ""), record("GO-2", "Go", "odd", "more nonsense", ""),
			record("GO-3", "Go", "odd", "2.0.0", ""),
		},
	}, nil)
	matches, problems := db.Match([]asset.Package{
		pkg("Alpine:v3.20", "a", "1"), pkg("Alpine:v3.20", "b", "1"), pkg("Debian:10", "a", "1"), pkg("Debian:12", "a", ""),
		pkg("Go", "odd", "1.0.0"), pkg("Nonsense", "x", "1"),
	})
	if len(matches) != 1 || matches[0].ID != "GO-3" {
		t.Errorf("the sound advisory is not found: %+v", matches)
	}
	for _, want := range []struct {
		ecosystem, message string
		packages           int
	}{
		{"Alpine:v3.20", "known vulnerabilities of 2 Alpine:v3.20 packages: the database has no advisories for Alpine:v3.20", 2},
		{"Debian:10", "no advisories for Debian:10", 1},
		{"Debian:12", "known vulnerabilities of a", 1},
		{"Go", "some of the known vulnerabilities of odd 1.0.0", 1},
		{"Nonsense", "no advisories for Nonsense", 1},
	} {
		if !slices.ContainsFunc(problems, func(p Problem) bool {
			return p.Ecosystem == want.ecosystem && p.Packages == want.packages && strings.Contains(p.What+": "+p.Message, want.message)
		}) {
			t.Errorf("no problem about %s that says %q in %+v", want.ecosystem, want.message, problems)
		}
	}
	if len(problems) != 5 {
		t.Errorf("%d problems: %+v", len(problems), problems)
	}
}

// TestSeveralGoroutines uses a database whose parts nobody has opened yet.
func TestSeveralGoroutines(t *testing.T) {
	db := findingsDB(t)
	want, _ := findingsDB(t).Findings("image:x", "x", findingsPackages())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			got, problems := db.Findings("image:x", "x", findingsPackages())
			if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
				t.Errorf("problems %v, findings (-alone +together):\n%s", problems, diff)
			}
		})
	}
	group.Wait()
}

func TestNoDatabase(t *testing.T) {
	var db *DB
	findings, problems := db.Findings("image:x", "x", []asset.Package{pkg("npm", "a", "1"), pkg("npm", "b", "1")})
	if len(findings) != 0 || len(problems) != 1 || problems[0].Packages != 2 || problems[0].Command != "seawall db update" {
		t.Errorf("%v, %+v", findings, problems)
	}
	if db.Close() != nil || !db.Built().IsZero() || db.Files() != nil || db.Problems() != nil {
		t.Error("a nil database is not an empty one")
	}
}
