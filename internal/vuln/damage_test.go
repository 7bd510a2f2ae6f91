package vuln

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
)

// TestDamageIsTold changes bytes of a database's files: what is read of them
// is told as not looked up, and the other files work.
func TestDamageIsTold(t *testing.T) {
	home := t.TempDir()
	mustImport(t, folder(t, map[string][]byte{
		"npm/all.zip": zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", `"aliases":["CVE-2024-0001"]`)),
		"Go/all.zip":  zipOf(t, record("GO-1", "Go", "example.org/m", "1.1.0", `"aliases":["CVE-2024-0001"]`)),
		"kev.json":    []byte(testKEV), "epss-1.csv": []byte(testEPSS),
	}), ImportOptions{Home: home})
	packages := []asset.Package{pkg("npm", "a", "1.0.0"), pkg("Go", "example.org/m", "1.0.0")}
	for _, c := range []struct {
		file     string
		findings int
	}{{"npm.segment", 1}, {"kev.table", 2}, {"epss.table", 2}} {
		path := filepath.Join(home, "db", "current", c.file)
		intact, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := slices.Clone(intact)
		damaged[len(damaged)-1] ^= 1
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		db := openedDB(t, home)
		findings, problems := db.Findings("image:x", "x", packages)
		problems = append(problems, db.Problems()...)
		if len(findings) != c.findings || !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Message, "damaged") }) {
			t.Errorf("%s: %d findings, problems %+v", c.file, len(findings), problems)
		}
		if err := os.WriteFile(path, intact, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if findings, problems := openedDB(t, home).Findings("image:x", "x", packages); len(findings) != 2 || len(problems) > 0 || !findings[0].Risk.Exploited {
		t.Errorf("the repaired database gave %d findings, problems %+v", len(findings), problems)
	}
}

// TestDamageBehindTheFirstPage is seen when the page is used, by the findings
// that need it.
func TestDamageBehindTheFirstPage(t *testing.T) {
	home := t.TempDir()
	var scores strings.Builder
	scores.WriteString("cve,epss,percentile\n")
	for i := range 3000 {
		fmt.Fprintf(&scores, "CVE-2023-%d,0.5,0.9\n", 10000+i)
	}
	scores.WriteString("CVE-2024-0001,0.5,0.9\n")
	mustImport(t, folder(t, map[string][]byte{
		"npm/all.zip": zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", `"aliases":["CVE-2024-0001"]`)),
		"kev.json":    []byte(testKEV), "epss-1.csv": []byte(scores.String()),
	}), ImportOptions{Home: home})
	path := filepath.Join(home, "db", "current", "epss.table")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	db := openedDB(t, home)
	if len(db.Problems()) > 0 {
		t.Errorf("problems before anything was read: %+v", db.Problems())
	}
	findings, problems := db.Findings("image:x", "x", []asset.Package{pkg("npm", "a", "1.0.0")})
	if len(findings) != 1 || findings[0].Risk.EPSS >= 0 || !findings[0].Risk.Exploited || len(problems) != 1 ||
		!strings.Contains(problems[0].Message, "epss.table does not match its checksums") || problems[0].Command != updateCommand {
		t.Errorf("%d findings, problems %+v", len(findings), problems)
	}
}
