package dpkg

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/image"
)

func TestParseStatus(t *testing.T) {
	tests := []struct {
		name, content string
		single        bool
		want          []string
		problem       bool
	}{
		{"installed", "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n", false, []string{"bash 5.2-1 from bash 5.2-1"}, false},
		{"source with version", "Package: bsdutils\nStatus: install ok installed\nSource: util-linux (2.38.1-5)\nVersion: 1:2.38.1-5\n", false, []string{"bsdutils 1:2.38.1-5 from util-linux 2.38.1-5"}, false},
		{"source without version", "Package: libc6\nStatus: install ok installed\nSource: glibc\nVersion: 2.36-9\n", false, []string{"libc6 2.36-9 from glibc 2.36-9"}, false},
		{"removed", "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: b\nStatus: purge ok not-installed\n", false, nil, false},
		{"to be removed but still there", "Package: a\nStatus: deinstall ok installed\nVersion: 1\n", false, []string{"a 1 from a 1"}, false},
		{"half way", "Package: a\nStatus: install ok unpacked\nVersion: 1\n\nPackage: b\nStatus: install reinstreq half-installed\nVersion: 2\n\nPackage: c\nStatus: install ok triggers-pending\nVersion: 3\n", false, []string{"a 1 from a 1", "b 2 from b 2", "c 3 from c 3"}, false},
		{"line breaks of Windows, odd case", "package: a\r\nSTATUS: install ok installed\r\nVersion: 1\r\n\r\n\r\n", false, []string{"a 1 from a 1"}, false},
		{"folded", "Package: a\nStatus: install ok installed\nDescription: x\n Version: 9\n .\nConffiles:\n /etc/a 1234\nVersion: 1\n", false, []string{"a 1 from a 1"}, false},
		{"cut off in a version", "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 1.2", false, []string{"a 1 from a 1"}, true},
		{"no version", "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n", false, []string{"b 1 from b 1"}, true},
		{"status.d", "Package: base-files\nVersion: 12.4\nArchitecture: amd64", true, []string{"base-files 12.4 from base-files 12.4"}, false},
		{"empty", "", false, nil, false},
		{"not a status file", "\x00\x01\x02\n\xff\n", false, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kept := parseStatus([]byte(test.content), test.single)
			var got []string
			for _, r := range kept.Packages {
				got = append(got, r.Name+" "+r.Version+" from "+r.Source+" "+r.SourceVersion)
			}
			if !slices.Equal(got, test.want) || (kept.Problem != "") != test.problem {
				t.Errorf("got %q, problem %q; want %q, problem %v", got, kept.Problem, test.want, test.problem)
			}
		})
	}
}

