package store

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// commit makes a version with one file of the given content.
func commit(t *testing.T, home, content string) {
	t.Helper()
	d, err := Begin(home)
	if err != nil {
		t.Fatal(err)
	}
	file := File{Name: "npm.segment", Kind: Advisories, Ecosystem: "npm", Built: time.Now()}
	if err := os.WriteFile(filepath.Join(d.Dir, file.Name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Seal(&file); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit([]File{file}, time.Now()); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, v *Version) string {
	t.Helper()
	text, err := os.ReadFile(v.Path(v.Manifest.Files[0]))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCommitAndOpen(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	if _, err := Open(home); !errors.Is(err, ErrNone) {
		t.Fatalf("opening nothing gave %v", err)
	}
	for _, text := range []string{"one", "two", "three"} {
		commit(t, home, text)
		v, err := Open(home)
		if err != nil {
			t.Fatal(err)
		}
		if got := content(t, v); got != text {
			t.Errorf("content %q, want %q", got, text)
		}
		if err := v.Verify(v.Manifest.Files[0]); err != nil {
			t.Error(err)
		}
	}
	versions, err := os.ReadDir(filepath.Join(home, "db", "versions"))
	if err != nil || len(versions) != 2 {
		t.Errorf("%d versions are kept, want the one in use and the one before (%v)", len(versions), err)
	}
	checkModes(t, home)
}

func checkModes(t *testing.T, home string) {
	t.Helper()
	for path, want := range map[string]os.FileMode{
		"keys/local.key": 0o600, "keys/local.pub": 0o644, "db/current/manifest.json": 0o644, "db/current/npm.segment": 0o644, "db/current/.": 0o755, "db": 0o755,
	} {
		info, err := os.Stat(filepath.Join(home, path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has the mode %o, want %o", path, info.Mode().Perm(), want)
		}
	}
}

func TestDiscardLeavesTheOldVersion(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "one")
	d, err := Begin(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Keep(d.Old()[0]); err != nil {
		t.Fatal(err)
	}
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	v, err := Open(home)
	if err != nil || content(t, v) != "one" {
		t.Errorf("after the discard: %v", err)
	}
}

func TestLeftoversOfAKilledRunGo(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "one")
	leftover := filepath.Join(home, "db", "versions", ".new-killed")
	if err := os.Mkdir(leftover, 0o700); err != nil {
		t.Fatal(err)
	}
	commit(t, home, "two")
	if _, err := os.Stat(leftover); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the leftover is still there: %v", err)
	}
}

func TestOnlyOneWriter(t *testing.T) {
	home := t.TempDir()
	d, err := Begin(home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(home); err == nil || !strings.Contains(err.Error(), "another") {
		t.Errorf("a second writer got %v", err)
	}
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	commit(t, home, "one")
}

// TestReadersDuringSwitches opens and reads while versions change: every
// reader sees one whole version.
func TestReadersDuringSwitches(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "version 0")
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				v, err := Open(home)
				if err != nil {
					t.Errorf("a reader could not open the database: %v", err)
					return
				}
				if text, err := os.ReadFile(v.Path(v.Manifest.Files[0])); err == nil && !strings.HasPrefix(string(text), "version ") {
					t.Errorf("a reader saw %q", text)
				}
			}
		})
	}
	for i := range 40 {
		commit(t, home, "version "+strings.Repeat("x", i))
	}
	close(stop)
	readers.Wait()
}

