package version

import (
	"errors"
	"strings"
	"testing"
)

// orders are versions in their order, a line for each step; versions on one
// line are the same to the scheme. They stand for what the tables in testdata
// do not cover: programs that Debian does not package.
var orders = map[string]struct {
	scheme Scheme
	lines  string
}{
	// apk-tools 3, src/version.c and doc/apk-package.5.
	"apk": {APK, `
		0_alpha
		0
		1.0_alpha
		1.0_alpha1
		1.0_alpha2-r5
		1.0_alpha10
		1.0_beta
		1.0_pre20191002222144-r0
		1.0_pre20210530193627-r0
		1.0_rc1
		1.0_rc1_p1
		1.0_rc2
		1.0
		1.0-r0
		1.0-r1
		1.0-r2 1.0-r02
		1.0-r10
		1.0~0a1b-r0
		1.0~0a1c
		1.0_cvs
		1.0_svn
		1.0_git20240101
		1.0_hg
		1.0_p
		1.0_p1_alpha
		1.0_p1
		1.0_p2
		1.0_p10
		1.0b
		1.0b-r1
		1.0b2
		1.0c
		1.0.0
		1.0.1_rc1
		1.0.1
		1.01
		1.010
		1.09
		1.1
		1.9
		1.9.5
		1.9.5p
		1.9.5p1-r9
		1.9.5p2-r0
		1.10
		2 02
		20240101-r0
		99999999999999999999
		100000000000000000000
	`},
	// An invalid tail comes before the version without it.
	"apk with invalid tails": {APK, `
		1.0$
		1.0
		1.0-r1.2
		1.0-r1
		1.0_p1_foo
		1.0_p1
		1.0bc
		1.0b
		1.0.2.r1
		1.0.2.r2
		1.0.2
	`},
	// dart-lang/pub_semver, Version.compareTo; Julia's base/version.jl.
	"SemVer with build": {SemVerBuild, `
		1.0.0-alpha
		1.0.0-alpha.1
		1.0.0-beta.2+a
		1.0.0-beta.11
		1.0.0
		1.0.0+0
		1.0.0+2
		1.0.0+10
		1.0.0+a
		1.0.0+a.1
		1.0.1
		1.1.0-dev.1.0
		1.1.0-dev.10.0
	`},
	// Releases of Go as "go version" and as the Go vulnerability database name
	// them; modules.
	"Go": {Go, `
		1.20.14 go1.20.14
		1.21.0-0
		go1.21beta1 1.21.0-beta.1
		go1.21rc2 1.21rc2 1.21.0-rc.2 v1.21.0-rc.2
		go1.21rc10 1.21.0-rc.10
		go1.21 go1.21.0 1.21.0 v1.21.0
		go1.21.1
		1.22.0-0
		v2.0.0-20180101000000-0123456789ab+incompatible
		v2.0.0+incompatible v2.0.0
		v2.0.1-0.20240131120000-0123456789ab
		v2.0.1
	`},
	// Bitnami's packages count revisions, its advisories know pre-releases.
	"Bitnami": {Bitnami, `
		1.2.2-9
		1.2.3-beta.2
		1.2.3-rc1
		1.2.3 1.2.3-0
		1.2.3-1
		1.2.3-2
		1.2.3-10
		1.2.3-10.el8
		1.2.4
	`},
	// NuGet.Client, NuGet.Versioning/VersionComparer.cs.
	"NuGet": {NuGet, `
		0.9
		1.0.0--5
		1.0.0-2
		1.0.0-10
		1.0.0-2147483647
		1.0.0-20240131120000
		1.0.0-3000000000
	`},
	"NuGet labels": {NuGet, `
		1.0.0-alpha 1.0.0-ALPHA 1.0.0.0-Alpha+build
		1.0.0-alpha.1
		1.0.0-beta 01.0-BETA
		1.0.0-beta.2
		1.0.0-beta.10
		1.0.0-RC1
		1.0.0-rc2
		1 1.0 1.0.0 1.0.0.0 1.0+build
		1.0.0.1-a
		1.0.0.1
		1.0.1
		1.0.10.2
		2147483647.0
		99999999999.0
	`},
	// Haskell, Data.Version: "lexicographic ordering on versionBranch".
	"Hackage": {Hackage, `
		0
		0.9
		1
		1.0
		1.0.0
		1.0.1 1.00.1
		1.2
		1.10
		2024.1
	`},
}

func TestOrders(t *testing.T) {
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			type ranked struct {
				version string
				rank    int
			}
			var versions []ranked
			for rank, line := range strings.Split(order.lines, "\n") {
				for _, v := range strings.Fields(line) {
					versions = append(versions, ranked{v, rank})
				}
			}
			for _, a := range versions {
				for _, b := range versions {
					want := [...]string{"<", "=", ">"}[max(-1, min(a.rank-b.rank, 1))+1]
					if got := verdict(order.scheme, pair{a.version, b.version}); got != want {
						t.Errorf("%q %s %q, want %s", a.version, got, b.version, want)
					}
				}
			}
		})
	}
}

