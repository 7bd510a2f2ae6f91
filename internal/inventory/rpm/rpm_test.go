package rpm

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// TestSmallDatabases reads the databases that testdata/make.sh made and
// compares with what rpm listed.
func TestSmallDatabases(t *testing.T) {
	text, err := os.ReadFile("testdata/expected.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, base := range []string{"rpmdb.sqlite", "Packages"} {
		file := filepath.Join("testdata", base)
		kept := readFile(t, file)
		if kept.Problem != "" || !slices.Equal(listing(kept), want) {
			t.Errorf("%s: problem %q\n got %q\nwant %q", base, kept.Problem, listing(kept), want)
		}
		var files []string
		filelist.EachPacked(analyzed(t, file), func(owner int, dir, base []byte) {
			files = append(files, kept.Packages[owner].Name+" "+string(dir)+"/"+string(base))
		})
		slices.Sort(files)
		if got := strings.Join(files, ","); got != "alpha usr/lib/alpha,alpha usr/lib/alpha/a,alpha usr/lib/alpha/b,"+
			"beta-libs usr/lib/beta,beta-libs usr/lib/beta/a,beta-libs usr/lib/beta/b,gamma usr/lib/gamma,gamma usr/lib/gamma/a,gamma usr/lib/gamma/b" {
			t.Errorf("%s: files %s", base, got)
		}
	}
}

