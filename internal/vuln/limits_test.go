package vuln

import (
	"fmt"
	"strings"
	"testing"

	"seawall/internal/asset"
)

// Packages beyond the limit are counted in the first finding, by source and
// vulnerability; the fingerprints of the others stay unique.
func TestPackagesAlikeAreCounted(t *testing.T) {
	db := imported(t, map[string][]string{"Debian": {
		record("DSA-1-1", "Debian:12", "openssl", "9", `"upstream":["CVE-2024-0001","CVE-2024-0002"]`),
		record("DSA-2-1", "Debian:12", "zlib", "9", `"upstream":["CVE-2024-0001"]`),
	}}, nil)
	packages := []asset.Package{built("Debian:12", "zlib1g", "1", "zlib", "1")}
	for i := range maxAlike + 7 {
		packages = append(packages, built("Debian:12", fmt.Sprintf("libssl-%d", i), "1", "openssl", "1"))
	}
	findings, problems := db.Findings("image:x", "x", packages)
	if len(findings) != 1+2*maxAlike || len(problems) > 0 {
		t.Fatalf("%d findings, want %d; problems %v", len(findings), 1+2*maxAlike, problems)
	}
	ids := map[string]bool{}
	for _, f := range findings {
		want := 0
		if f.Package.Name == "libssl-0" {
			want = 7
		}
		if f.Alike != want || ids[f.ID] {
			t.Errorf("%s in %s: %d alike, want %d; fingerprint known: %v", f.Rule, f.Package.Name, f.Alike, want, ids[f.ID])
		}
		ids[f.ID] = true
	}
}

// However many vulnerabilities an image has, the list has an end, and a problem
// says what it leaves out.
func TestMatchesHaveALimit(t *testing.T) {
	const sources, advisories, cves = 4, 5, 50
	const perPackage = advisories * cves
	var records []string
	var packages []asset.Package
	for source := range sources {
		name := fmt.Sprintf("source-%d", source)
		for advisory := range advisories {
			var ids []string
			for i := range cves {
				ids = append(ids, fmt.Sprintf(`"CVE-2024-%d"`, 1000+advisory*cves+i))
			}
			records = append(records, record(fmt.Sprintf("DSA-%d%d-1", source, advisory), "Debian:12", name, "9", `"upstream":[`+strings.Join(ids, ",")+`]`))
		}
		for i := range maxMatches/perPackage/sources + 1 {
			packages = append(packages, built("Debian:12", fmt.Sprintf("%s-%d", name, i), "1", name, "1"))
		}
	}
	db := imported(t, map[string][]string{"Debian": records}, nil)
	matches, problems := db.Match(packages)
	if len(matches) != maxMatches || len(problems) != 1 || problems[0].Unlisted != sources*perPackage {
		t.Errorf("%d matches and the problems %+v, want %d and %d unlisted", len(matches), problems, maxMatches, sources*perPackage)
	}
}
