package inventory

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"seawall/internal/asset"
)

const debian12 = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"

// deb writes a stanza of dpkg's status file.
func deb(name, version string, more ...string) string {
	return lines(append([]string{
		"Package: " + name, "Status: install ok installed", "Architecture: amd64", "Maintainer: D <d@lists.debian.org>", "Version: " + version,
	}, more...)...) + "\n"
}

func pypiMetadata(name, version string) string {
	return lines("Metadata-Version: 2.1", "Name: "+name, "Version: "+version)
}

func TestDebianPackage(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"usr/lib/os-release":                debian12,
		"etc/os-release":                    "-> ../usr/lib/os-release",
		"var/lib/dpkg/status":               deb("bsdutils", "1:2.38.1-5+deb12u3", "Source: util-linux (2.38.1-5+deb12u3)") + deb("libmount1", "2.38.1-5+deb12u3", "Source: util-linux"),
		"usr/share/doc/bsdutils":            "-> libmount1",
		"usr/share/doc/libmount1/copyright": "License: GPL-2+\n",
	}))
	if len(inventory.Problems) > 0 {
		t.Error(inventory.Problems)
	}
	p := find(t, inventory, "bsdutils")
	if p.PURL != "pkg:deb/debian/bsdutils@1:2.38.1-5%2Bdeb12u3?arch=amd64&distro=debian-12&upstream=util-linux%402.38.1-5%2Bdeb12u3" {
		t.Errorf("purl %s", p.PURL)
	}
	if p.Ecosystem != "Debian:12" || p.NotMatched != "" || p.Provider != asset.ProviderDistribution || !slices.Equal(p.Licenses, []string{"GPL-2+"}) {
		t.Errorf("got %+v", p)
	}
	if p := find(t, inventory, "libmount1"); p.PURL != "pkg:deb/debian/libmount1@2.38.1-5%2Bdeb12u3?arch=amd64&distro=debian-12&upstream=util-linux" {
		t.Errorf("purl %s", p.PURL)
	}
}

// TestOwnership: a library that a distribution's package installed is its
// package's business, wherever usrmerge has put the file.
func TestOwnership(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":      debian12,
		"lib":                 "-> usr/lib",
		"var/lib/dpkg/status": deb("python3-six", "1.16.0-4") + deb("acme-agent", "1.0-1", "Vendor: Acme"),
		"var/lib/dpkg/info/python3-six.list": lines("/.", "/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA",
			"/usr/share/doc/python3-six/copyright"),
		"var/lib/dpkg/info/acme-agent.list":                           lines("/opt/acme/lib/idna-3.4.dist-info/METADATA"),
		"usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA": pypiMetadata("six", "1.16.0"),
		"opt/acme/lib/idna-3.4.dist-info/METADATA":                    pypiMetadata("idna", "3.4"),
		"usr/local/lib/python3/requests-2.0.dist-info/METADATA":       pypiMetadata("requests", "2.0"),
	}))
	six := find(t, inventory, "six")
	if six.OwnedBy != find(t, inventory, "python3-six").PURL || six.Ecosystem != "" || six.NotMatched != "part of python3-six, which is matched instead" {
		t.Errorf("owned: %+v", six)
	}
	for _, name := range []string{"idna", "requests"} {
		if p := find(t, inventory, name); p.OwnedBy != "" || p.Ecosystem != "PyPI" {
			t.Errorf("not owned by the distribution: %+v", p)
		}
	}
	acme := find(t, inventory, "acme-agent")
	if acme.Provider != asset.ProviderThirdParty || acme.Ecosystem != "" || acme.NotMatched == "" {
		t.Errorf("third party: %+v", acme)
	}
}

