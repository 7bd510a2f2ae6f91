package npm

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// analyze runs the analyzer and decodes what it kept, as the engine does.
func analyze(t *testing.T, analyzer image.Analyzer, path, content string) []asset.Package {
	t.Helper()
	file := image.File{Path: path, Size: int64(len(content)), Mode: 0o644, Content: strings.NewReader(content)}
	data, err := analyzer.Analyze(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	if data == nil {
		return nil
	}
	packages, err := Decode(analyzer.Name, path, 3, data)
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func analyzerNamed(t *testing.T, name string) image.Analyzer {
	t.Helper()
	for _, a := range Analyzers() {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no analyzer %s", name)
	return image.Analyzer{}
}

// TestLockfilesOfRealTools reads testdata/*/, which npm 11 (with
// --lockfile-version), pnpm 7, 8 and 9 and Yarn 1 and 4 wrote for
// testdata/package.json. The wanted list is that of `npm ls --all`; "debug" and
// "ms" are there for development only.
func TestLockfilesOfRealTools(t *testing.T) {
	want := []string{
		"@types/ms 0.7.31", "debug 2.6.8 dev", "fsevents 2.3.2", "js-tokens 4.0.0", "lodash 4.17.4",
		"loose-envify 1.4.0", "minimist 0.0.8", "ms 2.0.0 dev", "react 18.2.0", "use-sync-external-store 1.2.0",
	}
	locks, err := filepath.Glob("testdata/*/*lock*")
	if err != nil || len(locks) != 8 {
		t.Fatalf("found %d lockfiles: %v", len(locks), err)
	}
	for _, lock := range locks {
		t.Run(filepath.Base(filepath.Dir(lock)), func(t *testing.T) {
			content, err := os.ReadFile(lock)
			if err != nil {
				t.Fatal(err)
			}
			isYarn := strings.HasSuffix(lock, "yarn.lock")
			var got []string
			for _, p := range analyze(t, analyzerNamed(t, LockAnalyzer), "app/"+filepath.Base(lock), string(content)) {
				if p.Name == "local-part" {
					if p.Ecosystem != "" || p.NotMatched != reasonFile {
						t.Errorf("local folder is matched: %+v", p)
					}
					continue
				}
				if p.Ecosystem != Ecosystem {
					t.Errorf("%s is not matched: %s", p.Name, p.NotMatched)
				}
				if !strings.Contains(lock, "yarn4") && !strings.HasPrefix(p.Checksum, "sha512-") {
					t.Errorf("%s has checksum %q", p.Name, p.Checksum)
				}
				line := p.Name + " " + p.Version
				if p.Dev {
					line += " dev"
				}
				got = append(got, line)
			}
			expected := strings.Join(want, "\n")
			if isYarn {
				expected = strings.ReplaceAll(expected, " dev", "")
			}
			if strings.Contains(lock, "yarn4") {
				got = only(got, strings.Split(expected, "\n"))
			}
			if diff := cmp.Diff(expected, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// only leaves out what Yarn 4 adds to build fsevents (node-gyp).
func only(lines, wanted []string) []string {
	var kept []string
	for _, line := range lines {
		for _, w := range wanted {
			if line == w {
				kept = append(kept, line)
			}
		}
	}
	return kept
}

func TestLockEntries(t *testing.T) {
	tests := []struct {
		name, path, content string
		// want has a line for each package: name, version, dev, reason.
		want []string
	}{
		{
			"git in version 1", "package-lock.json", `{"lockfileVersion":1,"dependencies":{"a":{"version":"git+ssh://git@github.com/x/a.git#0123abc","from":"a@x/a"}}}`,
			[]string{"a ", reasonGit},
		},
		{
			"git in version 3", "package-lock.json", `{"packages":{"node_modules/a":{"version":"1.0.0","resolved":"git+ssh://git@github.com/x/a.git#0123abc"}}}`,
			[]string{"a 1.0.0", reasonGit},
		},
		{
			"nested in version 1", "npm-shrinkwrap.json", `{"dependencies":{"a":{"version":"1.0.0","resolved":false,"bundled":true,"dependencies":{"b":{"version":"2.0.0","dev":true}}}}}`,
			[]string{"a 1.0.0", "b 2.0.0 dev"},
		},
		{
			"nested in version 3", "package-lock.json", `{"packages":{"":{"name":"app","version":"1.0.0"},"lib/x":{"name":"x","version":"1.0.0"},"node_modules/x":{"resolved":"lib/x","link":true},"node_modules/@s/a/node_modules/@t/b":{"version":"2.0.0","devOptional":true}}}`,
			[]string{"@t/b 2.0.0"},
		},
		{"alias in version 3", "package-lock.json", `{"packages":{"node_modules/mine":{"name":"lodash","version":"4.17.4"}}}`, []string{"lodash 4.17.4"}},
		{"needed twice", "package-lock.json", `{"packages":{"node_modules/a":{"version":"1.0.0","dev":true},"node_modules/b/node_modules/a":{"version":"1.0.0"}}}`, []string{"a 1.0.0"}},
		{"hidden lockfile", "node_modules/.package-lock.json", `{"packages":{"node_modules/a":{"version":"1.0.0"}}}`, []string{"a 1.0.0"}},
		{"shipped in a package", "node_modules/x/package-lock.json", `{"packages":{"node_modules/a":{"version":"1.0.0"}}}`, nil},
		{"yarn 1, several ranges", "yarn.lock", "# yarn lockfile v1\n\"@s/a@^1.0.0\", \"@s/a@^1.2.0\":\n  version \"1.2.3\"\n  resolved \"https://registry.yarnpkg.com/@s/a/-/a-1.2.3.tgz#00\"\n", []string{"@s/a 1.2.3"}},
		{"yarn 1, git", "yarn.lock", "\"a@https://github.com/x/a.git\":\r\n  version \"1.2.3\"\r\n  resolved \"git+https://github.com/x/a.git#0123\"\r\n", []string{"a 1.2.3", reasonGit}},
		{"yarn 4, patch", "yarn.lock", "__metadata:\n  version: 8\n\n\"a@patch:a@npm%3A1.2.3#./a.patch\":\n  version: 1.2.3\n  resolution: \"a@patch:a@npm%3A1.2.3#./a.patch::version=1.2.3&hash=00\"\n  linkType: hard\n", []string{"a 1.2.3"}},
		{"yarn 4, workspace", "yarn.lock", "\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  linkType: soft\n", nil},
		{"yarn 4, git", "yarn.lock", "\"a@https://github.com/x/a.git\":\n  version: 1.2.3\n  resolution: \"a@https://github.com/x/a.git#commit=00\"\n  linkType: hard\n", []string{"a 1.2.3", reasonGit}},
		{"yarn 4, long heading", "yarn.lock", "? \"a@npm:1, a@npm:2\"\n:\n  version: 1.2.3\n  resolution: \"a@npm:1.2.3\"\n", []string{"a 1.2.3"}},
		{
			"pnpm 5, peers and host", "pnpm-lock.yaml", "lockfileVersion: 5.3\npackages:\n  /@s/a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-x}\n    dev: true\n  registry.example.org/c/3.0.0:\n    resolution: {integrity: sha512-y}\n",
			[]string{"@s/a 1.0.0 dev", "c 3.0.0"},
		},
		{"pnpm 5, git", "pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  github.com/x/a/0123abc:\n    resolution: {tarball: https://codeload.github.com/x/a/tar.gz/0123abc}\n    name: a\n    version: 1.0.0\n", []string{"a 1.0.0", reasonGit}},
		{"pnpm 9, git", "pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: x/a\n        version: https://codeload.github.com/x/a/tar.gz/0123abc\npackages:\n  a@https://codeload.github.com/x/a/tar.gz/0123abc:\n    resolution: {tarball: https://codeload.github.com/x/a/tar.gz/0123abc}\n    version: 1.0.0\n", []string{"a 1.0.0", reasonGit}},
		{
			"pnpm 9, two documents", "pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters: {}\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    optionalDependencies:\n      a: {specifier: ^1, version: 1.0.0(b@2.0.0)}\npackages:\n  a@1.0.0: {}\n  b@2.0.0: {}\n  c@3.0.0: {}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies: {b: 2.0.0}\n  b@2.0.0: {}\n  c@3.0.0: {}\n",
			[]string{"a 1.0.0", "b 2.0.0", "c 3.0.0 dev"},
		},
		{"placeholder version", "package-lock.json", `{"packages":{"node_modules/a":{"version":"${V}"},"node_modules/b":{}}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range analyze(t, analyzerNamed(t, LockAnalyzer), tt.path, tt.content) {
				line := p.Name + " " + p.Version
				if p.Dev {
					line += " dev"
				}
				got = append(got, line)
				if p.NotMatched != "" {
					got = append(got, p.NotMatched)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBrokenLockfilesAreErrors(t *testing.T) {
	for path, content := range map[string]string{
		"package-lock.json": `{"packages":`,
		"yarn.lock":         "<<<<<<< HEAD\na@1:\n",
		"pnpm-lock.yaml":    "packages: {}\n",
		"x/pnpm-lock.yaml":  "lockfileVersion: '9.0'\npackages: [",
	} {
		_, err := analyzeLock(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: strings.NewReader(content)})
		if err == nil || !strings.Contains(err.Error(), "not a readable lockfile") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func FuzzLock(f *testing.F) {
	locks, _ := filepath.Glob("testdata/*/*lock*")
	bases := []string{"package-lock.json", "yarn.lock", "pnpm-lock.yaml"}
	for _, lock := range locks {
		content, err := os.ReadFile(lock)
		if err != nil {
			f.Fatal(err)
		}
		for i, base := range bases {
			if filepath.Base(lock) == base {
				f.Add(i, content)
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind int, content []byte) {
		if kind < 0 || kind >= len(bases) {
			return
		}
		file := image.File{Path: bases[kind], Size: int64(len(content)), Content: bytes.NewReader(content)}
		data, err := analyzeLock(context.Background(), file)
		if err != nil || data == nil {
			return
		}
		packages, err := Decode(LockAnalyzer, bases[kind], 0, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packages {
			if !validName(p.Name) || (p.Ecosystem == "") != (p.NotMatched != "") || p.PURL == "" {
				t.Fatalf("inconsistent package %+v", p)
			}
		}
	})
}
