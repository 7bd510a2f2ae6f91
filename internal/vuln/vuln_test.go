package vuln

import (
	"archive/zip"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// zipOf packs records into the archive that an export has.
func zipOf(t *testing.T, records ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, r := range records {
		m, err := w.Create(fmt.Sprintf("%03d.json", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder writes files and gives their folder.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// record writes an OSV record about one range of one package.
func record(id, ecosystem, name, fixed, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"id":%q,"modified":"2025-01-02T03:04:05Z","affected":[{"package":{"ecosystem":%q,"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":%q}]}]}]%s}`, id, ecosystem, name, fixed, more)
}

// imported gives a database of the records, sorted into ecosystems.
func imported(t *testing.T, ecosystems map[string][]string, more map[string][]byte) *DB {
	t.Helper()
	files := map[string][]byte{}
	for name, data := range more {
		files[name] = data
	}
	for ecosystem, records := range ecosystems {
		files[ecosystem+"/all.zip"] = zipOf(t, records...)
	}
	home := t.TempDir()
	summary, err := Import(context.Background(), folder(t, files), ImportOptions{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	if err := summary.Err(); err != nil {
		t.Fatal(err)
	}
	return openedDB(t, home)
}

func openedDB(t *testing.T, home string) *DB {
	t.Helper()
	db, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