// TestSamePackageTwice: patched by the distribution in one place, an old copy
// in another: the copy is looked up, and both places are named.
func TestSamePackageTwice(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":                                         debian12,
		"var/lib/dpkg/status":                                    deb("python3-six", "1.16.0-4"),
		"var/lib/dpkg/info/python3-six.list":                     lines("/usr/lib/python3/six-1.16.0.dist-info/METADATA", "/usr/share/doc/python3-six"),
		"usr/lib/python3/six-1.16.0.dist-info/METADATA":          pypiMetadata("six", "1.16.0"),
		"usr/local/lib/python3.11/six-1.16.0.dist-info/METADATA": pypiMetadata("six", "1.16.0"),
	}))
	six := find(t, inventory, "six")
	want := []asset.Location{{Path: "usr/local/lib/python3.11/six-1.16.0.dist-info/METADATA"}, {Path: "usr/lib/python3/six-1.16.0.dist-info/METADATA"}}
	if !slices.Equal(six.Locations, want) || six.Ecosystem != "PyPI" || six.OwnedBy != "" {
		t.Errorf("got %+v", six)
	}
	if len(inventory.Packages) != 2 {
		t.Errorf("got %s", names(inventory.Packages))
	}
}

func TestDiversion(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":                 debian12,
		"var/lib/dpkg/status":            deb("a", "1") + deb("b", "2"),
		"var/lib/dpkg/diversions":        lines("/usr/lib/x-1.dist-info/METADATA", "/usr/lib/x-1.dist-info/METADATA.a", "b"),
		"var/lib/dpkg/info/a.list":       lines("/usr/lib/x-1.dist-info/METADATA", "/usr/share/doc/a"),
		"var/lib/dpkg/info/b.list":       lines("/usr/lib/x-1.dist-info/METADATA", "/usr/share/doc/b"),
		"usr/lib/x-1.dist-info/METADATA": pypiMetadata("x", "1"),
	}))
	if owner := find(t, inventory, "x").OwnedBy; owner != find(t, inventory, "b").PURL {
		t.Errorf("owned by %s", owner)
	}
}

func TestDistroless(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"usr/lib/os-release":                    debian12,
		"var/lib/dpkg/status.d/bGliYzY":         "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\nSource: glibc",
		"var/lib/dpkg/status.d/bGliYzY.md5sums": "0123  usr/lib/x-1.dist-info/METADATA\n",
		"usr/lib/x-1.dist-info/METADATA":        pypiMetadata("x", "1"),
	}))
	libc := find(t, inventory, "libc6")
	if libc.Ecosystem != "Debian:12" || libc.Source != (asset.SourcePackage{Name: "glibc", Version: "2.36-9"}) {
		t.Errorf("got %+v", libc)
	}
	if owner := find(t, inventory, "x").OwnedBy; owner != libc.PURL {
		t.Errorf("owned by %q", owner)
	}
}

func TestAlpine(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":                     "ID=alpine\nVERSION_ID=3.20.3\n",
		"lib/apk/db/installed":               "P:ssl_client\nV:1.36.1-r29\nA:x86_64\no:busybox\nF:usr/lib/py3/y-1.dist-info\nR:METADATA\n\n",
		"usr/lib/py3/y-1.dist-info/METADATA": pypiMetadata("y", "1"),
	}))
	p := find(t, inventory, "ssl_client")
	if p.PURL != "pkg:apk/alpine/ssl_client@1.36.1-r29?arch=x86_64&distro=alpine-3.20.3&upstream=busybox" || p.Ecosystem != "Alpine:v3.20" {
		t.Errorf("got %+v", p)
	}
	if owner := find(t, inventory, "y").OwnedBy; owner != p.PURL {
		t.Errorf("owned by %q", owner)
	}
}

