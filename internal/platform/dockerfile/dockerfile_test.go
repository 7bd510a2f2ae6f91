package dockerfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
)

func decode(t *testing.T, content string, options Options) asset.Subject[asset.Dockerfile] {
	t.Helper()
	subject, problems, err := Decode("Dockerfile", []byte(content), options)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("line %d: %s", p.Line, p.Message)
	}
	return subject
}

// commandLines gives "line program argument…" of each command.
func commandLines(f asset.Dockerfile) []string {
	var list []string
	for _, c := range f.Commands {
		words := append(slices.Clone(c.Wrappers), c.Program)
		list = append(list, strings.TrimSpace(strings.Join(append(words, c.Arguments...), " ")))
	}
	return list
}

func TestCommands(t *testing.T) {
	tests := []struct {
		name, run string
		want      []string
	}{
		{"chain", "RUN a 1 && b 2; c || d", []string{"a 1", "b 2", "c", "d"}},
		{"quotes", `RUN a "b c" 'd $e' f\ g`, []string{"a", "b c", "d $e", "f g"}},
		{"compound", "RUN if x; then y; fi; for i in 1 2; do z $i; done; (v) && { w; }; case q in *) u;; esac", []string{"x", "y", "z $i", "v", "w", "u"}},
		{"variables", "ENV P='x y'\nARG Q=2\nRUN R=3 && a $P \"$P\" ${Q} $R ${S:-4} $T ${P%y}", []string{"a x y x y 2 3 4 $T ${P%y}"}},
		{"substitution", "RUN a $(b c) `d`", []string{"a $(b c) $(d)", "b c", "d"}},
		{"wrappers", "RUN sudo -u x env -i A=1 nice -n 5 timeout -s KILL 9 b c | xargs -n 1 -r d", []string{"sudo env nice timeout b c", "xargs d"}},
		{"script in an argument", `RUN sh -ec "a && b" && su - x -c 'c d' && eval "e f"`, []string{"sh -ec a && b", "a", "b", "su - x -c c d", "c d", "eval e f", "e f"}},
		{"exec form", `RUN ["/usr/bin/a", "b c"]`, []string{"a b c"}},
		{"exec form of a shell", `RUN ["sh", "-c", "a; b"]`, []string{"sh -c a; b", "a", "b"}},
		{"heredoc", "RUN <<EOF\na\nb <<X\nnot a command\nX\nEOF", []string{"a", "b"}},
		{"heredoc for another program", "RUN python3 <<EOF\nimport os\nEOF", []string{"python3"}},
		{"heredoc with its interpreter", "RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", []string{"python3"}},
		{"flags over lines", "RUN --mount=type=cache,target=/x \\\n  # why\n  --network=none \\\n  a b", []string{"a b"}},
		{"continued with comments", "RUN a && \\\n# why\n\n  b \\\n  --c", []string{"a", "b --c"}},
		{"other escape", "# escape=`\nFROM alpine:3\nSHELL [\"/bin/sh\", \"-c\"]\nRUN a && `\n b", []string{"a", "b"}},
		{"function", "RUN f() { a; }; f", []string{"a", "f"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			content := tt.run
			if !strings.Contains(content, "FROM") {
				content = "FROM alpine:3\n" + content
			}
			got := commandLines(decode(t, content, Options{}).Facts)
			want := tt.want
			if tt.name == "quotes" {
				want = []string{"a b c d $e f g"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLines(t *testing.T) {
	const content = `FROM alpine:3 AS one
RUN a && \
    # a comment

    b && \
    sh -c "c \
      d"
RUN <<A
e
f
A
FROM one
RUN h
`
	got := map[string]int{}
	subject := decode(t, content, Options{})
	for _, c := range subject.Facts.Commands {
		got[c.Program] = c.Line
	}
	want := map[string]int{"a": 2, "b": 5, "sh": 6, "c": 6, "e": 9, "f": 10, "h": 13}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if origin := subject.Origins["commands[1]"]; origin.Line != 5 || origin.Column != 5 || origin.File != "Dockerfile" {
		t.Errorf("the second command stands at %+v, want line 5, column 5", origin)
	}
}

func TestPipes(t *testing.T) {
	f := decode(t, "FROM alpine:3\nRUN a | b | c; set -eo pipefail; (d; e) | f; x <(g); . <(h); $(i)\n", Options{}).Facts
	got := map[string][]string{}
	for _, c := range f.Commands {
		into := slices.Clone(c.PipedInto)
		if c.RunBy != "" {
			into = append(into, "run by "+c.RunBy)
		}
		if c.Pipefail {
			into = append(into, "pipefail")
		}
		got[c.Program] = into
	}
	want := map[string][]string{
		"a": {"b", "c"}, "b": {"c"}, "c": nil, "set": {"pipefail"}, "d": {"f", "pipefail"}, "e": {"f", "pipefail"}, "f": {"pipefail"},
		"x": {"pipefail"}, "g": {"pipefail"}, ".": {"pipefail"}, "h": {"run by .", "pipefail"}, "$(i)": {"pipefail"}, "i": {"run by sh", "pipefail"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFinalStage(t *testing.T) {
	const content = `ARG VERSION=3.20
FROM alpine:${VERSION} AS base
USER app
ENV A=1
EXPOSE 80
FROM base AS tested
RUN test
FROM base
ENV B=$A
LABEL c=d
`
	subject := decode(t, content, Options{})
	f := subject.Facts
	if !f.Final.UserWritten || f.Final.User != "app" || f.Final.Root || len(f.Final.Ports) != 1 {
		t.Errorf("the last stage does not inherit: %+v", f.Final)
	}
	if diff := cmp.Diff([]asset.EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "1"}}, f.Final.Env); diff != "" {
		t.Error(diff)
	}
	var shipped []bool
	for _, s := range f.Stages {
		shipped = append(shipped, s.Shipped)
	}
	if diff := cmp.Diff([]bool{true, false, true}, shipped); diff != "" {
		t.Error(diff)
	}
	if f.Stages[0].Base.Repository != "docker.io/library/alpine" || f.Stages[0].Base.Tag != "3.20" {
		t.Errorf("the base is %+v", f.Stages[0].Base)
	}
	if got := decode(t, content, Options{Target: "Tested"}).Facts.Final.Index; got != 1 {
		t.Errorf("target Tested is stage %d, want 1", got)
	}
	if got := decode(t, content, Options{Arguments: map[string]string{"VERSION": "edge"}}).Facts.Stages[0].Base.Tag; got != "edge" {
		t.Errorf("with VERSION=edge the tag is %q", got)
	}
	if _, _, err := Decode("Dockerfile", []byte(content), Options{Target: "none"}); err == nil {
		t.Error("a target that is no stage gives no error")
	}
}

// TestRoot tries the spellings of uid 0.
func TestRoot(t *testing.T) {
	tests := []struct {
		content string
		root    bool
		unknown bool
	}{
		{"FROM alpine:3\nUSER root", true, false},
		{"FROM alpine:3\nUSER 0", true, false},
		{"FROM alpine:3\nUSER 00:5", true, false},
		{"FROM alpine:3\nUSER +0", true, false},
		{"FROM alpine:3\nUSER -0", true, false},
		{"FROM alpine:3\nUSER root:root", true, false},
		{"FROM alpine:3\nARG U=0\nUSER ${U}", true, false},
		{"FROM alpine:3\nARG U\nUSER ${U:-0}", true, false},
		{"FROM alpine:3\nARG U\nUSER $U", false, true},
		{"FROM alpine:3\nUSER 1000", false, false},
		{"FROM alpine:3\nUSER 1000:0", false, false},
		{"FROM alpine:3\nRUN useradd -ou 0 x -u 0 toor\nUSER toor", true, false},
		{"FROM alpine:3", false, true},
		{"FROM scratch", true, false},
		{"FROM gcr.io/distroless/static:nonroot", false, false},
		{"FROM gcr.io/distroless/static", false, true},
		{"FROM bitnami/redis:7", false, false},
		{"FROM alpine:3 AS a\nUSER 0\nFROM a", true, false},
		{"FROM alpine:3 AS a\nUSER 0\nFROM alpine:3\nUSER 5", false, false},
		{"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nUSER ContainerAdministrator", true, false},
		{"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nUSER ContainerUser", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.content, func(t *testing.T) {
			subject := decode(t, tt.content, Options{})
			unknown := subject.Origins["final.root"].Kind == asset.Unknown
			if subject.Facts.Final.Root != tt.root || unknown != tt.unknown {
				t.Errorf("root is %v, unknown %v", subject.Facts.Final.Root, unknown)
			}
		})
	}
}

// TestWindows holds the shell facts of a Windows file to being unknown.
func TestWindows(t *testing.T) {
	const content = "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022 AS w\nRUN echo hello | more && `\n  del C:\\x\nFROM alpine:3\nSHELL [\"/bin/sh\", \"-c\"]\nRUN a\n"
	subject := decode(t, content, Options{})
	if got := subject.Origins["commands[0]"]; got.Kind != asset.Unknown || !strings.Contains(got.Reason, "cmd") {
		t.Errorf("the command of Windows is %+v, want unknown because of cmd", got)
	}
	if got := subject.Facts.Commands; len(got) != 2 || got[1].Program != "a" {
		t.Errorf("the commands are %+v", got)
	}
}

func TestPackages(t *testing.T) {
	tests := []struct{ run, want string }{
		{"apt-get install -qq -o Dpkg::Use-Pty=0 a b=1 ./c.deb", "apt-get install yes recommends [a]"},
		{"apt-get -y install --no-install-recommends a", "apt-get install yes [a]"},
		{"echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/x && apt-get -y install a=1", "apt-get install yes []"},
		{"yes | apt-get install --no-install-recommends a=1", "apt-get install yes []"},
		{"apk add -t .build a 'b>1' c~=2", "apk install yes cache [a]"},
		{"apk --no-cache add a", "apk install yes [a]"},
		{"apk add a=1 && rm -rf /var/cache/apk/*", "apk install yes []"},
		{"yum -y install a-1.2.3 b java-17-openjdk gcc-11 c-1-2.el9", "yum install yes cache [b java-17-openjdk gcc-11]"},
		{"dnf install -y --setopt gpgcheck=0 a-1.0 && dnf clean all", "dnf install yes unsigned []"},
		{"microdnf install a && rm -rf /var/cache/{dnf,yum}", "microdnf install [a]"},
		{"zypper -n in a=1 && zypper cc -a", "zypper install yes []"},
		{"rpm -Uvh --nosignature https://x.example/a.rpm", "rpm install yes unsigned []"},
		{"pip install --no-cache-dir 'a==1' 'b[c]~=2' d", "pip install yes [d]"},
		{"PIP_NO_CACHE_DIR=1 pip install -r r.txt", "pip install yes locked []"},
		{"pip3.11 install -e . --trusted-host x", "pip install yes cache insecure []"},
		{"npm ci", "npm install yes locked []"},
		{"npm i @a/b @c/d@1.0 e@latest --registry https://x", "npm install yes [@a/b e]"},
		{"npm config set strict-ssl false", "npm configure yes insecure []"},
		{"yarn", "yarn install yes cache []"},
		{"gem install a b:1.2 && gem install c -v 3", "gem install yes [a]"},
		{"go install x.example/a@v1 ./cmd/b x.example/c@main", "go install yes [x.example/c]"},
		{"cargo install --locked a b@1.2", "cargo install yes locked [a]"},
	}
	for _, tt := range tests {
		t.Run(tt.run, func(t *testing.T) {
			f := decode(t, "FROM alpine:3\nRUN "+tt.run+"\n", Options{}).Facts
			if len(f.Packages) == 0 {
				t.Fatal("no package operation was seen")
			}
			if got := describe(f.Packages[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func describe(p asset.PackageOperation) string {
	words := []string{p.Manager, p.Operation}
	for _, flag := range []struct {
		set  bool
		word string
	}{{p.AssumesYes, "yes"}, {p.Recommends, "recommends"}, {p.Locked, "locked"}, {p.CacheKept, "cache"}, {p.SignaturesOff, "unsigned"}, {p.TLSOff, "insecure"}} {
		if flag.set {
			words = append(words, flag.word)
		}
	}
	return strings.Join(words, " ") + " [" + strings.Join(p.Unpinned, " ") + "]"
}

func TestErrors(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"empty", "", "no instructions"},
		{"no FROM", "ARG A=1\n", "has no FROM"},
		{"binary", "FROM a\x00b", "binary"},
		{"heredoc without end", "FROM alpine:3\nRUN <<EOF\na\n", "line 2"},
		{"ENV without value", "FROM alpine:3\nENV a\n", "line 2"},
		{"too large", strings.Repeat("#\n", MaxSize), "at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := Decode("Dockerfile", []byte(tt.content), Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestProblems: what cannot be read leaves the rest.
func TestProblems(t *testing.T) {
	const content = "FROM alpine:3\nRUN if true; then\nRUN apk add curl\nFLY away\nRUN " + "a"
	subject, problems, err := Decode("Dockerfile", []byte(content), Options{})
	if err != nil || len(problems) != 2 || problems[0].Line != 2 || problems[1].Line != 4 {
		t.Fatalf("problems are %+v, error %v", problems, err)
	}
	if got := subject.Origins["packages[0]"].Kind; got != asset.Unknown {
		t.Errorf("the packages of the RUN that cannot be read are %q, want unknown", got)
	}
	if len(subject.Facts.Packages) != 2 || subject.Facts.Packages[1].Line != 3 {
		t.Errorf("the packages are %+v", subject.Facts.Packages)
	}
}

func TestNotUTF8(t *testing.T) {
	subject, problems, err := Decode("Dockerfile", []byte("FROM alpine:3\nRUN a \xff\"b$C\"\nUSER 5\xfe$D\n"), Options{})
	if err != nil || len(problems) != 1 || len(subject.Facts.Commands) != 1 {
		t.Errorf("problems are %+v, commands %+v, error %v", problems, subject.Facts.Commands, err)
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("../../../test/corpus/good/dockerfiles/*.Dockerfile")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	for _, text := range []string{
		"FROM a\nRUN <<A <<-B c\nx\nA\n\ty\nB\n", "# escape=`\nFROM a\nRUN a `\n b\n", "FROM a\nRUN sh -c 'sh -c \"sh -c a\"'",
		"FROM ${A:-b}\nONBUILD RUN a\nENV a b\nEXPOSE 1-2/x $A", "FROM a\nCOPY <<E /x\ny\nE\n", "FROM a AS a\nFROM a\nCOPY --from=1 a b c\n",
		"FROM a\nRUN apt-get install $(a) || { curl -o x y://z | sudo -E bash -; }\n", "FROM a\nRUN --mount=type=secret,id=a cat <(b) >c\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		subject, _, err := Decode("Dockerfile", content, Options{})
		if err != nil {
			return
		}
		lines := strings.Count(string(content), "\n") + 1
		for path, origin := range subject.Origins {
			if origin.Line < 0 || origin.Line > lines {
				t.Errorf("%s stands in line %d of %d", path, origin.Line, lines)
			}
		}
		if len(subject.Facts.Stages) == 0 {
			t.Error("a file without stages gives no error")
		}
	})
}

// TestHostile holds files that are made to be slow to a bounded time and size.
func TestHostile(t *testing.T) {
	run := func(text string) string {
		return "FROM a\n" + strings.Repeat("RUN "+strings.Repeat(text, 60_000/len(text))+"\n", 15)
	}
	env := strings.Repeat("ENV "+strings.Repeat("a=$b ", 10_000)+"\n", 10)
	tests := map[string]string{
		"commands":   run("a;"),
		"pipes":      run("a|"),
		"brackets":   run("("),
		"redirected": run(">a "),
		"downloads":  run("curl a://b;"),
		"installs":   run("apk add a;"),
		"stages":     "FROM a AS b\n" + strings.Repeat("EXPOSE "+strings.Repeat("1 ", 20_000)+"\n", 10) + strings.Repeat("FROM b\n", 4000),
		"variables":  "FROM a AS b\n" + env + strings.Repeat("FROM b\n", 150),
		"conditions": run("if a;then "),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			before := time.Now()
			if _, _, err := Decode("Dockerfile", []byte(content), Options{}); err != nil {
				t.Log(err)
			}
			if took := time.Since(before); took > 20*time.Second {
				t.Errorf("it took %v", took)
			} else {
				t.Logf("%d bytes in %v", len(content), took)
			}
		})
	}
}
