package vuln

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seawall/internal/asset"
	"seawall/internal/vuln/store"
)

func names(db *DB) string {
	var all []string
	for _, f := range db.Files() {
		all = append(all, f.Label())
	}
	return strings.Join(all, " ")
}

func mustImport(t *testing.T, path string, options ImportOptions) *Summary {
	t.Helper()
	summary, err := Import(context.Background(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func TestImportLayouts(t *testing.T) {
	one := record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", "")
	archive := zipOf(t, one)
	for name, c := range map[string]struct {
		files map[string][]byte
		below string
		want  string
	}{
		"as exported":          {map[string][]byte{"npm/all.zip": archive, "kev.json": []byte(testKEV), "epss_scores-2025-01-01.csv": []byte(testEPSS)}, "", "EPSS KEV npm"},
		"below osv":            {map[string][]byte{"osv/npm/all.zip": archive, "kev.json": []byte(testKEV)}, "", "KEV npm"},
		"osv itself":           {map[string][]byte{"osv/npm/all.zip": archive, "kev.json": []byte(testKEV)}, "osv", "KEV npm"},
		"records as files":     {map[string][]byte{"npm/GHSA-aaaa-aaaa-aaaa.json": []byte(one)}, "", "npm"},
		"with other folders":   {map[string][]byte{"npm/all.zip": archive, "notes/all.zip": archive, "x.txt": nil}, "", "npm"},
		"escaped name":         {map[string][]byte{"Red%20Hat/all.zip": zipOf(t, record("RHSA-1", "Red Hat:enterprise_linux:9", "bash", "2", ""))}, "", "Red Hat"},
		"a release's folder":   {map[string][]byte{"Debian:12/all.zip": zipOf(t, record("DSA-1-1", "Debian:12", "a", "2", ""))}, "", "Debian"},
		"the whole wins":       {map[string][]byte{"Debian:12/all.zip": zipOf(t, "{"), "Debian/all.zip": zipOf(t, record("DSA-1-1", "Debian:12", "a", "2", ""))}, "", "Debian"},
		"exploit data alone":   {map[string][]byte{"known_exploited_vulnerabilities.json": []byte(testKEV)}, "", "KEV"},
		"the newest of scores": {map[string][]byte{"epss-1.csv": []byte("nonsense"), "epss-2.csv": []byte(testEPSS)}, "", "EPSS"},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			summary := mustImport(t, filepath.Join(folder(t, c.files), c.below), ImportOptions{Home: home})
			if err := summary.Err(); err != nil {
				t.Error(err)
			}
			if got := names(openedDB(t, home)); got != c.want {
				t.Errorf("imported %q, want %q", got, c.want)
			}
		})
	}
}

func TestImportAddsOrReplaces(t *testing.T) {
	home := t.TempDir()
	npm := folder(t, map[string][]byte{"npm/all.zip": zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", ""))})
	debian := folder(t, map[string][]byte{"Debian/all.zip": zipOf(t, record("DSA-1-1", "Debian:12", "a", "2", ""))})
	mustImport(t, npm, ImportOptions{Home: home})
	if got := states(mustImport(t, debian, ImportOptions{Home: home})); got != "Debian updated, npm kept" {
		t.Error(got)
	}
	if got := names(openedDB(t, home)); got != "Debian npm" {
		t.Errorf("the database holds %q", got)
	}
	mustImport(t, npm, ImportOptions{Home: home, Replace: true})
	if got := names(openedDB(t, home)); got != "npm" {
		t.Errorf("the database holds %q", got)
	}
}

func TestImportOfOneBrokenEcosystem(t *testing.T) {
	home := t.TempDir()
	summary := mustImport(t, folder(t, map[string][]byte{
		"npm/all.zip":  zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", ""), "{"),
		"PyPI/all.zip": []byte("no zip"),
	}), ImportOptions{Home: home})
	if got := states(summary); got != "PyPI failed, npm updated" && got != "npm updated, PyPI failed" {
		t.Error(got)
	}
	if err := summary.Err(); err == nil || !strings.Contains(err.Error(), "PyPI") || strings.Contains(err.Error(), "npm:") {
		t.Errorf("the summary's error is %v", err)
	}
	f := openedDB(t, home).Files()[0]
	if f.Records != 1 || f.Broken != 1 {
		t.Errorf("%+v", f)
	}
}

func TestImportOfNothing(t *testing.T) {
	home := t.TempDir()
	for _, path := range []string{t.TempDir(), "/no/such/folder", folder(t, map[string][]byte{"npm/all.zip": []byte("no zip")})} {
		if _, err := Import(context.Background(), path, ImportOptions{Home: home}); err == nil {
			t.Errorf("importing %s gave no error", path)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(home, "db", "versions", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBuildAndImport carries a database to a machine without a network.
func TestBuildAndImport(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	source := folder(t, map[string][]byte{
		"npm/all.zip": zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", "")), "kev.json": []byte(testKEV),
	})
	output := filepath.Join(t.TempDir(), "db.tar.zst")
	summary, err := Build(context.Background(), from, source, output)
	if err != nil || summary.Err() != nil {
		t.Fatal(err, summary.Err())
	}
	imported := mustImport(t, output, ImportOptions{Home: to})
	if !imported.Learned || imported.Signer != summary.Signer {
		t.Errorf("signed by %s, imported %+v", summary.Signer, imported)
	}
	db := openedDB(t, to)
	if matches, problems := db.Match([]asset.Package{pkg("npm", "a", "1.0.0")}); len(matches) != 1 || len(problems) > 0 {
		t.Errorf("%d matches, %v", len(matches), problems)
	}
	if got := names(db); got != "KEV npm" {
		t.Errorf("the database holds %q", got)
	}

	// And the database itself can be carried on.
	again := filepath.Join(t.TempDir(), "again.tar.zst")
	if _, err := Build(context.Background(), to, "", again); err != nil {
		t.Fatal(err)
	}
	third := t.TempDir()
	mustImport(t, again, ImportOptions{Home: third})
	if got := names(openedDB(t, third)); got != "KEV npm" {
		t.Errorf("the third database holds %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(output), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestStatus(t *testing.T) {
	home := t.TempDir()
	mustImport(t, folder(t, map[string][]byte{"npm/all.zip": zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", ""))}), ImportOptions{Home: home})
	status, err := ReadStatus(home, time.Date(2025, 1, 22, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	warnings := strings.Join(status.Warnings, "\n")
	for _, want := range []string{"20 days old", "KEV", "EPSS"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning says %q:\n%s", want, warnings)
		}
	}
	path := filepath.Join(home, "db", "current", status.Files[0].Name)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if status, err = ReadStatus(home, time.Date(2025, 1, 3, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if warnings := strings.Join(status.Warnings, "\n"); !strings.Contains(warnings, "cannot be used") || strings.Contains(warnings, "days old") {
		t.Errorf("warnings:\n%s", warnings)
	}
	if _, err := ReadStatus(t.TempDir(), time.Now()); err == nil || !strings.Contains(err.Error(), store.ErrNone.Error()) {
		t.Errorf("no database gave %v", err)
	}
}

// An advisory that names one package very often would cost every check of it.
func TestImportRefusesManyEntriesForOnePackage(t *testing.T) {
	entry := `{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}`
	many := `{"id": "GHSA-many", "modified": "2025-01-01T00:00:00Z", "affected": [` + strings.Repeat(entry+",", maxPerPackage) + entry + `]}`
	files := map[string][]byte{"npm/all.zip": zipOf(t, many, record("GHSA-one", "npm", "b", "1.1.0", ""))}
	home := t.TempDir()
	summary := mustImport(t, folder(t, files), ImportOptions{Home: home})
	if file := summary.Outcomes[0].File; file.Broken != 1 {
		t.Errorf("%d records were refused, want 1", file.Broken)
	}
	if matches, _ := openedDB(t, home).Match([]asset.Package{pkg("npm", "a", "1.0.0"), pkg("npm", "b", "1.0.0")}); len(matches) != 1 || matches[0].ID != "GHSA-one" {
		t.Errorf("matches %+v", matches)
	}
}