func rpmDatabase(t testing.TB) string {
	t.Helper()
	content, err := os.ReadFile("rpm/testdata/rpmdb.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestRPM(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":                        "ID=example\nVERSION_ID=9\nPRETTY_NAME=\"Example 9\"\n",
		"usr/lib/sysimage/rpm/rpmdb.sqlite":     rpmDatabase(t),
		"usr/lib/sysimage/rpm/rpmdb.sqlite-wal": "changes",
		"usr/lib/sysimage/rpm/Packages":         "old",
		"var/lib/rpm":                           "-> ../../usr/lib/sysimage/rpm",
	}))
	alpha := find(t, inventory, "alpha")
	if alpha.PURL != "pkg:rpm/example/alpha@1.0-1?arch=noarch&distro=example-9&epoch=2&upstream=alpha-1.0-1.src.rpm" || alpha.Version != "2:1.0-1" {
		t.Errorf("got %+v", alpha)
	}
	if alpha.Ecosystem != "" || !strings.Contains(alpha.NotMatched, "Example 9") {
		t.Errorf("ecosystem %q, reason %q", alpha.Ecosystem, alpha.NotMatched)
	}
	var paths []string
	for _, p := range inventory.Problems {
		paths = append(paths, p.Path)
	}
	if !slices.Equal(paths, []string{"usr/lib/sysimage/rpm/Packages", "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"}) {
		t.Errorf("problems %+v", inventory.Problems)
	}
}

// TestRPMVendor: the test packages' vendor is Example, so AlmaLinux did not
// build them.
func TestRPMVendor(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":           "ID=almalinux\nVERSION_ID=9.4\n",
		"var/lib/rpm/rpmdb.sqlite": rpmDatabase(t),
	}))
	if p := find(t, inventory, "beta-libs"); p.Provider != asset.ProviderThirdParty || p.Ecosystem != "" || p.Source.Name != "beta" {
		t.Errorf("got %+v", p)
	}
}

func TestScopeModule(t *testing.T) {
	for id, want := range map[string]string{"rhel": "Red Hat:enterprise_linux:8::appstream", "centos": ""} {
		c := &collector{distribution: asset.Distribution{ID: id}}
		p := asset.Package{Ecosystem: "Red Hat:enterprise_linux:8::baseos"}
		c.scopeModule(&p, "nodejs:18")
		if p.Ecosystem != want || (p.NotMatched == "") != (want != "") {
			t.Errorf("%s: got %+v", id, p)
		}
	}
}

// TestForeignFormat: a deb in Alpine is not what Alpine's advisories are about.
func TestForeignFormat(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":      "ID=alpine\nVERSION_ID=3.20.3\n",
		"var/lib/dpkg/status": deb("bash", "5.2"),
	}))
	if p := find(t, inventory, "bash"); p.Ecosystem != "" || p.NotMatched == "" {
		t.Errorf("got %+v", p)
	}
}

func TestBrokenFiles(t *testing.T) {
	inventory := Collect(newTree(t, map[string]string{
		"etc/os-release":           debian12,
		"var/lib/dpkg/status":      deb("bash", "5.2") + "Package: cut\nStatus: install ok inst",
		"lib/apk/db/installed":     "P:a\nV:1\n\nP:b\nV",
		"var/lib/rpm/rpmdb.sqlite": "SQLite format 3\x00",
	}))
	if len(inventory.Problems) != 3 {
		t.Errorf("problems %+v", inventory.Problems)
	}
	find(t, inventory, "bash")
}

func TestEmptyImage(t *testing.T) {
	if inventory := Collect(newTree(t, nil)); len(inventory.Packages)+len(inventory.Problems) > 0 || inventory.Distribution.ID != "" {
		t.Errorf("got %+v", inventory)
	}
}

// TestStableOrder: files are visited in the order of maps, yet the result is
// the same every time.
func TestStableOrder(t *testing.T) {
	files := map[string]string{"etc/os-release": debian12, "var/lib/dpkg/status": deb("b", "1") + deb("a", "1")}
	for i := range 20 {
		files[fmt.Sprintf("srv/%d/six-1.dist-info/METADATA", i)] = pypiMetadata("six", "1")
	}
	first := fmt.Sprintf("%+v", Collect(newTree(t, files)))
	for range 5 {
		if again := fmt.Sprintf("%+v", Collect(newTree(t, files))); again != first {
			t.Fatalf("differs:\n%s\n%s", first, again)
		}
	}
}

