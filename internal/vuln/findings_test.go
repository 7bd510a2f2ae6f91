package vuln

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

const (
	testKEV  = `{"dateReleased":"2025-08-25T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2024-0001","dateAdded":"2024-02-03","knownRansomwareCampaignUse":"Known"}]}`
	testEPSS = "#model_version:v1,score_date:2025-08-20T00:00:00+0000\ncve,epss,percentile\nCVE-2024-0001,0.5,0.9\nCVE-2024-0002,0.01,0.4\n"
	critical = `"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}]`
)

func findingsDB(t *testing.T) *DB {
	t.Helper()
	return imported(t, map[string][]string{
		"Debian": {
			record("DSA-1-1", "Debian:12", "openssl", "3.0.13-1~deb12u1", `"summary":"openssl - security update","upstream":["CVE-2024-0001","CVE-2024-0002"],"references":[{"type":"ADVISORY","url":"https://example.org/DSA-1-1"},{"type":"WEB","url":"javascript:alert(1)"}]`),
			`{"id":"DEBIAN-CVE-2024-0001","upstream":["CVE-2024-0001"],"details":"A buffer overflow. It is bad.","affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.12-1"}]}],"ecosystem_specific":{"urgency":"high"}}]}`,
			`{"id":"DEBIAN-CVE-2024-0009","upstream":["CVE-2024-0009"],"affected":[{"package":{"ecosystem":"Debian:12","name":"old"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],"ecosystem_specific":{"urgency":"end-of-life"}}]}`,
			`{"id":"DEBIAN-CVE-2024-0010","upstream":["CVE-2024-0010"],` + critical + `,"affected":[{"package":{"ecosystem":"Debian:12","name":"harmless"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],"ecosystem_specific":{"urgency":"unimportant"}}]}`,
		},
		"npm": {
			record("GHSA-aaaa-aaaa-aaaa", "npm", "lodash", "4.17.21", `"aliases":["CVE-2024-0002"],"summary":"Prototype pollution in lodash","details":"Long text.",`+critical),
			record("GHSA-bbbb-bbbb-bbbb", "npm", "word", "2.0.0", `"database_specific":{"severity":"MODERATE"}`),
			`{"id":"MAL-2024-1","summary":"Malicious code in evil (npm)","affected":[{"package":{"ecosystem":"npm","name":"evil"},"versions":["1.0.0"]}]}`,
		},
		"Go": {`{"id":"GO-2024-1","aliases":["CVE-2024-0011"],"affected":[{"package":{"ecosystem":"Go","name":"example.org/m"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.2.0"}]}],"ecosystem_specific":{"imports":[{"path":"example.org/m/p","symbols":["F"]}]}}]}`},
	}, map[string][]byte{"kev.json": []byte(testKEV), "epss-2025.csv": []byte(testEPSS)})
}

func findingsPackages() []asset.Package {
	deb := func(name, version, source string) asset.Package {
		return asset.Package{
			Name: name, Version: version, Type: "deb", Ecosystem: "Debian:12", PURL: "pkg:deb/debian/" + name + "@" + version + "?arch=amd64&distro=debian-12.5",
			Source: asset.SourcePackage{Name: source, Version: version}, Locations: []asset.Location{{Path: "var/lib/dpkg/status", Layer: 2}},
		}
	}
	npm := func(name, version, path string) asset.Package {
		return asset.Package{
			Name: name, Version: version, Type: "npm", Ecosystem: "npm", PURL: "pkg:npm/" + name + "@" + version,
			Locations: []asset.Location{{Path: path, Layer: 3}},
		}
	}
	return []asset.Package{
		deb("libssl3", "3.0.11-1", "openssl"), deb("old", "1", "old"), deb("harmless", "1", "harmless"),
		npm("lodash", "4.17.20", "app/node_modules/lodash/package.json"), npm("word", "1.0.0", "usr/lib/node_modules/npm/node_modules/word/package.json"),
		npm("evil", "1.0.0", "app/node_modules/evil/package.json"),
		{Name: "example.org/m", Version: "v1.1.0", Type: "golang", Ecosystem: "Go", PURL: "pkg:golang/example.org/m@v1.1.0", Locations: []asset.Location{{Path: "app/server", Layer: 4}}},
		deb("apt", "2.6.1", "apt"),
	}
}

// TestFindingsGolden compares whole findings with testdata/findings.json, which
// -update writes anew.
func TestFindingsGolden(t *testing.T) {
	findings, problems := findingsDB(t).Findings("image:sha256:1", "example.org/app", findingsPackages())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, err := json.MarshalIndent(findings, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "findings.json")
	if *updateGolden {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("(-golden +got):\n%s", diff)
	}
}

func TestSeverityOrder(t *testing.T) {
	findings, _ := findingsDB(t).Findings("image:x", "x", findingsPackages())
	want := map[string]struct {
		severity finding.Severity
		source   string
	}{
		"CVE-2024-0001":       {finding.High, "Debian"},
		"CVE-2024-0002":       {finding.Critical, "CVSS 3.1 from GHSA-aaaa-aaaa-aaaa"}, // for libssl3 from the npm advisory
		"CVE-2024-0009":       {finding.Unknown, ""},
		"CVE-2024-0010":       {finding.Info, "Debian"},
		"GHSA-bbbb-bbbb-bbbb": {finding.Medium, "the rating of GHSA-bbbb-bbbb-bbbb"},
		"MAL-2024-1":          {finding.Critical, "the package is malicious"},
		"CVE-2024-0011":       {finding.Unknown, ""},
	}
	for _, f := range findings {
		if w := want[f.Rule]; f.Severity != w.severity || f.SeveritySource != w.source {
			t.Errorf("%s in %s: %s from %q, want %s from %q", f.Rule, f.Package.Name, f.Severity, f.SeveritySource, w.severity, w.source)
		}
	}
	if len(findings) != 8 {
		t.Errorf("%d findings", len(findings))
	}
}