// TestInvalid holds what each scheme refuses, and that the error says so.
func TestInvalid(t *testing.T) {
	invalid := map[Scheme][]string{
		Dpkg:        {"1 0", ":1", "x:1", "2147483648:1", "1:", "1-", "-1"},
		RPM:         {},
		APK:         {"v1.0", "latest", "-r0", "."},
		SemVer:      {"latest", "", "v", ".1", "1..2", "1.0.x", "1.0.", "1.0_1", "1.0.0.Final"},
		SemVerBuild: {"x"},
		Go:          {"(devel)", "go", "devel go1.22-abc"},
		Bitnami:     {"nightly.2026-03-10.0"},
		NuGet:       {"1.0.*", "a"},
		PEP440:      {},
		Maven:       {},
		RubyGems:    {"1beta", "1..0", "1.", "a", "1_0", "1.0-"},
		Composer:    {"dev-main", "master", "2024-1", "1.0-rc.x", "1.0-foo", "x-dev", "dev"},
		CRAN:        {"1.", "1.a", "1..0", "-1"},
		Hackage:     {"1-0", "1.0-foo", "."},
	}
	for s, versions := range invalid {
		for _, v := range append(versions, "") {
			for _, p := range [...]pair{{v, "1"}, {"1", v}} {
				_, err := s.Compare(p.a, p.b)
				var target *InvalidError
				if !errors.As(err, &target) {
					t.Errorf("%s: %q and %q: error %v, want an InvalidError", s, p.a, p.b, err)
					continue
				}
				if target.Scheme != s || target.Version != v || target.Reason == "" {
					t.Errorf("%s: %q: %+v does not name it", s, v, target)
				}
			}
		}
	}
}

func TestInvalidErrorIsShort(t *testing.T) {
	_, err := Dpkg.Compare("1 "+strings.Repeat("x", 1<<20), "1")
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("the error is %.400q, want one of at most 300 bytes", err)
	}
}

func TestUnknownScheme(t *testing.T) {
	for _, s := range []Scheme{0, 200} {
		if _, err := s.Compare("1", "2"); err == nil {
			t.Errorf("scheme %d compares", s)
		}
		if got := s.String(); got != "unknown" {
			t.Errorf("scheme %d is %q", s, got)
		}
	}
}

func TestSchemeFor(t *testing.T) {
	known := map[string]Scheme{
		"Debian":                              Dpkg,
		"Debian:12":                           Dpkg,
		"Ubuntu:22.04:LTS":                    Dpkg,
		"Ubuntu:Pro:18.04:LTS":                Dpkg,
		"Alpine:v3.20":                        APK,
		"Wolfi":                               APK,
		"Chainguard":                          APK,
		"Red Hat:rhel_aus:8.4::appstream":     RPM,
		"openSUSE:Leap 15.6":                  RPM,
		"SUSE:Linux Enterprise Server 15 SP5": RPM,
		"Photon OS:3.0":                       RPM,
		"Azure Linux:3":                       RPM,
		"openEuler:24.03-LTS":                 RPM,
		"npm":                                 SemVer,
		"crates.io":                           SemVer,
		"GitHub Actions":                      SemVer,
		"Go":                                  Go,
		"Bitnami":                             Bitnami,
		"NuGet":                               NuGet,
		"PyPI":                                PEP440,
		"Maven":                               Maven,
		"Maven:https://maven.google.com":      Maven,
		"RubyGems":                            RubyGems,
		"Packagist":                           Composer,
		"Packagist:https://packages.drupal.org/8": Composer,
		"CRAN":             CRAN,
		"Hackage":          Hackage,
		"Pub":              SemVerBuild,
		"Julia":            SemVerBuild,
		"Echo":             Dpkg,
		"Echo:pypi":        PEP440,
		"Echo:npm":         SemVerBuild,
		"Root:Alpine:3.18": APK,
		"Root:Debian:12":   Dpkg,
		"Root:npm":         SemVerBuild,
	}
	for ecosystem, want := range known {
		if got, ok := SchemeFor(ecosystem); !ok || got != want {
			t.Errorf("SchemeFor(%q) = %v, %v, want %v", ecosystem, got, ok, want)
		}
	}
	for _, ecosystem := range []string{"", ":", "debian", "OSS-Fuzz", "Android:15", "GIT", "Root", "Root:x", "Docker Hardened Images"} {
		if got, ok := SchemeFor(ecosystem); ok {
			t.Errorf("SchemeFor(%q) = %v, want none", ecosystem, got)
		}
	}
}
