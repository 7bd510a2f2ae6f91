package vuln

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// sharedData finds the folder of real advisories that lies beside the
// repository, or skips the test.
func sharedData(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SEAWALL_SHARED")
	if folder == "" {
		folder = "../../../shared"
	}
	folder, err := filepath.Abs(filepath.Join(folder, "data"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "osv")); err != nil {
		t.Skipf("the real advisories are not here (%v): set SEAWALL_SHARED to the folder that holds data/osv", err)
	}
	return folder
}

// TestRealAdvisories imports real advisories once and looks at what came of it.
func TestRealAdvisories(t *testing.T) {
	db := importedShared(t)
	t.Run("counts", func(t *testing.T) { checkCounts(t, db) })
	t.Run("matches", func(t *testing.T) { checkKnownMatches(t, db) })
}

func importedShared(t *testing.T) *DB {
	t.Helper()
	data, home := sharedData(t), t.TempDir()
	summary, err := Import(context.Background(), data, ImportOptions{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	if err := summary.Err(); err != nil {
		t.Fatal(err)
	}
	db := openedDB(t, home)
	if len(db.Problems()) > 0 {
		t.Fatalf("problems: %v", db.Problems())
	}
	return db
}

// checkCounts compares with the counts of the files' README, without the
// withdrawn records.
func checkCounts(t *testing.T, db *DB) {
	want := map[string]int{
		"Debian": 2354, "Go": 4291 - 17, "PyPI": 2661 - 10, "AlmaLinux": 5637, "Wolfi": 20, "npm": 467,
		"crates.io": 1205 - 13, "RubyGems": 1232, "Packagist": 1592, "Bitnami": 7444, "KEV": 1404, "EPSS": 200,
	}
	for _, f := range db.Files() {
		if f.Records != want[f.Label()] || f.Broken != 0 {
			t.Errorf("%s has %d records (%d withdrawn, %d broken), want %d", f.Label(), f.Records, f.Withdrawn, f.Broken, want[f.Label()])
		}
		delete(want, f.Label())
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// checkKnownMatches has matches that were looked up by hand in the advisories.
func checkKnownMatches(t *testing.T, db *DB) {
	openssl := func(version string) asset.Package {
		return built("Debian:11", "libssl1.1", version, "openssl", version)
	}
	for _, c := range []struct {
		name  string
		pkg   asset.Package
		cve   string
		found bool
		fixed string
	}{
		// DLA-3942-1 fixes it in 1.1.1n-0+deb11u6, DLA-3942-2 in 1.1.1w-0+deb11u2.
		{"two advisories, the later fix", openssl("1.1.1n-0+deb11u4"), "CVE-2023-5678", true, "1.1.1w-0+deb11u2"},
		{"at the later fix", openssl("1.1.1w-0+deb11u2"), "CVE-2023-5678", false, ""},
		{"a binary with the source's name", built("Debian:11", "openssl", "1.1.1n-0+deb11u4", "another", "1"), "CVE-2023-5678", false, ""},
		{"a Go module below the fix", pkg("Go", "github.com/miekg/dns", "v1.1.24"), "CVE-2019-19794", true, "1.1.25-0.20191211073109-8ebf2e419df7"},
		{"a Go module at the fix", pkg("Go", "github.com/miekg/dns", "v1.1.25"), "CVE-2019-19794", false, ""},
		{"a PyPI name that is not normalised", pkg("PyPI", "Trac", "0.10"), "CVE-2007-1406", true, "0.10.3.1"},
		{"an apk by its source", built("Wolfi", "libexpat1", "2.4.8-r0", "expat", "2.4.8-r0"), "CVE-2022-40674", true, "2.4.9-r0"},
	} {
		findings, problems := db.Findings("image:x", "x", []asset.Package{c.pkg})
		i := slices.IndexFunc(findings, func(f finding.Finding) bool { return f.Rule == c.cve })
		switch {
		case len(problems) > 0 || (i >= 0) != c.found:
			t.Errorf("%s: %s is found: %v, want %v; problems %v", c.name, c.cve, i >= 0, c.found, problems)
		case c.found && findings[i].Package.Fixed != c.fixed:
			t.Errorf("%s: fixed in %q, want %q", c.name, findings[i].Package.Fixed, c.fixed)
		}
	}
}
