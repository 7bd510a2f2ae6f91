package rpm

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// fixtures is a public module whose test data hold databases of real
// distributions. Only the data are used, none of its code.
const fixtures = "github.com/knqyf263/go-rpmdb@v0.1.1"

// rpmFormat makes rpm print what listing prints.
const rpmFormat = `%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{VENDOR}|%{PACKAGER}\n`

// TestAgainstRPM compares with what the rpm command reads from databases of
// real distributions in SQLite and Berkeley DB.
func TestAgainstRPM(t *testing.T) {
	requireRPM(t)
	for _, file := range fixtureFiles(t) {
		if filepath.Base(file) == "Packages.db" {
			continue // Debian's rpm cannot read ndb
		}
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			kept := readFile(t, file)
			if kept.Problem != "" {
				t.Error(kept.Problem)
			}
			compareWithRPM(t, file, kept)
		})
	}
}

// compareWithRPM runs rpm -qa on a copy of the database file.
func compareWithRPM(t *testing.T, file string, kept database) {
	t.Helper()
	dir := t.TempDir()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), content, 0o600); err != nil {
		t.Fatal(err)
	}
	backend := "sqlite"
	if filepath.Base(file) == "Packages" {
		backend = "bdb_ro"
	}
	out, err := exec.Command("rpm", "--define", "_db_backend "+backend, "--dbpath", dir, "-qa", "--qf", rpmFormat).Output()
	if err != nil {
		t.Fatalf("rpm -qa: %v", err)
	}
	var want []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "gpg-pubkey|") {
			want = append(want, strings.ReplaceAll(strings.TrimSpace(line), "(none)", ""))
		}
	}
	slices.Sort(want)
	if got := listing(kept); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%d packages, rpm finds %d:\n%s", len(got), len(want), firstDifference(got, want))
	}
}

func listing(kept database) []string {
	var all []string
	for _, r := range kept.Packages {
		all = append(all, fmt.Sprintf("%s|%d|%s|%s|%s|%s|%s|%s", r.Name, r.Epoch, r.Version, r.Release, r.Arch, r.SourceRPM, r.Vendor, r.Packager))
	}
	slices.Sort(all)
	return all
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			return fmt.Sprintf("got  %q\nwant %q", got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
		}
	}
	return ""
}

// TestFilesAgainstRPM compares the file lists with rpm -qal.
func TestFilesAgainstRPM(t *testing.T) {
	requireRPM(t)
	for _, file := range fixtureFiles(t) {
		if filepath.Base(filepath.Dir(file)) != "cbl-mariner-2.0" {
			continue
		}
		dir := t.TempDir()
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "rpmdb.sqlite"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("rpm", "--dbpath", dir, "-qal").Output()
		if err != nil {
			t.Fatal(err)
		}
		want := slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool { return !strings.HasPrefix(line, "/") || line == "/" })
		var got []string
		filelist.EachPacked(analyzed(t, file), func(_ int, dir, base []byte) {
			got = append(got, filepath.Join("/", string(dir), string(base)))
		})
		slices.Sort(got)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%d files, rpm lists %d:\n%s", len(got), len(want), firstDifference(got, want))
		}
	}
}

// TestNDBDatabase compares a real ndb database with what another reader found
// in it (the fixtures' own module): name, epoch,
// version, release, architecture, source package, number of files.
func TestNDBDatabase(t *testing.T) {
	text, err := os.ReadFile("testdata/sle15-bci.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, file := range fixtureFiles(t) {
		if filepath.Base(file) != "Packages.db" {
			continue
		}
		kept := readFile(t, file)
		if kept.Problem != "" {
			t.Error(kept.Problem)
		}
		files := make([]int, len(kept.Packages))
		filelist.EachPacked(analyzed(t, file), func(owner int, _, _ []byte) { files[owner]++ })
		var got []string
		for i, r := range kept.Packages {
			got = append(got, fmt.Sprintf("%s|%d|%s|%s|%s|%s|%d", r.Name, r.Epoch, r.Version, r.Release, r.Arch, r.SourceRPM, files[i]))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d packages, want %d:\n%s", len(got), len(want), firstDifference(got, want))
		}
	}
}

func requireRPM(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("rpm"); err != nil {
		t.Skip("skipped: the rpm command is not installed (apt-get install rpm)")
	}
}

// fixtureFiles downloads the fixtures through the Go module proxy, once: they
// stay in the module cache.
func fixtureFiles(t *testing.T) []string {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short, the databases of real distributions are not downloaded")
	}
	download := exec.Command("go", "mod", "download", "-json", fixtures)
	download.Dir = t.TempDir()
	out, err := download.Output()
	var module struct{ Dir string }
	if err != nil || json.Unmarshal(out, &module) != nil {
		t.Skipf("skipped: the databases of real distributions cannot be downloaded (go mod download %s)", fixtures)
	}
	var files []string
	for _, reader := range databaseReaders {
		found, err := filepath.Glob(filepath.Join(module.Dir, "pkg", "testdata", "*", reader.base))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("%s has no databases", fixtures)
	}
	return files
}

// analyzed runs the analyzer on a file.
func analyzed(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		t.Fatal(err)
	}
	data, err := analyzeDatabase(t.Context(), image.File{Path: file, Size: info.Size(), Content: content})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readFile(t *testing.T, file string) database {
	t.Helper()
	head, _, _ := strings.Cut(string(analyzed(t, file)), "\n")
	var kept database
	if err := json.Unmarshal([]byte(head), &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}
