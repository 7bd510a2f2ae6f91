package vuln

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/vuln/store"
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

// TestImportRealAdvisories counts what the files' README counts.
func TestImportRealAdvisories(t *testing.T) {
	db := importedShared(t)
	want := map[string]int{ // records without the withdrawn ones
		"Debian": 2354, "Go": 4291 - 17, "PyPI": 2661 - 10, "AlmaLinux": 5637, "Wolfi": 20, "npm": 467,
		"crates.io": 1205 - 13, "RubyGems": 1232, "Packagist": 1592, "Bitnami": 7444, "KEV": 1404, "EPSS": 200,
	}
	for _, f := range db.Files() {
		if f.Records != want[f.Label()] {
			t.Errorf("%s has %d records (%d withdrawn, %d broken), want %d", f.Label(), f.Records, f.Withdrawn, f.Broken, want[f.Label()])
		}
		if f.Broken != 0 {
			t.Errorf("%s has %d broken records", f.Label(), f.Broken)
		}
		delete(want, f.Label())
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func importedShared(t *testing.T) *DB {
	t.Helper()
	data := sharedData(t)
	home := t.TempDir()
	summary, err := Import(context.Background(), data, ImportOptions{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	if err := summary.Err(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if len(db.Problems()) > 0 {
		t.Fatalf("problems: %v", db.Problems())
	}
	return db
}

// TestKnownMatches has matches that were looked up by hand in the advisories.
func TestKnownMatches(t *testing.T) {
	db := importedShared(t)
	for _, c := range []struct {
		name      string
		pkg       asset.Package
		has, not  string // CVEs
		fixed     string
		exploited bool
	}{
		{
			name: "DLA-3942-2 fixes openssl in bullseye",
			pkg: asset.Package{Name: "libssl1.1", Version: "1.1.1n-0+deb11u4", Type: "deb", Ecosystem: "Debian:11",
				Source: asset.SourcePackage{Name: "openssl", Version: "1.1.1n-0+deb11u4"}},
			has: "CVE-2023-5678",
		},
		{
			name: "the binary's name is not a source's",
			pkg: asset.Package{Name: "openssl", Version: "1.1.1n-0+deb11u4", Type: "deb", Ecosystem: "Debian:11",
				Source: asset.SourcePackage{Name: "something-else", Version: "1"}},
			not: "CVE-2023-5678",
		},
		{
			name: "Go module below the fix",
			pkg:  asset.Package{Name: "github.com/miekg/dns", Version: "v1.1.24", Type: "golang", Ecosystem: "Go"},
			has:  "CVE-2019-19794", fixed: "1.1.25-0.20191211073109-8ebf2e419df7",
		},
		{
			name: "Go module at the fix",
			pkg:  asset.Package{Name: "github.com/miekg/dns", Version: "v1.1.25", Type: "golang", Ecosystem: "Go"},
			not:  "CVE-2019-19794",
		},
		{
			name: "PyPI names are normalised",
			pkg:  asset.Package{Name: "Trac", Version: "0.10", Type: "pypi", Ecosystem: "PyPI"},
			has:  "CVE-2007-1406", fixed: "0.10.3.1",
		},
		{
			name: "apk by its source",
			pkg: asset.Package{Name: "libexpat1", Version: "2.4.8-r0", Type: "apk", Ecosystem: "Wolfi",
				Source: asset.SourcePackage{Name: "expat", Version: "2.4.8-r0"}},
			has: "CVE-2022-40674", fixed: "2.4.9-r0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			findings, problems := db.Findings("image:x", "x", []asset.Package{c.pkg})
			if len(problems) > 0 {
				t.Fatalf("problems: %v", problems)
			}
			i := slices.IndexFunc(findings, func(f finding.Finding) bool { return f.Rule == c.has })
			if c.has != "" && i < 0 {
				t.Fatalf("no %s among %d findings", c.has, len(findings))
			}
			if c.fixed != "" && findings[i].Package.Fixed != c.fixed {
				t.Errorf("fixed in %q, want %q", findings[i].Package.Fixed, c.fixed)
			}
			if c.not != "" && slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Rule == c.not }) {
				t.Errorf("%s is found and should not be", c.not)
			}
		})
	}
}

var _ = store.ErrNone
