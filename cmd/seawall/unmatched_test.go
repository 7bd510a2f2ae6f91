package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/inventory/npm"
	"seawall/internal/report"
)

func TestUnmatched(t *testing.T) {
	at := func(path string) []asset.Location { return []asset.Location{{Path: path}} }
	packages := []asset.Package{
		{Name: "bash", Version: "5.2-1", Type: "rpm", PURL: "pkg:rpm/fedora/bash@5.2-1", NotMatched: "Fedora publishes none"},
		{Name: "python3-six", Version: "1.0-1", Type: "rpm", PURL: "pkg:rpm/fedora/python3-six@1.0-1", NotMatched: "Fedora publishes none"},
		{Name: "six", Version: "1.0", Type: "pypi", OwnedBy: "pkg:rpm/fedora/python3-six@1.0-1", NotMatched: "part of python3-six, which is not matched: Fedora publishes none"},
		{Name: "debtool", Version: "1", Type: "deb", Ecosystem: "Debian:12", PURL: "pkg:deb/debian/debtool@1"},
		{Name: "part", Version: "1", Type: "pypi", OwnedBy: "pkg:deb/debian/debtool@1", NotMatched: "part of debtool, which is matched instead"},
		{Name: "lodash", Version: "4.17.4", Type: "npm", Ecosystem: "npm", Locations: at("app/node_modules/lodash/package.json")},
		{Name: "shop", Version: "1.0.0", Type: "npm", NotMatched: "private", Locations: at("app/package.json")},
		{Name: "inner", Version: "1.0.0", Type: "npm", NotMatched: "local", Locations: at("app/node_modules/inner/package.json")},
		{Name: "locked", Version: "1.0.0", Type: "npm", NotMatched: npm.NotInstalled, Locations: at("app/package-lock.json")},
		{Name: "example.org/shop", Version: "(devel)", Type: "golang", NotMatched: "working copy", Locations: at("bin/shop")},
		{Name: "example.org/job", Version: "v0.0.0-20260101000000-0123456789ab", Type: "golang", NotMatched: "no tag", Locations: at("bin/job")},
		{Name: "example.org/fork", Version: "v1.0.0", Type: "golang", NotMatched: "local folder", Locations: at("bin/shop")},
	}
	want := []report.Gap{
		{Asset: "a", What: "known vulnerabilities of 1 pypi and 2 rpm packages", Reason: "Fedora publishes none", Packages: 3},
		{Asset: "a", What: "known vulnerabilities of inner 1.0.0", Reason: "local", Packages: 1},
		{Asset: "a", What: "known vulnerabilities of example.org/fork v1.0.0", Reason: "local folder", Packages: 1},
	}
	if diff := cmp.Diff(want, unmatched("a", packages)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