func TestTamperedManifest(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "one")
	path := filepath.Join(home, "db", "current", "manifest.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tampered := strings.Replace(string(text), `"npm"`, `"PyPI"`, 1)
	if err := os.WriteFile(path, []byte(tampered), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(home); err == nil || !strings.Contains(err.Error(), "changed after it was signed") {
		t.Errorf("a tampered manifest gave %v", err)
	}
	// Signed again, but by another key.
	_, other, _ := ed25519.GenerateKey(nil)
	sig, err := sign([]byte(tampered), other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "db", "current", "manifest.sig"), sig, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(home); err == nil || !strings.Contains(err.Error(), "signed by the key") {
		t.Errorf("a manifest signed by another key gave %v", err)
	}
	commit(t, home, "two")
	if v, err := Open(home); err != nil || content(t, v) != "two" {
		t.Errorf("a new version does not repair it: %v", err)
	}
}

func TestVerifyFindsChanges(t *testing.T) {
	home := t.TempDir()
	commit(t, home, "one")
	v, err := Open(home)
	if err != nil {
		t.Fatal(err)
	}
	f := v.Manifest.Files[0]
	if err := os.WriteFile(v.Path(f), []byte("onE"), 0o644); err != nil {
		t.Fatal(err)
	}
	if v.Verify(f) == nil {
		t.Error("a changed file passes")
	}
	if err := os.WriteFile(v.Path(f), []byte("longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Part(f); err == nil || !strings.Contains(err.Error(), "6 bytes instead of 3") {
		t.Errorf("a longer file gave %v", err)
	}
	if err := os.Remove(v.Path(f)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Part(f); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("a missing file gave %v", err)
	}
}

// bundle writes a database file from a home of its own and gives its path.
func bundle(t *testing.T, content string) string {
	t.Helper()
	home, dir := t.TempDir(), t.TempDir()
	key, err := LocalKey(home)
	if err != nil {
		t.Fatal(err)
	}
	file := File{Name: "npm.segment", Kind: Advisories, Ecosystem: "npm"}
	if err := os.WriteFile(filepath.Join(dir, file.Name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Seal(dir, &file); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db.tar.zst")
	if err := WriteBundle(context.Background(), dir, []File{file}, time.Now(), key, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func readBundle(t *testing.T, home, path, wanted string) (*Bundle, error) {
	t.Helper()
	d, err := Begin(home)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Discard()
	return d.ReadBundle(context.Background(), path, Trust{Home: home, Wanted: wanted})
}

func TestFirstKeyIsTrusted(t *testing.T) {
	home := t.TempDir()
	first, second := bundle(t, "one"), bundle(t, "two")
	b, err := readBundle(t, home, first, "")
	if err != nil || !b.Learned || len(b.Files) != 1 || b.Files[0].Signer != b.Signer {
		t.Fatalf("the first import gave %+v, %v", b, err)
	}
	if again, err := readBundle(t, home, first, ""); err != nil || again.Learned {
		t.Errorf("the same key again gave %+v, %v", again, err)
	}
	_, err = readBundle(t, home, second, "")
	if err == nil || !strings.Contains(err.Error(), "--key SHA256:") {
		t.Fatalf("another key gave %v", err)
	}
	fingerprint := err.Error()[strings.Index(err.Error(), "--key ")+len("--key "):]
	if b, err := readBundle(t, home, second, fingerprint); err != nil || !b.Learned {
		t.Errorf("the wanted key gave %+v, %v", b, err)
	}
	if _, err := readBundle(t, home, first, fingerprint); err == nil {
		t.Error("a file signed by another than the wanted key was taken")
	}
}

func TestWantedKeyFile(t *testing.T) {
	home, signerHome := t.TempDir(), t.TempDir()
	key, err := LocalKey(signerHome)
	if err != nil {
		t.Fatal(err)
	}
	public := key.Public().(ed25519.PublicKey)
	trust := Trust{Home: home, Wanted: filepath.Join(signerHome, "keys", "local.pub")}
	if unknown, err := trust.check(public); err != nil || !unknown {
		t.Errorf("the wanted key gave %v, %v", unknown, err)
	}
	trust.Wanted = filepath.Join(home, "no-such-file")
	if _, err := trust.check(public); err == nil {
		t.Error("a key file that does not exist is no error")
	}
}

func TestDamagedBundles(t *testing.T) {
	path := bundle(t, strings.Repeat("some advisories ", 1000))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged")
	for i := 0; i < len(whole); i += 11 {
		changed := append([]byte(nil), whole...)
		changed[i] ^= 0x55
		for _, data := range [][]byte{whole[:i], changed} {
			if err := os.WriteFile(damaged, data, 0o600); err != nil {
				t.Fatal(err)
			}
			home := t.TempDir()
			b, err := readBundle(t, home, damaged, "")
			if err == nil && len(data) < len(whole)-16 {
				t.Fatalf("a file cut at %d of %d gave %+v", i, len(whole), b)
			}
			if err != nil {
				if keys, _ := filepath.Glob(filepath.Join(home, "keys", "trusted", "*")); len(keys) > 0 {
					t.Fatal("the key of a damaged file was trusted")
				}
			}
		}
	}
}

func TestParseManifestRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"another form":  `{"schema":"seawall.db/v9"}`,
		"a path":        `{"schema":"seawall.db/v1","files":[{"name":"../x","size":1}]}`,
		"a hidden name": `{"schema":"seawall.db/v1","files":[{"name":".x","size":1}]}`,
		"no size":       `{"schema":"seawall.db/v1","files":[{"name":"x"}]}`,
		"a name twice":  `{"schema":"seawall.db/v1","files":[{"name":"x","size":1,"kind":"kev"},{"name":"x","size":1,"kind":"epss"}]}`,
		"a place twice": `{"schema":"seawall.db/v1","files":[{"name":"x","size":1,"kind":"kev"},{"name":"y","size":1,"kind":"kev"}]}`,
	} {
		if _, err := parseManifest([]byte(text)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestHomes(t *testing.T) {
	t.Setenv("SEAWALL_HOME", "/first")
	t.Setenv("XDG_STATE_HOME", "/state")
	homes := Homes()
	if homes[0] != "/first" || homes[1] != SystemHome || homes[2] != "/state/seawall" {
		t.Errorf("homes %v", homes)
	}
	if home, err := Home(); err != nil || home != "/first" {
		t.Errorf("home %s, %v", home, err)
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"schema":"seawall.db/v1","built":"2025-01-01T00:00:00Z","files":[{"name":"npm.segment","kind":"advisories","ecosystem":"npm","size":3}]}`), []byte(`{"publicKey":"AAAA","signature":"BBBB"}`))
	f.Fuzz(func(t *testing.T, manifest, sig []byte) {
		if _, err := signer(manifest, sig); err == nil {
			t.Error("a signature out of nowhere is right")
		}
		if m, err := parseManifest(manifest); err == nil {
			for _, file := range m.Files {
				if filepath.Base(file.Name) != file.Name {
					t.Errorf("the name %q leads elsewhere", file.Name)
				}
			}
		}
	})
}
