package apk

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// installed is in the form that apk-tools 2 writes.
const installed = `C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
P:musl
V:1.2.5-r0
A:x86_64
S:383459
I:622592
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teräs <timo.teras@iki.fi>
t:1709237310
c:80fd7f0f6b8d1c3a0d3b2d6ed0e1f4d2f6a1f6ad
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1xZdXbnKeAqcLYGyBKUzOPEqCIPA=
R:libc.musl-x86_64.so.1
a:0:0:777

C:Q1abc=
P:ssl_client
V:1.36.1-r29
A:x86_64
L:GPL-2.0-only
o:busybox
m:Sören Tempel <soeren@soeren-tempel.net>
F:
F:usr
F:usr/bin
M:0:0:755
R:ssl_client

`

func analyzed(t testing.TB, content string) []byte {
	t.Helper()
	data, err := analyze(t.Context(), image.File{Path: "lib/apk/db/installed", Size: int64(len(content)), Content: strings.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDecode(t *testing.T) {
	data := analyzed(t, installed)
	packages, err := Decode("lib/apk/db/installed", 1, data)
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) != 2 {
		t.Fatalf("%d packages", len(packages))
	}
	want := asset.Package{
		Name: "ssl_client", Version: "1.36.1-r29", Type: "apk", Arch: "x86_64",
		Source:    asset.SourcePackage{Name: "busybox", Version: "1.36.1-r29"},
		Locations: []asset.Location{{Path: "lib/apk/db/installed", Layer: 1}},
		Licenses:  []string{"GPL-2.0-only"}, Supplier: "Sören Tempel <soeren@soeren-tempel.net>",
	}
	got, _ := json.Marshal(packages[1])
	expected, _ := json.Marshal(want)
	if !bytes.Equal(got, expected) {
		t.Errorf("got %s, want %s", got, expected)
	}
	var files []string
	filelist.EachPacked(data, func(owner int, dir, base []byte) {
		files = append(files, packages[owner].Name+" "+string(dir)+"/"+string(base))
	})
	if !slices.Equal(files, []string{"musl lib/ld-musl-x86_64.so.1", "musl lib/libc.musl-x86_64.so.1", "ssl_client usr/bin/ssl_client"}) {
		t.Errorf("files %q", files)
	}
}

func TestDamaged(t *testing.T) {
	tests := []struct {
		name, content string
		packages      int
		problem       bool
	}{
		{"empty", "", 0, false},
		{"no empty line at the end", "P:a\nV:1\n", 1, false},
		{"line breaks of Windows", "P:a\r\nV:1\r\n\r\nP:b\r\nV:2\r\n\r\n", 2, false},
		{"cut off in a version", "P:a\nV:1\n\nP:b\nV:2.", 1, true},
		{"no version", "P:a\n\nP:b\nV:2\n\n", 1, true},
		{"no text", "\x00\xff\x00\n\x01", 0, true},
	}
	for _, test := range tests {
		packages, err := Decode("x", 0, analyzed(t, test.content))
		if len(packages) != test.packages || (err != nil) != test.problem {
			t.Errorf("%s: %d packages, %v", test.name, len(packages), err)
		}
	}
}

func FuzzInstalled(f *testing.F) {
	f.Add(installed)
	f.Add("P:a\nV:1\nF:x\nR:y")
	f.Fuzz(func(t *testing.T, content string) {
		data := analyzed(t, content)
		packages, _ := Decode("x", 0, data)
		for _, p := range packages {
			if p.Name == "" || p.Version == "" || p.Source.Name == "" {
				t.Fatalf("an incomplete package: %+v", p)
			}
		}
		filelist.EachPacked(data, func(owner int, dir, base []byte) {
			if bytes.ContainsRune(dir, '\n') || bytes.ContainsRune(base, '\n') || owner > len(packages) {
				t.Fatalf("file %q/%q of %d", dir, base, owner)
			}
		})
	})
}
