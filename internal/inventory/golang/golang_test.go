package golang

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// packagesOf runs the analyzer on a file and decodes what it kept.
func packagesOf(t *testing.T, file string) []asset.Package {
	t.Helper()
	content, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = content.Close() }()
	stat, err := content.Stat()
	if err != nil {
		t.Fatal(err)
	}
	data, err := analyze(context.Background(), image.File{Path: "bin/x", Size: stat.Size(), Content: content})
	if err != nil {
		t.Fatal(err)
	}
	if data == nil {
		return nil
	}
	packages, err := Decode(BinaryAnalyzer, "bin/x", 1, data)
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// goVersion asks the go command, line by line: `dep path version sum`.
func goVersion(t *testing.T, file string) [][]string {
	t.Helper()
	out, err := exec.Command("go", "version", "-m", file).Output()
	if err != nil {
		t.Skipf("go version -m does not run: %v", err)
	}
	var lines [][]string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

// TestAgreesWithGoVersion compares a program that has dependencies with what
// `go version -m` says of it.
func TestAgreesWithGoVersion(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/program").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := goVersion(t, program)
	var want, got []string
	for _, line := range lines {
		if line[0] == "dep" {
			want = append(want, strings.Join(line[1:], " "))
		}
	}
	release := strings.TrimPrefix(lines[0][1], "go")
	for _, p := range packagesOf(t, program) {
		switch {
		case p.Name == stdlib:
			if p.Version != release || p.PURL != "pkg:golang/stdlib@"+release || p.Ecosystem != Ecosystem {
				t.Errorf("standard library %+v, want version %s", p, release)
			}
		case p.Name != "seawall":
			got = append(got, strings.TrimSpace(p.Name+" "+p.Version+" "+p.Checksum))
		}
	}
	if len(want) == 0 {
		t.Fatal("go version -m lists no dependency")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGoCommandIsTheToolchain(t *testing.T) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	var names []string
	for _, p := range packagesOf(t, goCommand) {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{stdlib, toolchain}, names); diff != "" {
		t.Error(diff)
	}
}

// TestFormats builds one program for machines with other executable formats,
// byte orders and word sizes.
func TestFormats(t *testing.T) {
	if testing.Short() {
		t.Skip("builds Go's runtime for three platforms")
	}
	source := t.TempDir()
	write(t, filepath.Join(source, "go.mod"), "module example.org/Harbour/v2\n\ngo 1.24\n")
	write(t, filepath.Join(source, "main.go"), "package main\n\nvar version string\n\nfunc main() { println(version) }\n")
	for _, platform := range []string{"linux/amd64", "linux/mips", "windows/amd64"} {
		t.Run(platform, func(t *testing.T) {
			system, machine, _ := strings.Cut(platform, "/")
			program := filepath.Join(t.TempDir(), "program")
			build := exec.Command("go", "build", "-ldflags=-s -X main.version=v2.3.4", "-o", program, ".")
			build.Dir = source
			build.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
			if out, err := build.CombinedOutput(); err != nil {
				t.Skipf("cannot build for %s: %v\n%s", platform, err, out)
			}
			packages := packagesOf(t, program)
			if len(packages) != 2 || packages[0].PURL != "pkg:golang/example.org/harbour/v2@v2.3.4" || packages[1].Name != stdlib {
				t.Errorf("found %+v", packages)
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOtherProgramsAreNotGo(t *testing.T) {
	for _, program := range []string{"/bin/sh", "/usr/bin/python3", "/bin/ls"} {
		if _, err := os.Stat(program); err != nil {
			continue
		}
		if packages := packagesOf(t, program); packages != nil {
			t.Errorf("%s: %+v", program, packages)
		}
	}
}

func TestModules(t *testing.T) {
	const devel = "(devel)"
	tests := []struct {
		name string
		info debug.BuildInfo
		want []module
	}{
		{"dependency and replacements", debug.BuildInfo{GoVersion: "go1.22.1", Main: debug.Module{Path: "m", Version: "v1.0.0"}, Deps: []*debug.Module{
			{Path: "a", Version: "v1.0.0", Sum: "h1:a"},
			{Path: "b", Version: "v1.0.0", Replace: &debug.Module{Path: "c", Version: "v2.0.0", Sum: "h1:c"}},
			{Path: "d", Version: "v0.0.0", Replace: &debug.Module{Path: "./staging/d"}},
			{Path: "e", Version: "v1.0.0", Sum: "h1:e", Replace: &debug.Module{Path: "/src/e", Version: "(devel)"}},
		}}, []module{
			{Path: "m", Version: "v1.0.0"},
			{Path: "a", Version: "v1.0.0", Sum: "h1:a"},
			{Path: "c", Version: "v2.0.0", Sum: "h1:c"},
			{Path: "d", Version: "v0.0.0", NotMatched: reasonLocal},
			{Path: "e", Version: "v1.0.0", NotMatched: reasonLocal},
			{Path: stdlib, Version: "1.22.1"},
		}},
		{
			"no version at all",
			debug.BuildInfo{GoVersion: "go1.20", Main: debug.Module{Path: "m", Version: devel}},
			[]module{{Path: "m", Version: devel, NotMatched: reasonDevel}, {Path: stdlib, Version: "1.20.0"}},
		},
		{"version from the commit", debug.BuildInfo{GoVersion: "go1.20", Main: debug.Module{Path: "m", Version: devel}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2024-05-06T07:08:09Z"},
		}}, []module{{Path: "m", Version: "v0.0.0-20240506070809-0123456789ab", NotMatched: reasonNoTag}, {Path: stdlib, Version: "1.20.0"}}},
		{
			"version control, after a tag",
			debug.BuildInfo{GoVersion: "go1.24.0", Main: debug.Module{Path: "m", Version: "v1.2.4-0.20240506070809-0123456789ab+dirty"}},
			[]module{{Path: "m", Version: "v1.2.4-0.20240506070809-0123456789ab+dirty"}, {Path: stdlib, Version: "1.24.0"}},
		},
		{
			"version control, no tag",
			debug.BuildInfo{GoVersion: "go1.24.0", Main: debug.Module{Path: "m", Version: "v0.0.0-20240506070809-0123456789ab"}},
			[]module{{Path: "m", Version: "v0.0.0-20240506070809-0123456789ab", NotMatched: reasonNoTag}, {Path: stdlib, Version: "1.24.0"}},
		},
		{
			"one file",
			debug.BuildInfo{GoVersion: "devel go1.27-abc", Main: debug.Module{Path: "command-line-arguments"}},
			[]module{{Path: stdlib, Version: "devel go1.27-abc", NotMatched: reasonDevelGo}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, modulesOf(&tt.info)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPURL(t *testing.T) {
	for want, m := range map[string]module{
		"pkg:golang/github.com/burntsushi/toml@v1.2.0":       {Path: "github.com/BurntSushi/toml", Version: "v1.2.0"},
		"pkg:golang/github.com/x/y/v2@v2.0.0%2Bincompatible": {Path: "github.com/x/y/v2", Version: "v2.0.0+incompatible"},
		"pkg:golang/example.org/app":                         {Path: "example.org/app", Version: "(devel)"},
		"pkg:golang/stdlib":                                  {Path: stdlib, Version: "devel go1.27-abc"},
	} {
		if got := purl(m.Path, m.Version); got != want {
			t.Errorf("%+v: %s, want %s", m, got, want)
		}
	}
}

func TestStandardLibraryVersion(t *testing.T) {
	for goVersion, want := range map[string]string{
		"go1.22.1":                               "1.22.1",
		"go1.20":                                 "1.20.0",
		"go1.21rc2":                              "1.21.0-rc.2",
		"go1.18beta1":                            "1.18.0-beta.1",
		"go1.22.1 X:boringcrypto":                "1.22.1",
		"go1.22.9 (Red Hat 1.22.9-2.el9_5)":      "1.22.9",
		"go1.21.3-vendor":                        "1.21.3",
		"go1.24.1+auto":                          "1.24.1",
		"devel +0123 Mon Jan 1 00:00:00 2024":    "",
		"devel go1.23-0123 Mon Jan 1 00:00 2024": "",
		"":                                       "",
		"unknown":                                "",
	} {
		m := standardLibrary(stdlib, goVersion)
		if (m.NotMatched == "") != (want != "") || want != "" && m.Version != want {
			t.Errorf("%q: %+v, want %q", goVersion, m, want)
		}
	}
}

func TestLinkedVersion(t *testing.T) {
	for flags, want := range map[string]string{
		"-s -w -X main.version=1.2.3":                             "v1.2.3",
		"-X=main.Version=v1.2.3-rc.1+build5 -X main.commit=abc":   "v1.2.3-rc.1+build5",
		"-X 'github.com/x/m/internal/build.GitVersion=v1.2.3' -s": "v1.2.3",
		"-X github.com/x/m.Version=1.2.3 -X main.Version=1.2.3":   "v1.2.3",
		"-X github.com/x/m.Version=1.2.3 -X main.Version=1.2.4":   "",
		"-X github.com/other/dep.version=9.9.9":                   "",
		"-X github.com/x/mother.version=9.9.9":                    "",
		"-X main.goVersion=1.22.1":                                "",
		"-X main.version=master":                                  "",
		"":                                                        "",
		"-X k8s.io/component-base/version.gitVersion=v1.30.0":     "",
		"-X main.version=1.2.3.4":                                 "",
		`-X "main.version=1.2.3"`:                                 "v1.2.3",
		"-X main.buildDate=2024 -X main.version=v0.9.0 -X main.something=github.com/a/b.c": "v0.9.0",
	} {
		if got := linkedVersion(flags, "github.com/x/m"); got != want {
			t.Errorf("%q: %q, want %q", flags, got, want)
		}
	}
	if got := linkedVersion("-X k8s.io/component-base/version.gitVersion=v1.30.0", "k8s.io/kubernetes"); got != "v1.30.0" {
		t.Errorf("Kubernetes: %q", got)
	}
}

// buildProgram gives the bytes of a program that has dependencies.
func buildProgram(t *testing.T) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", program, "./testdata/program")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestDamagedPrograms breaks a program in one place: what still runs gives its
// modules, what does not gives an error, and nothing is lost without a word.
func TestDamagedPrograms(t *testing.T) {
	sound := buildProgram(t)
	want, err := readBuildInfo(bytes.NewReader(sound), int64(len(sound)))
	if err != nil {
		t.Fatal(err)
	}
	elfFile, err := elf.NewFile(bytes.NewReader(sound))
	if err != nil {
		t.Fatal(err)
	}
	blob := int(elfFile.Section(goSections[0]).Offset)
	fill := func(from, to int, value byte) func([]byte) []byte {
		return func(b []byte) []byte {
			copy(b[from:to], bytes.Repeat([]byte{value}, to-from))
			return b
		}
	}
	rename := func(names ...string) func([]byte) []byte {
		return func(b []byte) []byte {
			for _, name := range names {
				b = bytes.Replace(b, []byte("\x00"+name+"\x00"), []byte("\x00"+strings.Repeat("x", len(name))+"\x00"), 1)
			}
			return b
		}
	}
	tests := []struct {
		name   string
		damage func([]byte) []byte
		read   bool
	}{
		{"no section headers, as sstrip leaves it", func(b []byte) []byte { return fill(0x28, 0x30, 0)(fill(0x3a, 0x40, 0)(b)) }, true},
		{"section headers beyond the end", fill(0x28, 0x30, 0x7f), true},
		{"section headers before the start", fill(0x28, 0x30, 0xff), true},
		{"number of sections", fill(0x3c, 0x3e, 0xff), true},
		{"number of the names", fill(0x3e, 0x40, 0xff), true},
		{"size of a section header", fill(0x3a, 0x3c, 0x01), true},
		{"all section headers", fill(int(sectionTableOf(sound)), int(sectionTableOf(sound))+64*len(elfFile.Sections), 0xff), true},
		{"section renamed", rename(goSections[0]), true},
		{"number of program headers alone", fill(0x38, 0x3a, 0xff), false},
		{"all headers", fill(0x10, 0x40, 0xff), false},
		{"all headers, cut behind the mark", func(b []byte) []byte { return fill(0x10, 0x40, 0xff)(b)[:blob+40] }, false},
		{"cut behind the mark", func(b []byte) []byte { return b[:blob+40] }, false},
		{"mark overwritten", fill(blob, blob+14, 'x'), false},
		{"length of the version", fill(blob+32, blob+41, 0xff), false},
		{"no text at all", fill(blob+32, blob+1024, 0), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			content := test.damage(bytes.Clone(sound))
			got, err := readBuildInfo(bytes.NewReader(content), int64(len(content)))
			switch {
			case !test.read && !errors.Is(err, errDamaged):
				t.Errorf("got %v and the error %v", got, err)
			case test.read && err != nil:
				t.Error(err)
			case test.read:
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func sectionTableOf(program []byte) int64 { return layoutOf(program).sectionTable(program).offset }

// TestPacked packs a program with UPX itself.
func TestPacked(t *testing.T) {
	upx, err := exec.LookPath("upx")
	if err != nil {
		t.Skip("upx is not installed (Debian package upx-ucl)")
	}
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, buildProgram(t), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(upx, "-1", program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readBuildInfo(bytes.NewReader(content), int64(len(content))); !errors.Is(err, errPacked) {
		t.Errorf("got the error %v", err)
	}
}

// TestUPXMark has the bytes that UPX writes behind the headers (l_info: a sum,
// the mark, sizes), for machines without UPX.
func TestUPXMark(t *testing.T) {
	content := append(tinyELF(64)[:64], make([]byte, 3*56)...)
	content = append(content, "\x10\x32\x54\x76UPX!\x40\x08\x0e\x16"...)
	if _, err := readBuildInfo(bytes.NewReader(content), int64(len(content))); !errors.Is(err, errPacked) {
		t.Errorf("got the error %v", err)
	}
}

// TestDamagedOthers: a program of another language that is damaged is no Go
// program.
func TestDamagedOthers(t *testing.T) {
	sound, err := os.ReadFile("/bin/ls")
	if err != nil {
		t.Skip("no /bin/ls")
	}
	for offset := 0x10; offset < 0x40; offset++ {
		damaged := bytes.Clone(sound)
		damaged[offset] = 0xff
		if info, err := readBuildInfo(bytes.NewReader(damaged), int64(len(damaged))); info != nil || err != nil {
			t.Errorf("byte %#x changed: %v, %v", offset, info, err)
		}
	}
}

func FuzzBuildInfo(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add(tinyELF(64))
	f.Add(tinyELF(32))
	f.Add([]byte("MZ\x90\x00"))
	f.Add([]byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_, _ = analyze(context.Background(), image.File{Path: "x", Size: int64(len(content)), Content: bytes.NewReader(content)})
	})
}

// tinyELF is a program of two sections, the second named as Go's.
func tinyELF(bits int) []byte {
	names := "\x00" + goSections[0] + "\x00"
	b := make([]byte, 64, 512)
	copy(b, "\x7fELF\x02\x01\x01")
	offset, size, count, namesAt, sizeAt := 0x28, 64, 0x3c, 0x18, 0x20
	if bits == 32 {
		b[4] = 1
		offset, size, count, namesAt, sizeAt = 0x20, 40, 0x30, 0x10, 0x14
	}
	b[offset] = 64
	b[count-2], b[count], b[count+2] = byte(size), 2, 0
	first := make([]byte, size)
	first[namesAt], first[sizeAt] = byte(64+2*size), byte(len(names))
	second := make([]byte, size)
	second[0] = 1
	return append(append(append(b, first...), second...), names...)
}

func TestMarkInTinyPrograms(t *testing.T) {
	for _, bits := range []int{32, 64} {
		program := tinyELF(bits)
		if got := findMark(bytes.NewReader(program), int64(len(program))); got != present {
			t.Errorf("%d bits: %v", bits, got)
		}
		if _, err := analyze(context.Background(), image.File{Path: "x", Size: int64(len(program)), Content: bytes.NewReader(program)}); err == nil {
			t.Errorf("%d bits: a marked program without build information is no error", bits)
		}
	}
}

func BenchmarkNotGo(b *testing.B) {
	content, err := os.ReadFile("/usr/bin/python3")
	if err != nil {
		b.Skip("no /usr/bin/python3")
	}
	for b.Loop() {
		if info, err := readBuildInfo(bytes.NewReader(content), int64(len(content))); info != nil || err != nil {
			b.Fatal(info, err)
		}
	}
}