// blobs gives the headers of the small database.
func blobs(t testing.TB) [][]byte {
	t.Helper()
	content, err := os.ReadFile("testdata/rpmdb.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	if err := readSQLite(bytes.NewReader(content), int64(len(content)), func(blob []byte) error {
		all = append(all, bytes.Clone(blob))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// writeNDB writes an ndb database with one page of slots.
func writeNDB(blobs [][]byte) []byte {
	file := make([]byte, ndbPage)
	copy(file, "RpmP")
	binary.LittleEndian.PutUint32(file[12:], 1)
	for i, blob := range blobs {
		slot := file[ndbHeader+ndbSlot*i:]
		copy(slot, "Slot")
		binary.LittleEndian.PutUint32(slot[4:], uint32(i+1))
		binary.LittleEndian.PutUint32(slot[8:], uint32(len(file)/ndbBlock))
		head := []byte("BlbS")
		for _, field := range []uint32{uint32(i + 1), 1, uint32(len(blob))} {
			head = binary.LittleEndian.AppendUint32(head, field)
		}
		file = append(append(file, head...), blob...)
		file = append(file, make([]byte, (ndbBlock-len(file)%ndbBlock)%ndbBlock)...)
	}
	return file
}

func analyzeContent(t *testing.T, name string, content []byte) database {
	t.Helper()
	data, err := analyzeDatabase(t.Context(), image.File{Path: name, Size: int64(len(content)), Content: bytes.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(data, []byte("\n"))
	var kept database
	if err := json.Unmarshal(head, &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestNDB(t *testing.T) {
	content := writeNDB(blobs(t))
	kept := analyzeContent(t, "var/lib/rpm/Packages.db", content)
	if len(kept.Packages) != 3 || kept.Problem != "" {
		t.Errorf("got %d packages, problem %q", len(kept.Packages), kept.Problem)
	}
	content[len(content)-len(blobs(t)[2])-64] ^= 0xff
	binary.LittleEndian.PutUint32(content[ndbHeader+8:], 1<<30)
	kept = analyzeContent(t, "var/lib/rpm/Packages.db", content)
	if len(kept.Packages) < 1 || kept.Problem == "" {
		t.Errorf("a damaged database gives %d packages, problem %q", len(kept.Packages), kept.Problem)
	}
}

// TestCutOff keeps what can be read of databases that were cut off, and says
// so; and never reports a whole database as damaged.
func TestCutOff(t *testing.T) {
	small, err := os.ReadFile("testdata/rpmdb.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	berkeleyFile, err := os.ReadFile("testdata/Packages")
	if err != nil {
		t.Fatal(err)
	}
	whole := map[string][]byte{"rpmdb.sqlite": small, "Packages": berkeleyFile, "Packages.db": writeNDB(blobs(t))}
	for name, content := range whole {
		for cut := 0; cut < len(content)-64; cut += 100 {
			if kept := analyzeContent(t, "var/lib/rpm/"+name, content[:cut]); kept.Problem == "" && len(kept.Packages) < 3 {
				t.Errorf("%s cut off after %d bytes: %d packages and no problem", name, cut, len(kept.Packages))
			}
		}
	}
}

// TestLoops: pages that refer to themselves end in a problem, not in a hang.
func TestLoops(t *testing.T) {
	content, err := os.ReadFile("testdata/Packages")
	if err != nil {
		t.Fatal(err)
	}
	for page := 1; page*1024 < len(content); page++ {
		if content[page*1024+25] == bdbOverflow {
			binary.LittleEndian.PutUint32(content[page*1024+16:], uint32(page))
		}
	}
	analyzeContent(t, "var/lib/rpm/Packages", content)
}

func TestDecodeSource(t *testing.T) {
	kept := database{Packages: []record{
		{Name: "perl-libs", Epoch: 4, Version: "5.32", Release: "1", SourceRPM: "perl-5.32-1.src.rpm", License: "GPL", Vendor: "V"},
		{Name: "perl-Errno", Version: "1.30", Release: "1", SourceRPM: "perl-5.32-1.src.rpm"},
		{Name: "local", Version: "1", Release: "2"},
	}}
	data, err := filelist.Pack(kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Decode("var/lib/rpm/Packages", 2, data)
	if err != nil {
		t.Fatal(err)
	}
	perl := asset.SourcePackage{Name: "perl", Version: "4:5.32-1"}
	if packages[0].Source != perl || packages[1].Source != perl {
		t.Errorf("sources %v and %v, want %v", packages[0].Source, packages[1].Source, perl)
	}
	if packages[1].Version != "1.30-1" || packages[0].Version != "4:5.32-1" {
		t.Errorf("versions %s and %s", packages[0].Version, packages[1].Version)
	}
	if want := (asset.SourcePackage{Name: "local", Version: "1-2"}); packages[2].Source != want {
		t.Errorf("source %v, want %v", packages[2].Source, want)
	}
	if want := []asset.Location{{Path: "var/lib/rpm/Packages", Layer: 2}}; !slices.Equal(packages[0].Locations, want) {
		t.Errorf("locations %v", packages[0].Locations)
	}
}

func TestManifest(t *testing.T) {
	kept := parseManifest([]byte("filesystem\t1.1-20.azl3\t1\t2\tMicrosoft Corporation\t(none)\t7596\tx86_64\t0\tfilesystem-1.1-20.azl3.src.rpm\n" +
		"openssl-libs\t3.3.0-1.azl3\t1\t2\tMicrosoft Corporation\t1\t7596\tx86_64\t1\topenssl-3.3.0-1.azl3.src.rpm\n\nbroken line\n"))
	want := []string{
		"filesystem|0|1.1|20.azl3|x86_64|filesystem-1.1-20.azl3.src.rpm|Microsoft Corporation|",
		"openssl-libs|1|3.3.0|1.azl3|x86_64|openssl-3.3.0-1.azl3.src.rpm|Microsoft Corporation|",
	}
	if got := listing(kept); !slices.Equal(got, want) || kept.Problem == "" {
		t.Errorf("got %q, problem %q", got, kept.Problem)
	}
}

func TestThirdParty(t *testing.T) {
	tests := []struct {
		distribution, vendor, packager string
		want                           bool
	}{
		{"almalinux", "AlmaLinux", "AlmaLinux Packaging Team <packager@almalinux.org>", false},
		{"almalinux", "Fedora Project", "", true}, // EPEL
		{"rhel", "Red Hat, Inc.", "", false},
		{"rhel", "NodeSource", "", true},
		{"rocky", "Rocky Enterprise Software Foundation", "", false},
		{"opensuse-leap", "SUSE LLC <https://www.suse.com/>", "", false},
		{"opensuse-leap", "obs://build.opensuse.org/home:someone", "", true},
		{"centos", "", "Docker <support@docker.com>", true},
		{"centos", "", "", false},
		{"unheard-of", "Anybody", "", false},
	}
	for _, test := range tests {
		if _, got := ThirdParty(test.distribution, Package{Vendor: test.vendor, Packager: test.packager}); got != test.want {
			t.Errorf("%s, vendor %q, packager %q: third party %v, want %v", test.distribution, test.vendor, test.packager, got, test.want)
		}
	}
}

func TestNewest(t *testing.T) {
	paths := []string{"var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite"}
	if got := Newest(paths); got != "var/lib/rpm/rpmdb.sqlite" {
		t.Errorf("got %s", got)
	}
}

func fuzzReader(f *testing.F, base string, seeds ...[]byte) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		data, err := analyzeDatabase(t.Context(), image.File{Path: "var/lib/rpm/" + base, Size: int64(len(content)), Content: bytes.NewReader(content)})
		if err != nil {
			t.Fatal(err)
		}
		packages, _ := Decode("var/lib/rpm/"+base, 0, data)
		filelist.EachPacked(data, func(owner int, _, _ []byte) {
			if owner >= len(packages) {
				t.Fatalf("a file of package %d of %d", owner, len(packages))
			}
		})
	})
}

func FuzzSQLite(f *testing.F) {
	content, err := os.ReadFile("testdata/rpmdb.sqlite")
	if err != nil {
		f.Fatal(err)
	}
	fuzzReader(f, "rpmdb.sqlite", content)
}

func FuzzNDB(f *testing.F) { fuzzReader(f, "Packages.db", writeNDB(blobs(f))) }

func FuzzBerkeley(f *testing.F) {
	content, err := os.ReadFile("testdata/Packages")
	if err != nil {
		f.Fatal(err)
	}
	fuzzReader(f, "Packages", content)
}

func FuzzHeader(f *testing.F) {
	for _, blob := range blobs(f) {
		f.Add(blob)
	}
	f.Fuzz(func(_ *testing.T, blob []byte) {
		if h, err := newHeader(blob); err == nil {
			_ = h.record()
			for _, tag := range []uint32{tagBasenames, tagDirnames, tagOldFilenames} {
				_ = h.texts(tag)
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("filesystem\t1.1-20\t1\t2\tMicrosoft\t(none)\t7596\tx86_64\t0\tfilesystem-1.1-20.src.rpm\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, r := range parseManifest(content).Packages {
			if r.Name == "" || r.Version == "" {
				t.Fatalf("an empty record: %+v", r)
			}
		}
	})
}
