package npm

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
)

func located(name, version, path string, change func(*asset.Package)) asset.Package {
	p := newPackage(name, version, "", asset.Location{Path: path})
	if change != nil {
		change(&p)
	}
	return p
}

func TestReconcile(t *testing.T) {
	dev := func(p *asset.Package) { p.Dev = true }
	sum := func(p *asset.Package) { p.Checksum = "sha512-x" }
	devSum := func(p *asset.Package) { p.Dev, p.Checksum = true, "sha512-x" }
	unmatched := func(reason string) func(*asset.Package) {
		return func(p *asset.Package) { p.Ecosystem, p.NotMatched = "", reason }
	}
	manifest := "app/node_modules/a/package.json"
	lock := "app/package-lock.json"
	tests := []struct {
		name                    string
		installed, locked, want []asset.Package
	}{
		{
			"checksum and development",
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
			[]asset.Package{located("a", "1.0.0", lock, devSum)},
			[]asset.Package{located("a", "1.0.0", manifest, devSum)},
		},
		{
			"another version is not annotated",
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
			[]asset.Package{located("a", "2.0.0", lock, devSum)},
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
		},
		{
			"another project is not annotated",
			[]asset.Package{located("a", "1.0.0", "usr/lib/node_modules/a/package.json", nil)},
			[]asset.Package{located("a", "1.0.0", lock, dev)},
			[]asset.Package{located("a", "1.0.0", "usr/lib/node_modules/a/package.json", nil)},
		},
		{
			"a similar folder's name is not the project",
			[]asset.Package{located("a", "1.0.0", "app2/node_modules/a/package.json", nil)},
			[]asset.Package{located("a", "1.0.0", lock, dev)},
			[]asset.Package{located("a", "1.0.0", "app2/node_modules/a/package.json", nil)},
		},
		{
			"hidden lockfile",
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
			[]asset.Package{located("a", "1.0.0", "app/node_modules/.package-lock.json", sum)},
			[]asset.Package{located("a", "1.0.0", manifest, sum)},
		},
		{
			"lockfile in the root",
			[]asset.Package{located("a", "1.0.0", "node_modules/a/package.json", nil)},
			[]asset.Package{located("a", "1.0.0", "yarn.lock", sum), located("b", "1.0.0", "yarn.lock", nil)},
			[]asset.Package{located("a", "1.0.0", "node_modules/a/package.json", sum)},
		},
		{
			"workspace",
			[]asset.Package{located("a", "1.0.0", manifest, nil), located("b", "1.0.0", "app/packages/x/node_modules/b/package.json", nil)},
			[]asset.Package{located("b", "1.0.0", lock, sum)},
			[]asset.Package{located("a", "1.0.0", manifest, nil), located("b", "1.0.0", "app/packages/x/node_modules/b/package.json", sum)},
		},
		{
			"production prevails",
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
			[]asset.Package{located("a", "1.0.0", lock, dev), located("a", "1.0.0", "app/yarn.lock", nil)},
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
		},
		{
			"from git",
			[]asset.Package{located("a", "1.0.0", manifest, nil)},
			[]asset.Package{located("a", "", lock, unmatched(reasonGit))},
			[]asset.Package{located("a", "1.0.0", manifest, unmatched(reasonGit))},
		},
		{
			"nothing installed", nil,
			[]asset.Package{located("a", "1.0.0", lock, nil), located("b", "1.0.0", lock, dev), located("c", "", lock, unmatched(reasonGit))},
			[]asset.Package{located("a", "1.0.0", lock, unmatched(NotInstalled)), located("c", "", lock, unmatched(reasonGit))},
		},
		{
			"the application's manifest is not an installed package",
			[]asset.Package{located("app", "1.0.0", "app/package.json", nil)},
			[]asset.Package{located("a", "1.0.0", lock, nil)},
			[]asset.Package{located("app", "1.0.0", "app/package.json", nil), located("a", "1.0.0", lock, unmatched(NotInstalled))},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Reconcile(tt.installed, tt.locked)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
