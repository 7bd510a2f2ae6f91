package pypi

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/image"
)

func packagesOf(t *testing.T, path string, content []byte) []asset.Package {
	t.Helper()
	data, err := analyze(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: bytes.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Decode(MetadataAnalyzer, path, 2, data)
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// askPython lists every distribution that the machine's Python sees, through
// importlib.metadata, with the file that describes it.
const askPython = `
import importlib.metadata as m, json, os, re
out = []
for d in m.distributions():
    p = str(getattr(d, "_path", ""))
    for f in ("METADATA", "PKG-INFO", ""):
        if os.path.isfile(os.path.join(p, f) if f else p):
            name = d.metadata["Name"]
            out.append({"file": os.path.join(p, f) if f else p, "name": name, "version": d.version,
                        "normal": re.sub(r"[-_.]+", "-", name).lower()})
            break
print(json.dumps(out))
`

func TestAgreesWithPython(t *testing.T) {
	checked := 0
	for _, python := range pythons(t) {
		out, err := exec.Command(python, "-c", askPython).Output()
		if err != nil {
			continue // older than 3.8
		}
		var distributions []struct{ File, Name, Version, Normal string }
		if err := json.Unmarshal(out, &distributions); err != nil {
			t.Fatal(err)
		}
		for _, want := range distributions {
			content, err := os.ReadFile(want.File)
			if err != nil {
				t.Fatal(err)
			}
			got := packagesOf(t, want.File, content)[0]
			if got.Name != want.Name || got.Version != want.Version || NormalName(got.Name) != want.Normal {
				t.Errorf("%s: %s %s (%s), Python says %+v", want.File, got.Name, got.Version, NormalName(got.Name), want)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Skip("no python3 with an installed distribution on this machine")
	}
	t.Logf("%d distributions agree", checked)
}

// pythons finds the machine's interpreters, Debian's first.
func pythons(t *testing.T) []string {
	t.Helper()
	found := []string{"/usr/bin/python3"}
	for folder := range strings.SplitSeq(os.Getenv("PATH"), ":") {
		matches, _ := filepath.Glob(filepath.Join(folder, "python3"))
		found = append(found, matches...)
	}
	return found
}

func TestMetadata(t *testing.T) {
	tests := []struct {
		name, path, content string
		want                asset.Package
	}{
		{
			"wheel", "usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA",
			"Metadata-Version: 2.1\r\nName: Jinja2\r\nVersion: 3.1.2\r\nLicense: BSD-3-Clause\r\nAuthor: Armin\r\nClassifier: License :: OSI Approved :: BSD License\r\n\r\nName: not-this\r\n",
			asset.Package{Name: "Jinja2", Version: "3.1.2", PURL: "pkg:pypi/jinja2@3.1.2", Licenses: []string{"BSD-3-Clause"}, Supplier: "Armin"},
		},
		{
			"licence expression and name with separators", "site-packages/jaraco.collections-5.1.0.dist-info/METADATA",
			"Name: jaraco.__collections\nVersion: 5.1.0\nLicense: old text\nLicense-Expression: MIT OR Apache-2.0\nAuthor-email: J <j@example.org>\n",
			asset.Package{Name: "jaraco.__collections", Version: "5.1.0", PURL: "pkg:pypi/jaraco-collections@5.1.0", Licenses: []string{"MIT OR Apache-2.0"}, Supplier: "J <j@example.org>"},
		},
		{
			"licence as a text of several lines", "six-1.egg-info/PKG-INFO",
			"Name: six\nVersion: 1.16.0\nLicense: UNKNOWN\n        Name: indented\nClassifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: Apache Software License\nAuthor: UNKNOWN\nMaintainer: M\n",
			asset.Package{Name: "six", Version: "1.16.0", PURL: "pkg:pypi/six@1.16.0", Licenses: []string{"MIT License", "Apache Software License"}, Supplier: "M"},
		},
		{
			"local version", "torch.egg-info", "name: torch\nVERSION: 2.1.0+cu118\n",
			asset.Package{Name: "torch", Version: "2.1.0+cu118", PURL: "pkg:pypi/torch@2.1.0%2Bcu118"},
		},
		{
			"only the file's name", "lib/some_thing-1.2-py2.7.egg-info", "Metadata-Version: 1.0\n",
			asset.Package{Name: "some-thing", Version: "1.2", PURL: "pkg:pypi/some-thing@1.2"},
		},
		{
			"unpacked egg", "a-1.0-py3.9.egg/EGG-INFO/PKG-INFO", "Name: a\nVersion: 1.0\n",
			asset.Package{Name: "a", Version: "1.0", PURL: "pkg:pypi/a@1.0"},
		},
		{
			"setuptools without a name", "UNKNOWN-0.0.0.dist-info/METADATA", "Name: UNKNOWN\nVersion: 0.0.0\n",
			asset.Package{Name: "UNKNOWN", Version: "0.0.0", PURL: "pkg:pypi/unknown@0.0.0", NotMatched: reasonUnnamed},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Type = "pypi"
			if tt.want.NotMatched == "" {
				tt.want.Ecosystem = Ecosystem
			}
			tt.want.Locations = []asset.Location{{Path: tt.path, Layer: 2}}
			if diff := cmp.Diff([]asset.Package{tt.want}, packagesOf(t, tt.path, []byte(tt.content))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnusableMetadataIsAnError(t *testing.T) {
	for path, content := range map[string]string{
		"x.dist-info/METADATA":   "",
		"x-1.0.egg-info":         "Name: ../../etc\n",
		"y.egg-info/PKG-INFO":    "Name: y\n",
		"z-1.dist-info/METADATA": "Name: z\nVersion: 1\x1b[2J\n",
	} {
		_, err := analyze(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: strings.NewReader(content)})
		if err == nil || !strings.Contains(err.Error(), "no usable name") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add("a.dist-info/METADATA", []byte("Name: a\nVersion: 1\nLicense: x\n y\n\nbody"))
	f.Add("a_b-1.0-py3.egg-info", []byte("Metadata-Version: 1.0"))
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		data, err := analyze(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: bytes.NewReader(content)})
		if err != nil {
			return
		}
		packages, err := Decode(MetadataAnalyzer, path, 0, data)
		if err != nil || len(packages) != 1 || !validName(packages[0].Name) {
			t.Fatalf("%+v, %v", packages, err)
		}
	})
}