func TestFingerprintSurvivesARebuild(t *testing.T) {
	db := findingsDB(t)
	before := findingsPackages()[:1]
	after := findingsPackages()[:1]
	after[0].Version, after[0].Source.Version = "3.0.11-2", "3.0.11-2"
	after[0].PURL = "pkg:deb/debian/libssl3@3.0.11-2?arch=amd64&distro=debian-12.6"
	one, _ := db.Findings("image:sha256:1", "example.org/app", before)
	two, _ := db.Findings("image:sha256:2", "example.org/app", after)
	if one[0].ID != two[0].ID {
		t.Errorf("the fingerprint changed from %s to %s", one[0].ID, two[0].ID)
	}
	other, _ := db.Findings("image:sha256:1", "example.org/other", before)
	if one[0].ID == other[0].ID {
		t.Error("another asset has the same fingerprint")
	}
}

// TestFingerprintsAreUnique has packages of one purl without version, each of
// which must stay a finding of its own, and one that is listed twice.
func TestFingerprintsAreUnique(t *testing.T) {
	db := imported(t, map[string][]string{
		"npm":       {record("GHSA-aaaa-aaaa-aaaa", "npm", "lodash", "4.17.21", "")},
		"Debian":    {record("DSA-1-1", "Debian:12", "openssl", "3.0.13-1", "")},
		"AlmaLinux": {record("ALSA-1", "AlmaLinux:9", "kernel-core", "0:5.14.0-503.el9", "")},
	}, nil)
	lodash := func(version, path string) asset.Package {
		p := pkg("npm", "lodash", version)
		p.PURL, p.Locations = "pkg:npm/lodash@"+version, []asset.Location{{Path: path}}
		return p
	}
	libssl := func(arch string) asset.Package {
		p := built("Debian:12", "libssl3", "3.0.11-1", "openssl", "3.0.11-1")
		p.PURL, p.Arch, p.Locations = "pkg:deb/debian/libssl3@3.0.11-1?arch="+arch, arch, []asset.Location{{Path: "var/lib/dpkg/status"}}
		return p
	}
	kernel := func(version string) asset.Package {
		p := pkg("AlmaLinux:9", "kernel-core", version)
		p.PURL, p.Arch, p.Locations = "pkg:rpm/almalinux/kernel-core@"+version+"?arch=x86_64", "x86_64", []asset.Location{{Path: "var/lib/rpm/rpmdb.sqlite"}}
		return p
	}
	packages := []asset.Package{
		lodash("4.17.20", "app/node_modules/lodash/package.json"), lodash("4.17.4", "app/node_modules/x/node_modules/lodash/package.json"),
		lodash("4.17.20", "app/node_modules/lodash/package.json"),
		libssl("amd64"), libssl("i386"), kernel("5.14.0-427.el9"), kernel("5.14.0-362.el9"),
	}
	findings, _ := db.Findings("image:x", "x", packages)
	if len(findings) != len(packages)-1 {
		t.Errorf("%d findings, want one for each of the %d packages", len(findings), len(packages)-1)
	}
	ids := map[string]string{}
	for _, f := range findings {
		if other := ids[f.ID]; other != "" {
			t.Errorf("%s and %s have one ID", other, f.Package.PURL)
		}
		ids[f.ID] = f.Package.PURL
	}
	alone, _ := db.Findings("image:x", "x", []asset.Package{packages[0], packages[2]})
	if want := finding.Fingerprint(finding.Vulnerability, "GHSA-aaaa-aaaa-aaaa", "x", "pkg:npm/lodash"); alone[0].ID != want {
		t.Errorf("a package that is there once, though listed twice, has the ID %s, want %s", alone[0].ID, want)
	}
	again := []asset.Package{libssl("amd64"), libssl("i386")}
	for i := range again {
		again[i].Version, again[i].Source.Version = "3.0.12-1", "3.0.12-1"
		again[i].PURL = strings.Replace(again[i].PURL, "3.0.11-1", "3.0.12-1", 1)
	}
	before, _ := db.Findings("image:x", "x", packages[3:5])
	after, _ := db.Findings("image:x", "x", again)
	if before[0].ID != after[0].ID || before[1].ID != after[1].ID {
		t.Error("the fingerprints of two architectures do not survive a rebuild")
	}
}

func TestSubject(t *testing.T) {
	for purl, want := range map[string]string{
		"pkg:npm/%40a/b@1.0.0":                        "pkg:npm/%40a/b",
		"pkg:npm/@a/b":                                "pkg:npm/@a/b",
		"pkg:deb/debian/a@1%3A2?arch=amd64#sub":       "pkg:deb/debian/a",
		"pkg:golang/example.org/m@v1.0.0?type=module": "pkg:golang/example.org/m",
		"": "npm/x",
		"pkg:maven/g/a@1?repository_url=https://x/@y/": "pkg:maven/g/a",
	} {
		if got := subject(&asset.Package{PURL: purl, Ecosystem: "npm", Name: "x"}); got != want {
			t.Errorf("subject of %q is %q, want %q", purl, got, want)
		}
	}
}

func TestCutText(t *testing.T) {
	if got := cutText("short", 10); got != "short" {
		t.Errorf("got %q", got)
	}
	for max := 4; max < 40; max++ {
		got := cutText("einige Wörter mit Umlauten: äöüß äöüß äöüß", max)
		if len(got) > max || !strings.HasSuffix(got, "…") || strings.ContainsRune(got, '\uFFFD') {
			t.Errorf("cut to %d bytes: %q", max, got)
		}
	}
}