// TestAgainstDpkgQuery compares with what dpkg-query reads from this machine's
// status file.
func TestAgainstDpkgQuery(t *testing.T) {
	content, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		t.Skip("skipped: this machine has no dpkg status file")
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"status": content, "available": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("dpkg-query", "--admindir", dir, "-W", "-f",
		"${db:Status-Status}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}|${Maintainer}\n").Output()
	if err != nil {
		t.Skip("skipped: dpkg-query is not installed")
	}
	var want, got []string
	for line := range strings.Lines(string(out)) {
		state, rest, _ := strings.Cut(strings.TrimSpace(line), "|")
		if state != "config-files" && state != "not-installed" {
			want = append(want, rest)
		}
	}
	for _, r := range parseStatus(content, false).Packages {
		got = append(got, strings.Join([]string{r.Name, r.Version, r.Arch, r.Source, r.SourceVersion, r.Maintainer}, "|"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d packages, dpkg-query finds %d\n got %q\nwant %q", len(got), len(want), got, want)
	}
}

func TestDecode(t *testing.T) {
	data, err := json.Marshal(parseStatus([]byte("Package: a\nVersion: 1\nMaintainer: M <m@x.org>\nVendor: V\n"), true))
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Decode("var/lib/dpkg/status.d/a", 3, data)
	if err != nil {
		t.Fatal(err)
	}
	p := packages[0]
	if p.Type != "deb" || p.Supplier != "M <m@x.org>" || p.Vendor != "V" || p.Locations[0] != (asset.Location{Path: "var/lib/dpkg/status.d/a", Layer: 3}) {
		t.Errorf("got %+v", p)
	}
}

func TestEachFile(t *testing.T) {
	collect := func(path, data string) string {
		var files []string
		EachFile(path, []byte(data), func(file []byte) { files = append(files, string(file)) })
		return strings.Join(files, " ")
	}
	if got := collect("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n"); got != ". bin bin/bash" {
		t.Errorf("list: %q", got)
	}
	if got := collect("var/lib/dpkg/status.d/tzdata.md5sums", "d41d8cd9  usr/share/zoneinfo/UTC\nd41d8cd9  ./usr/a b\n"); got != "usr/share/zoneinfo/UTC usr/a b" {
		t.Errorf("md5sums: %q", got)
	}
	if got := ListOwner("var/lib/dpkg/info/libc6:amd64.list"); got != "libc6:amd64" {
		t.Errorf("owner %q", got)
	}
}

func TestDiversions(t *testing.T) {
	got := Diversions([]byte("/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n/cut/off\n"))
	if len(got) != 2 || got["bin/sh"] != (Diversion{To: "bin/sh.distrib", By: "dash"}) || got["usr/bin/x"].By != ":" {
		t.Errorf("got %v", got)
	}
}

func TestParseCopyright(t *testing.T) {
	machine := "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2+ or Artistic\n text\nLicense: MIT\n\nLicense: MIT\n see /usr/share/common-licenses/GPL-2\n"
	if got := parseCopyright([]byte(machine)); !slices.Equal(got, []string{"GPL-2+ or Artistic", "MIT"}) {
		t.Errorf("machine-readable: %q", got)
	}
	free := "On Debian systems see `/usr/share/common-licenses/GPL-3', or\n/usr/share/common-licenses/LGPL-2.1.\n"
	if got := parseCopyright([]byte(free)); !slices.Equal(got, []string{"GPL-3", "LGPL-2.1"}) {
		t.Errorf("free form: %q", got)
	}
	if got := parseCopyright([]byte("All rights reserved.")); got != nil {
		t.Errorf("none: %q", got)
	}
}

func TestSources(t *testing.T) {
	oneLine := Sources("etc/apt/sources.list", []byte("# deb http://off.example x\ndeb [arch=amd64 signed-by=/k.gpg] https://download.docker.com/linux/debian bookworm stable\ndeb-src http://deb.debian.org/debian bookworm main\n"))
	if want := []Source{{"https://download.docker.com/linux/debian", "bookworm"}}; !slices.Equal(oneLine, want) {
		t.Errorf("one-line: %v", oneLine)
	}
	stanza := Sources("etc/apt/sources.list.d/x.sources", []byte("Types: deb deb-src\nURIs: http://a.example/x http://b.example/y\nSuites: s1 s2\nComponents: main\n\nEnabled: no\nTypes: deb\nURIs: http://c.example\nSuites: s\n"))
	if len(stanza) != 4 || stanza[3] != (Source{"http://b.example/y", "s2"}) {
		t.Errorf("stanzas: %v", stanza)
	}
}

func TestThirdPartyHosts(t *testing.T) {
	got := thirdPartyHosts([]Source{
		{"http://deb.debian.org/debian", "bookworm"},
		{"http://security.debian.org/debian-security", "bookworm-security"},
		{"http://mirror.example.org/debian", "bookworm"},
		{"http://nexus.example.org/repository/apt-proxy", "bookworm"},
		{"http://nexus.example.org/repository/apt-proxy", "bookworm-updates"},
		{"file:/srv/packages", "./"},
		{"https://download.docker.com/linux/debian", "bookworm"},
		{"https://deb.nodesource.com/node_20.x", "nodistro"},
		{"https://packages.gitlab.com/runner/gitlab-runner/debian", "bookworm"},
		{"https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu", "jammy"},
	})
	if want := []string{"deb.nodesource.com", "download.docker.com", "packages.gitlab.com", "ppa.launchpadcontent.net"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestJudge has control fields as the named builders write them, and official
// packages that look foreign.
func TestJudge(t *testing.T) {
	files := func(lines ...string) FileSigns {
		var s FileSigns
		for _, line := range lines {
			s.Add("p", []byte(line))
		}
		return s
	}
	indexes := map[string][]byte{
		"var/lib/apt/lists/packages.example.com_apt_dists_stable_main_binary-amd64_Packages":    []byte("p\t9.9\n"),
		"var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_main_binary-amd64_Packages": []byte("p\t1.0\n"),
	}
	releases := map[string][]byte{
		"var/lib/apt/lists/packages.example.com_apt_dists_stable_InRelease":      []byte("Example"),
		"var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_InRelease":   []byte("Debian"),
		"var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_x_InRelease": []byte("Else"),
	}
	evidence := NewEvidence([]string{"debian"}, []Source{
		{"https://download.docker.com/linux/debian", "bookworm"}, {"https://deb.nodesource.com/node_20.x", "nodistro"},
	}, indexes, releases)
	tests := []struct {
		name       string
		version    string
		maintainer string
		change     func(*Package)
		files      FileSigns
		want       bool
		repository string
	}{
		{"offered by an index", "9.9", "X <x@debian.org>", nil, FileSigns{}, true, "packages.example.com"},
		{"offered by a mirror", "1.0", "X <x@debian.org>", nil, FileSigns{}, false, ""},
		{"nodesource", "20.1.0-1nodesource1", "Ivan <ivan@nodesource.com>", nil, FileSigns{}, true, "deb.nodesource.com"},
		{"docker-ce", "5:27.1.1-1~debian.12~bookworm", "Docker <support@docker.com>", nil, FileSigns{}, true, "download.docker.com"},
		{"containerd.io without a mark", "1.7.20-1", "Docker <support@docker.com>", nil, FileSigns{}, true, "download.docker.com"},
		{"sury", "8.3.10-1+0~20240801.49+debian12~1.gbp7b0ecb+deb.sury.org~1", "Debian PHP <p@tracker.debian.org>", nil, FileSigns{}, true, ""},
		{"pgdg", "16.4-1.pgdg120+1", "Debian PostgreSQL <p@lists.debian.org>", nil, FileSigns{}, true, ""},
		{"ppa", "3.12.4-1+jammy1", "X <x@ubuntu.com>", nil, FileSigns{}, true, ""},
		{"mariadb", "1:11.4.2+maria~deb12", "MariaDB <m@mariadb.org>", nil, FileSigns{}, true, ""},
		{"CRAN", "4.4.1-1~bookwormcran.0", "J <j@jena.example>", nil, FileSigns{}, true, ""},
		{"old docker-ce", "5:19.03.13~3-0~debian-buster", "Docker <support@docker.com>", nil, FileSigns{}, true, "download.docker.com"},
		{"nginx", "1.27.1-1~bookworm", "NGINX <n@f5.com>", nil, FileSigns{}, true, ""},
		{"percona", "8.0.36-28-1.bookworm", "Percona <p@percona.com>", nil, FileSigns{}, true, ""},
		{"fpm", "1.2.3", "<vagrant@host>", func(p *Package) { p.Vendor, p.License = "vagrant@host", "unknown" }, FileSigns{}, true, ""},
		{"foreign origin", "1", "X <x@x.org>", func(p *Package) { p.Origin = "Acme" }, FileSigns{}, true, ""},
		{"own origin", "1", "X <x@x.org>", func(p *Package) { p.Origin, p.Bugs = "Debian", "debbugs://bugs.debian.org" }, FileSigns{}, false, ""},
		{"installs in /opt", "1", "X <x@x.org>", nil, files("opt", "opt/google", "usr/share/doc/p"), true, ""},
		{"lists /opt itself", "1", "X <x@x.org>", nil, files("opt", "usr/share/doc/p/copyright"), false, ""},
		{"without documentation", "1", "X <x@x.org>", nil, files("usr/bin/p"), true, ""},
		{"without documentation, by Debian", "1", "X <x@debian.org>", nil, files("usr/bin/p"), false, ""},
		{"foreign maintainer alone", "1.47.0-2", "Ted <tytso@mit.edu>", nil, files("usr/share/doc/p/copyright"), false, ""},
		{"stable update", "252.38-1~deb12u1", "X <x@debian.org>", nil, FileSigns{}, false, ""},
		{"backport", "1.2-1~bpo12+1", "X <x@debian.org>", nil, FileSigns{}, false, ""},
		{"Ubuntu's update of a release", "2.06-2ubuntu14.4", "X <x@ubuntu.com>", nil, FileSigns{}, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := Package{Package: asset.Package{Name: "p", Version: test.version, Supplier: test.maintainer}}
			if test.change != nil {
				test.change(&p)
			}
			got := evidence.Judge(p, test.files)
			if got.ThirdParty != test.want || got.Repository != test.repository || (got.Reason != "") != test.want {
				t.Errorf("got %+v, want third party %v from %q", got, test.want, test.repository)
			}
		})
	}
}

func TestAnalyzeList(t *testing.T) {
	content := []byte("Package: a\nVersion: 1\nDescription: x\n Version: 3\n\nPackage: b\nVersion: 2\n")
	file := func(path string) image.File {
		return image.File{Path: path, Size: int64(len(content)), Content: bytes.NewReader(content)}
	}
	got, err := analyzeList(t.Context(), file("var/lib/apt/lists/packages.example.com_Packages"))
	if err != nil || string(got) != "a\t1\nb\t2\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := analyzeList(t.Context(), file("var/lib/apt/lists/deb.debian.org_debian_dists_x_main_binary-amd64_Packages")); err != nil || got != nil {
		t.Errorf("the distribution's own index: got %q, %v", got, err)
	}
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte("Package: a\nStatus: install ok installed\nVersion: 1\nSource: b (2)\n\n"), false)
	f.Add([]byte("Package: a\r\nVersion: 1\r\n"), true)
	f.Fuzz(func(t *testing.T, content []byte, single bool) {
		for _, r := range parseStatus(content, single).Packages {
			if r.Name == "" || r.Version == "" || r.Source == "" || r.SourceVersion == "" {
				t.Fatalf("an incomplete record: %+v", r)
			}
		}
	})
}

func FuzzAptFiles(f *testing.F) {
	f.Add([]byte("deb [arch=amd64] https://x.example/debian s main\n"))
	f.Add([]byte("Types: deb\nURIs: http://a\nSuites: b\n"))
	f.Add([]byte("Package: a\nVersion: 1\n"))
	f.Add([]byte("/bin/sh\n/bin/sh.distrib\ndash\n"))
	f.Add([]byte("License: MIT\n /usr/share/common-licenses/GPL-2\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		thirdPartyHosts(Sources("a.list", content))
		thirdPartyHosts(Sources("a.sources", content))
		Diversions(content)
		EachFile("a.list", content, func([]byte) {})
		EachFile("a.md5sums", content, func([]byte) {})
		if names := parseCopyright(content); len(names) > maxLicenses {
			t.Fatalf("%d licences", len(names))
		}
		for _, analyze := range []func() ([]byte, error){
			func() ([]byte, error) {
				return analyzeList(t.Context(), image.File{Path: "x_Packages", Size: int64(len(content)), Content: bytes.NewReader(content)})
			},
			func() ([]byte, error) {
				return analyzeRelease(t.Context(), image.File{Path: "x_Release", Size: int64(len(content)), Content: bytes.NewReader(content)})
			},
		} {
			if _, err := analyze(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