// TestLostDatabase: a distribution without its list of packages is not an image
// without packages.
func TestLostDatabase(t *testing.T) {
	const alpine, rhel = "ID=alpine\nVERSION_ID=3.20.3\n", "NAME=\"Red Hat Enterprise Linux\"\nID=rhel\nVERSION_ID=9.4\n"
	const status = "var/lib/dpkg/status"
	zeros := strings.Repeat("\x00", 8192)
	tests := []struct {
		name, release string
		files         map[string]string
		// kind is what stands in the place of dpkg's status, 0 for nothing.
		kind       asset.FileType
		path, want string
	}{
		{"Debian without", debian12, nil, 0, "", "the system is Debian GNU/Linux 12 (bookworm), and its package database (var/lib/dpkg/status) was not found"},
		{"directory", debian12, nil, asset.Directory, status, "this package database of Debian GNU/Linux 12 (bookworm) is a directory"},
		{"device", debian12, nil, asset.CharDevice, status, "is a character device, not"},
		{"pipe", debian12, nil, asset.FIFO, status, "is a fifo, not"},
		{"links in a circle", debian12, map[string]string{status: "-> old", "var/lib/dpkg/old": "-> status"}, 0, "", "was not found"},
		{"link to nothing", debian12, map[string]string{status: "-> gone"}, 0, "", "was not found"},
		{"empty", debian12, map[string]string{status: ""}, 0, status, "lists no installed package"},
		{"zeros", debian12, map[string]string{status: zeros}, 0, status, ""},
		{"nothing installed", debian12, map[string]string{status: "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\n"}, 0, status, "lists no installed package"},
		{"rpm in Debian", debian12, map[string]string{"var/lib/rpm/Packages": zeros}, 0, "var/lib/rpm/Packages", "not a Berkeley DB"},
		{"derivative", "ID=raspbian\nID_LIKE=debian\n", nil, 0, "", "the system is raspbian, and"},
		{"Alpine without", alpine, nil, 0, "", "the system is alpine 3.20.3, and its package database (lib/apk/db/installed) was not found"},
		{"Alpine, empty", alpine, map[string]string{"usr/lib/apk/db/installed": ""}, 0, "usr/lib/apk/db/installed", "lists no installed package"},
		{"Red Hat without", rhel, nil, 0, "", "the system is Red Hat Enterprise Linux 9.4, and its package database (var/lib/rpm/rpmdb.sqlite) was not found"},
		{"Red Hat, SQLite of zeros", rhel, map[string]string{"var/lib/rpm/rpmdb.sqlite": zeros}, 0, "var/lib/rpm/rpmdb.sqlite", ""},
		{"Red Hat, ndb of zeros", rhel, map[string]string{"usr/lib/sysimage/rpm/Packages.db": zeros}, 0, "usr/lib/sysimage/rpm/Packages.db", ""},
		{"Red Hat, Berkeley DB of zeros", rhel, map[string]string{"var/lib/rpm/Packages": zeros}, 0, "var/lib/rpm/Packages", "not a Berkeley DB"},
		{"Red Hat, empty", rhel, map[string]string{"var/lib/rpm/rpmdb.sqlite": ""}, 0, "var/lib/rpm/rpmdb.sqlite", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"etc/os-release": test.release}
			maps.Copy(files, test.files)
			tree := newTree(t, files)
			if test.kind != 0 {
				tree.put(asset.FileEntry{Path: status, Type: test.kind}, nil)
			}
			problems := Collect(tree).Problems
			if len(problems) != 1 || problems[0].Path != test.path || !strings.Contains(problems[0].Message, test.want) {
				t.Errorf("got %+v, want one at %q: %s", problems, test.path, test.want)
			}
		})
	}
}

