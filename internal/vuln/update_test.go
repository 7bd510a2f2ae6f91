package vuln

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seawall/internal/asset"
	"seawall/internal/vuln/feed"
	"seawall/internal/vuln/store"
)

// mirror is a server that holds feeds as the public ones do.
type mirror struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte
	// broken paths answer with this status.
	broken map[string]int
	// sent counts the answers with a body.
	sent map[string]int
}

func newMirror(t *testing.T) *mirror {
	t.Helper()
	m := &mirror{files: map[string][]byte{}, broken: map[string]int{}, sent: map[string]int{}}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	m.set("/kev.json", []byte(testKEV))
	m.set("/epss.csv.gz", []byte(testEPSS))
	m.set("/osv/npm/all.zip", zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.1.0", "")))
	m.set("/osv/Red Hat/all.zip", zipOf(t, record("RHSA-1", "Red Hat:enterprise_linux:9::baseos", "bash", "5.1.8-9.el9", "")))
	return m
}

func (m *mirror) set(path string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[path] = data
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, found := m.files[r.URL.Path]
	switch {
	case m.broken[r.URL.Path] != 0:
		w.WriteHeader(m.broken[r.URL.Path])
	case !found:
		w.WriteHeader(http.StatusNotFound)
	default:
		tag := `"` + sum(data) + `"`
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") != tag {
			m.sent[r.URL.Path]++
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(data)))
	}
}

func sum(data []byte) string {
	n := uint32(2166136261)
	for _, b := range data {
		n = (n ^ uint32(b)) * 16777619
	}
	return string(rune('a'+n%26)) + time.Unix(int64(n), 0).UTC().Format("20060102150405")
}

func (m *mirror) options(home string) UpdateOptions {
	client := feed.NewClient("seawall-test")
	client.Attempts, client.Backoff = 2, time.Millisecond
	return UpdateOptions{
		Home: home, Client: client, Ecosystems: []string{"npm", "Red Hat"},
		OSV: m.URL + "/osv", KEV: m.URL + "/kev.json", EPSS: m.URL + "/epss.csv.gz",
	}
}

func states(s *Summary) string {
	var all []string
	for _, o := range s.Outcomes {
		all = append(all, o.Name+" "+string(o.State))
	}
	return strings.Join(all, ", ")
}

func TestUpdate(t *testing.T) {
	m, home := newMirror(t), t.TempDir()
	summary, err := Update(context.Background(), m.options(home))
	if err != nil || summary.Err() != nil {
		t.Fatal(err, summary.Err())
	}
	if got := states(summary); got != "npm updated, Red Hat updated, EPSS updated, KEV updated" {
		t.Fatal(got)
	}

	// Nothing newer: nothing is sent, the database is checked all the same.
	before := store.File{}
	if v, err := store.Open(home); err == nil {
		before, _ = v.Manifest.Find(store.Advisories, "npm")
	}
	if summary, err = Update(context.Background(), m.options(home)); err != nil || summary.Err() != nil {
		t.Fatal(err, summary.Err())
	}
	if got := states(summary); got != "npm unchanged, Red Hat unchanged, EPSS unchanged, KEV unchanged" {
		t.Error(got)
	}
	for path, n := range m.sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", path, n)
		}
	}
	v, err := store.Open(home)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := v.Manifest.Find(store.Advisories, "npm"); !after.Checked.After(before.Checked) || after.Built != before.Built {
		t.Errorf("checked %v, then %v; built %v, then %v", before.Checked, after.Checked, before.Built, after.Built)
	}

	// One has news, one breaks: the others are as before.
	m.set("/osv/npm/all.zip", zipOf(t, record("GHSA-aaaa-aaaa-aaaa", "npm", "a", "1.2.0", "")))
	m.broken["/osv/Red Hat/all.zip"] = 500
	summary, err = Update(context.Background(), m.options(home))
	if err != nil {
		t.Fatal(err)
	}
	if got := states(summary); got != "npm updated, Red Hat kept, EPSS unchanged, KEV unchanged" {
		t.Error(got)
	}
	if err := summary.Err(); err == nil || !strings.Contains(err.Error(), "Red Hat: ") || !strings.Contains(err.Error(), "500") {
		t.Errorf("the summary's error is %v", err)
	}
	db := openedDB(t, home)
	matches, problems := db.Match([]asset.Package{pkg("npm", "a", "1.1.0"), pkg("Red Hat:9", "bash", "5.1.8-1.el9")})
	if len(matches) != 2 || len(problems) != 0 {
		t.Errorf("%d matches, problems %v", len(matches), problems)
	}
}

