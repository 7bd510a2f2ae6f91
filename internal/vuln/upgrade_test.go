package vuln

import (
	"fmt"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/vuln/osv"
)

// TestUpgrade has, for several advisories about one package, the version that
// ends them all.
func TestUpgrade(t *testing.T) {
	ranges := func(id, name, events string) string {
		return fmt.Sprintf(`{"id":%q,"affected":[{"package":{"ecosystem":"npm","name":%q},"ranges":[{"type":"SEMVER","events":[%s]}]}]}`, id, name, events)
	}
	db := imported(t, map[string][]string{
		"npm": {
			ranges("GHSA-1", "branches", `{"introduced":"0"},{"fixed":"5.0.1"}`),
			ranges("GHSA-2", "branches", `{"introduced":"0"},{"fixed":"4.17.21"},{"introduced":"5.0.0"},{"fixed":"5.1.0"}`),
			ranges("GHSA-3", "branches", `{"introduced":"0"}`),
			ranges("GHSA-4", "apart", `{"introduced":"0"},{"fixed":"2.0.0"}`),
			ranges("GHSA-5", "apart", `{"introduced":"0"},{"fixed":"1.5.0"},{"introduced":"2.0.0"}`),
			ranges("GHSA-6", "plain", `{"introduced":"0"},{"fixed":"1.10.0"}`),
			ranges("GHSA-7", "plain", `{"introduced":"0"},{"fixed":"1.9.0"}`),
		},
		"Debian": {
			record("DSA-1-1", "Debian:12", "openssl", "3.0.9-1", ""),
			record("DSA-2-1", "Debian:12", "openssl", "3.0.13-1~deb12u1", ""),
		},
		"Go": {record("GO-1", "Go", "golang.org/x/net", "0.56.0", "")},
	}, nil)
	module := pkg("Go", "golang.org/x/net", "v0.55.0")
	module.Type = "golang"
	for _, c := range []struct {
		name     string
		packages []asset.Package
		want     map[string]string // upgrade by the finding's rule
	}{
		{
			"the highest fix is affected by another",
			[]asset.Package{pkg("npm", "branches", "4.17.20")},
			map[string]string{"GHSA-1": "5.1.0", "GHSA-2": "5.1.0", "GHSA-3": ""},
		},
		{"none ends all", []asset.Package{pkg("npm", "apart", "1.0.0")}, map[string]string{"GHSA-4": "", "GHSA-5": ""}},
		{
			"versions are compared, not their texts",
			[]asset.Package{pkg("npm", "plain", "1.0.0")},
			map[string]string{"GHSA-6": "1.10.0", "GHSA-7": "1.10.0"},
		},
		{
			"by source",
			[]asset.Package{built("Debian:12", "libssl3", "3.0.8-1", "openssl", "3.0.8-1"), built("Debian:12", "openssl", "3.0.8-1", "openssl", "3.0.8-1")},
			map[string]string{"DSA-1-1": "3.0.13-1~deb12u1", "DSA-2-1": "3.0.13-1~deb12u1"},
		},
		{"spelled as Go does", []asset.Package{module}, map[string]string{"GO-1": "v0.56.0"}},
	} {
		findings, _ := db.Findings("image:x", "x", c.packages)
		if len(findings) != len(c.want)*len(c.packages) {
			t.Errorf("%s: %d findings", c.name, len(findings))
		}
		for _, f := range findings {
			if f.Package.Upgrade != c.want[f.Rule] {
				t.Errorf("%s: %s is ended by %q, want %q", c.name, f.Rule, f.Package.Upgrade, c.want[f.Rule])
			}
		}
	}
}

// BenchmarkPlanUpgrades has as many vulnerabilities as a kernel of an old image.
func BenchmarkPlanUpgrades(b *testing.B) {
	matches := kernelMatches(2000, 200)
	for b.Loop() {
		planUpgrades(matches)
	}
	if want := "6.1.199-1"; matches[0].Upgrade != want {
		b.Errorf("upgrade to %q, want %q", matches[0].Upgrade, want)
	}
}

func kernelMatches(vulnerabilities, fixes int) []Match {
	matches := make([]Match, vulnerabilities)
	kernel := pkg("Debian:12", "linux", "6.1.0-1")
	for i := range matches {
		m := &matches[i]
		m.Package, m.ID, m.Version = &kernel, fmt.Sprintf("CVE-2024-%d", i), "6.1.0-1"
		m.Fixed = fmt.Sprintf("6.1.%d-1", i%fixes)
		m.Hits = make([]Hit, 1)
		m.Hits[0].Ranges = []osv.Range{{{Kind: osv.Introduced, Version: "0"}, {Kind: osv.Fixed, Version: m.Fixed}}}
	}
	return matches
}
