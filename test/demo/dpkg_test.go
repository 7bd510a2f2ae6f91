package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// control describes a package that exercises what the records depend on: an architecture in the names of its files, a
// configuration file, a merged directory, no list of MD5 sums.
const control = `Package: demo-package
Source: demo-source (1.0-1)
Version: 1:1.0-1+b1
Architecture: amd64
Multi-Arch: same
Maintainer: Nobody <nobody@example.com>
Homepage: https://example.com/
Recommends: another-package
Section: misc
Priority: optional
Description: a package for a test
 With a second line.
`

// TestRecordsEqualDpkgs installs the same package with dpkg and with our own code and compares what both recorded.
func TestRecordsEqualDpkgs(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("dpkg is not installed")
	}
	if os.Getuid() != 0 {
		t.Skip("dpkg installs as root only")
	}
	deb := buildPackage(t)
	theirs, ours := installWithDpkg(t, deb), installOurselves(t, deb)
	for _, name := range []string{
		"status", "info/demo-package:amd64.list", "info/demo-package:amd64.md5sums", "info/demo-package:amd64.conffiles",
		"info/demo-package:amd64.postinst",
	} {
		want, got := read(t, theirs, name), read(t, ours, name)
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	if want, got := names(t, theirs), names(t, ours); !slices.Equal(got, want) {
		t.Errorf("the files in info: got %q, want %q", got, want)
	}
}

func buildPackage(t *testing.T) string {
	t.Helper()
	tree := t.TempDir()
	for name, content := range map[string]string{
		"DEBIAN/control":        control,
		"DEBIAN/conffiles":      "/etc/demo.conf\n",
		"DEBIAN/postinst":       "#!/bin/sh\nexit 0\n",
		"etc/demo.conf":         "answer = 42\n",
		"lib/demo/library.so":   "library",
		"usr/share/demo/README": "read me",
	} {
		path := filepath.Join(tree, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o755))
	}
	deb := filepath.Join(t.TempDir(), "demo.deb")
	execute(t, "dpkg-deb", "--build", "--root-owner-group", tree, deb)
	return deb
}

// installWithDpkg lets dpkg install the package into an empty root and returns its folder there. The maintainer script has
// no shell to run with in that root, so the package is unpacked and then marked as configured.
func installWithDpkg(t *testing.T, deb string) string {
	t.Helper()
	root := t.TempDir()
	database := filepath.Join(root, "var/lib/dpkg")
	for _, dir := range []string{"info", "updates", "triggers"} {
		must(t, os.MkdirAll(filepath.Join(database, dir), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(database, "status"), nil, 0o644))
	execute(t, "dpkg", "--root="+root, "--force-script-chrootless", "--force-architecture", "--install", deb)
	return database
}

func installOurselves(t *testing.T, deb string) string {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "layer.tar")
	l, err := newLayer(archive)
	must(t, err)
	must(t, addSkeleton(l))
	must(t, (&dpkg{stanzas: map[string]string{}}).install(t.Context(), l, []string{deb}))
	_, err = l.close()
	must(t, err)
	root := t.TempDir()
	execute(t, "tar", "-xf", archive, "-C", root)
	if _, err := os.Stat(filepath.Join(root, "usr/lib/demo/library.so")); err != nil {
		t.Errorf("the library is not in the merged folder: %v", err)
	}
	return filepath.Join(root, "var/lib/dpkg")
}

func names(t *testing.T, database string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(database, "info"))
	must(t, err)
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	must(t, err)
	return string(data)
}

func execute(t *testing.T, name string, args ...string) {
	t.Helper()
	if output, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
