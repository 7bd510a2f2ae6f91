package npm

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/image"
)

func TestManifestPlacement(t *testing.T) {
	tests := map[string]placement{
		"package.json":                                                       application,
		"app/package.json":                                                   application,
		"opt/yarn-v1.22.22/package.json":                                     application,
		"app/node_modules/a/package.json":                                    installed,
		"node_modules/a/package.json":                                        installed,
		"usr/lib/node_modules/npm/package.json":                              installed,
		"app/node_modules/@s/a/package.json":                                 installed,
		"app/node_modules/a/node_modules/b/package.json":                     installed,
		"app/node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/a/package.json": installed,
		"app/node_modules/.store/a-npm-1.0.0-00/package/package.json":        installed,
		"app/node_modules/a/lib/vscode/node_modules/b/package.json":          installed,
		"app/node_modules/test/node_modules/b/package.json":                  installed,
		"test/app/node_modules/a/package.json":                               installed,

		"app/node_modules/package.json":                                          inside,
		"app/node_modules/a/dist/package.json":                                   inside,
		"app/node_modules/@s/package.json":                                       inside,
		"app/node_modules/@s/a/esm/package.json":                                 inside,
		"app/node_modules/resolve/test/resolver/multirepo/package.json":          inside,
		"app/node_modules/a/test/fixtures/node_modules/b/package.json":           inside,
		"app/node_modules/a/node_modules/@s/b/tests/node_modules/c/package.json": inside,
	}
	for path, want := range tests {
		if got := placementOf(path); got != want {
			t.Errorf("placementOf(%q) = %d, want %d", path, got, want)
		}
	}
}

func TestManifest(t *testing.T) {
	const at = "app/node_modules/a/package.json"
	tests := []struct {
		name, path, content string
		want                *asset.Package
	}{
		{
			"full", at, `{"name":"@s/a","version":"1.2.3","license":"MIT","author":{"name":"Ann","email":"ann@example.org"}}`,
			&asset.Package{Name: "@s/a", Version: "1.2.3", Ecosystem: "npm", PURL: "pkg:npm/%40s/a@1.2.3", Licenses: []string{"MIT"}, Supplier: "Ann <ann@example.org>"},
		},
		{
			"old fields", at, "\xef\xbb\xbf" + `{"name":"a","version":"v1.2.3","licenses":[{"type":"MIT","url":"x"},"ISC"],"author":"Ann <a@b> (https://a.b)","_integrity":"sha512-x","_resolved":"https://registry.example.org/a/-/a-1.2.3.tgz"}`,
			&asset.Package{Name: "a", Version: "1.2.3", Ecosystem: "npm", PURL: "pkg:npm/a@1.2.3", Licenses: []string{"MIT", "ISC"}, Supplier: "Ann <a@b>", Checksum: "sha512-x"},
		},
		{
			"from git", at, `{"name":"a","version":"1.2.3","_resolved":"git+https://github.com/x/a.git#00"}`,
			&asset.Package{Name: "a", Version: "1.2.3", NotMatched: reasonGit, PURL: "pkg:npm/a@1.2.3"},
		},
		{
			"keys keep their case", at, `{"name":"a","Name":"b","version":"1.0.0","VERSION":"9.0.0"}`,
			&asset.Package{Name: "a", Version: "1.0.0", Ecosystem: "npm", PURL: "pkg:npm/a@1.0.0"},
		},
		{
			"wrong types", at, `{"name":"a","version":"1.0.0","license":7,"author":[1],"licenses":"MIT"}`,
			&asset.Package{Name: "a", Version: "1.0.0", Ecosystem: "npm", PURL: "pkg:npm/a@1.0.0", Licenses: []string{"MIT"}},
		},
		{"no version", at, `{"name":"a"}`, nil},
		{"no name", at, `{"type":"module"}`, nil},
		{"version is a placeholder", at, `{"name":"a","version":"{{v}}"}`, nil},
		{
			"private application", "app/package.json", `{"name":"app","version":"1.0.0","private":true,"repository":"x/y"}`,
			&asset.Package{Name: "app", Version: "1.0.0", NotMatched: reasonPrivate, PURL: "pkg:npm/app@1.0.0"},
		},
		{
			"application", "app/package.json", `{"name":"app","version":"1.0.0"}`,
			&asset.Package{Name: "app", Version: "1.0.0", NotMatched: reasonApplication, PURL: "pkg:npm/app@1.0.0"},
		},
		{
			"published, unpacked elsewhere", "opt/yarn-v1.22.22/package.json", `{"name":"yarn","version":"1.22.22","repository":"yarnpkg/yarn"}`,
			&asset.Package{Name: "yarn", Version: "1.22.22", Ecosystem: "npm", PURL: "pkg:npm/yarn@1.22.22"},
		},
		{
			"editor extension", "ext/package.json", `{"name":"x","version":"1.0.0","repository":"x/y","engines":{"vscode":"^1"}}`,
			&asset.Package{Name: "x", Version: "1.0.0", NotMatched: reasonExtension, PURL: "pkg:npm/x@1.0.0"},
		},
		{"template outside node_modules", "app/templates/package.json", `{{ tojson }}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []asset.Package
			if tt.want != nil {
				tt.want.Type = "npm"
				tt.want.Locations = []asset.Location{{Path: tt.path, Layer: 3}}
				want = []asset.Package{*tt.want}
			}
			if diff := cmp.Diff(want, analyze(t, analyzerNamed(t, ManifestAnalyzer), tt.path, tt.content)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokenInstalledManifestIsAnError(t *testing.T) {
	for content, want := range map[string]string{
		"{":                                     "not a readable package.json",
		`{"name":"a","version":417}`:            "none that npm would install",
		`{"name":["a"],"version":"1.0.0"}`:      "none that npm would install",
		`{"name":"a\u001b[2J","version":"1.0"}`: "none that npm would install",
		`{"name":"` + strings.Repeat("a", 300) + `","version":"1.0"}`: "none that npm would install",
	} {
		file := image.File{Path: "node_modules/a/package.json", Size: int64(len(content)), Content: strings.NewReader(content)}
		if _, err := analyzeManifest(context.Background(), file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: error %v, want %q", content, err, want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add("app/node_modules/a/package.json", []byte(`{"name":"@s/a","version":"1.2.3","licenses":[{"type":"MIT"}],"author":"x (y)"}`))
	f.Add("package.json", []byte(`{"name":"a","version":"1","private":"true","engines":[],"repository":{}}`))
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		data, err := analyzeManifest(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: bytes.NewReader(content)})
		if err != nil || data == nil {
			return
		}
		packages, err := Decode(ManifestAnalyzer, path, 0, data)
		if err != nil || len(packages) != 1 {
			t.Fatalf("%d packages, %v", len(packages), err)
		}
		p := packages[0]
		if !validName(p.Name) || !validVersion(p.Version) || (p.Ecosystem == "") != (p.NotMatched != "") {
			t.Fatalf("inconsistent package %+v", p)
		}
	})
}