func TestUpdateWithoutNetworkKeepsTheDatabase(t *testing.T) {
	m, home := newMirror(t), t.TempDir()
	if _, err := Update(context.Background(), m.options(home)); err != nil {
		t.Fatal(err)
	}
	options := m.options(home)
	m.Close()
	if _, err := Update(context.Background(), options); err == nil || !strings.Contains(err.Error(), "was not changed") {
		t.Errorf("without a server: %v", err)
	}
	if db := openedDB(t, home); len(db.Files()) != 4 || len(db.Problems()) != 0 {
		t.Errorf("the database has %d files and problems %v", len(db.Files()), db.Problems())
	}
	left, _ := filepath.Glob(filepath.Join(home, "db", "versions", "*"))
	if len(left) != 1 {
		t.Errorf("%d versions are left", len(left))
	}
}

func TestUpdateCancelled(t *testing.T) {
	m, home := newMirror(t), t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Update(ctx, m.options(home)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := Open(home); !errors.Is(err, store.ErrNone) {
		t.Errorf("a cancelled update left a database: %v", err)
	}
}

// TestBrokenDownload has an archive that is none, as a captive portal sends.
func TestBrokenDownload(t *testing.T) {
	m, home := newMirror(t), t.TempDir()
	if _, err := Update(context.Background(), m.options(home)); err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{[]byte("<html>sign in</html>"), zipOf(t), zipOf(t, "{", `{"id":""}`)} {
		m.set("/osv/npm/all.zip", data)
		summary, err := Update(context.Background(), m.options(home))
		if err != nil {
			t.Fatal(err)
		}
		if got := states(summary); !strings.HasPrefix(got, "npm kept") || summary.Err() == nil {
			t.Errorf("%.20q: %s", data, got)
		}
		if matches, _ := openedDB(t, home).Match([]asset.Package{pkg("npm", "a", "1.0.0")}); len(matches) != 1 {
			t.Errorf("%.20q: %d matches", data, len(matches))
		}
	}
}

// TestDamagedPartIsRepaired damages a segment that the server has nothing newer
// for.
func TestDamagedPartIsRepaired(t *testing.T) {
	m, home := newMirror(t), t.TempDir()
	if _, err := Update(context.Background(), m.options(home)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "db", "current", "npm.segment")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func() error{
		"removed":   func() error { return os.Remove(path) },
		"cut":       func() error { return os.WriteFile(path, data[:100], 0o644) },
		"no longer": func() error { return os.WriteFile(path, make([]byte, len(data)), 0o644) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		db := openedDB(t, home)
		matches, problems := db.Match([]asset.Package{pkg("npm", "a", "1.0.0"), pkg("Red Hat:9", "bash", "5.1.8-1.el9")})
		if sizeChanged := name != "no longer"; sizeChanged != (len(db.Problems()) == 1) {
			t.Errorf("%s: problems when it is opened: %+v", name, db.Problems())
		}
		if len(matches) != 1 || matches[0].ID != "RHSA-1" || len(problems) != 1 || !strings.Contains(problems[0].Message, "npm") || problems[0].Command != "seawall db update" {
			t.Errorf("%s: %d matches, problems %+v", name, len(matches), problems)
		}
		summary, err := Update(context.Background(), m.options(home))
		if err != nil || !strings.HasPrefix(states(summary), "npm updated, Red Hat unchanged") {
			t.Fatalf("%s: %v %v", name, err, summary)
		}
		if matches, problems := openedDB(t, home).Match([]asset.Package{pkg("npm", "a", "1.0.0")}); len(matches) != 1 || len(problems) != 0 {
			t.Errorf("%s: not repaired: %d matches, %+v", name, len(matches), problems)
		}
	}
}