// TestNoDatabaseExpected: an image of one program and a system that nobody
// knows need no list of packages, and one is enough.
func TestNoDatabaseExpected(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"scratch":        {"app": "x"},
		"unknown system": {"etc/os-release": "ID=talos\nVERSION_ID=1.7\n"},
		"distroless":     {"etc/os-release": debian12, "var/lib/dpkg/status.d/base": deb("base-files", "12.4")},
		"Debian":         {"etc/os-release": debian12, "var/lib/dpkg/status": deb("base-files", "12.4")},
	} {
		t.Run(name, func(t *testing.T) {
			if problems := Collect(newTree(t, files)).Problems; len(problems) > 0 {
				t.Errorf("got %+v", problems)
			}
		})
	}
}

// BenchmarkCollect is a warm check's inventory: 1,000 packages, 40,000 owned
// files, 200 language packages.
func BenchmarkCollect(b *testing.B) {
	files := map[string]string{"etc/os-release": debian12}
	var status strings.Builder
	for i := range 1000 {
		name := fmt.Sprintf("python3-package%d", i)
		status.WriteString(deb(name, "1.2.3-4", "Source: package"))
		list := lines("/.", "/usr", "/usr/share/doc/"+name+"/copyright")
		for j := range 39 {
			list += fmt.Sprintf("/usr/lib/python3/dist-packages/package%d/module%d.py\n", i, j)
		}
		if i%5 == 0 {
			metadata := fmt.Sprintf("usr/lib/python3/dist-packages/package%d-1.dist-info/METADATA", i)
			files[metadata] = pypiMetadata(fmt.Sprintf("package%d", i), "1")
			list += "/" + metadata + "\n"
		}
		files["var/lib/dpkg/info/"+name+".list"] = list
		files["usr/share/doc/"+name+"/copyright"] = "License: GPL-2+\n"
	}
	files["var/lib/dpkg/status"] = status.String()
	tree := newTree(b, files)
	for b.Loop() {
		if inventory := Collect(tree); len(inventory.Packages) != 1200 {
			b.Fatal(len(inventory.Packages))
		}
	}
}

// Whether a file has no owner is known only if the packages' lists are whole.
func TestOwnersUnknown(t *testing.T) {
	whole := map[string]string{
		"etc/os-release":           debian12,
		"var/lib/dpkg/status":      deb("a", "1"),
		"var/lib/dpkg/info/a.list": lines("/usr/bin/su"),
		"usr/bin/su":               "",
		"usr/bin/rogue":            "",
	}
	inventory := Collect(newTree(t, whole), "usr/bin/su", "usr/bin/rogue")
	if inventory.Owners["usr/bin/su"] != "a" || inventory.Owners["usr/bin/rogue"] != "" || inventory.OwnersUnknown != "" {
		t.Errorf("owners %v, unknown %q", inventory.Owners, inventory.OwnersUnknown)
	}
	delete(whole, "var/lib/dpkg/info/a.list")
	if inventory := Collect(newTree(t, whole), "usr/bin/su"); inventory.OwnersUnknown == "" {
		t.Error("without a list of files the owners are called known")
	}
	whole["var/lib/dpkg/info/a.list"] = lines("/usr/bin/su")
	whole["var/lib/dpkg/status"] += "\nPackage: broken\nStatus: install ok installed\n"
	if inventory := Collect(newTree(t, whole), "usr/bin/su"); inventory.OwnersUnknown == "" {
		t.Error("with a damaged database the owners are called known")
	}
}

// Merging a package that stands in very many places takes linear time.
func TestMergeManyPlaces(t *testing.T) {
	packages := make([]asset.Package, 200_000)
	for i := range packages {
		packages[i] = asset.Package{Type: "npm", Name: "a", Version: "1", PURL: "pkg:npm/a@1", Locations: []asset.Location{{Path: strconv.Itoa(i / 2)}}}
	}
	merged := mergeDuplicates(packages)
	if len(merged) != 1 || len(merged[0].Locations) != 100_000 {
		t.Errorf("%d packages, the first in %d places", len(merged), len(merged[0].Locations))
	}
}
