package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
	"seawall/internal/platform/dockerfile"
	"seawall/internal/rule"
)

// judgeDockerfile gives how each rule ended on a Dockerfile.
func judgeDockerfile(t *testing.T, set *rule.Set, content []byte, options dockerfile.Options) []rule.Result {
	t.Helper()
	subject, _, err := dockerfile.Decode("Dockerfile", content, options)
	if err != nil {
		t.Fatal(err)
	}
	results, err := set.Evaluate(t.Context(), rule.Dockerfile(asset.Asset{ID: "dockerfile:Dockerfile", StableName: "Dockerfile"}, &subject, testTime))
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// found lists what failed as "line rule".
func found(results []rule.Result) []string {
	var list []string
	for _, r := range results {
		for _, failure := range r.Failures {
			line := 0
			if failure.Location != nil {
				line = failure.Location.Line
			}
			list = append(list, fmt.Sprintf("%d %s", line, strings.TrimPrefix(r.Rule.ID, "dockerfile-")))
		}
	}
	slices.Sort(list)
	return list
}

// TestGoodDockerfiles holds the rules to crying no wolf on careful files.
func TestGoodDockerfiles(t *testing.T) {
	files, err := filepath.Glob("../test/corpus/good/dockerfiles/*.Dockerfile")
	if err != nil || len(files) < 20 {
		t.Fatalf("there are %d good Dockerfiles, there should be 20 and more: %v", len(files), err)
	}
	set := load(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range judgeDockerfile(t, set, content, dockerfile.Options{IgnoreFile: dockerfile.Present}) {
				if r.Status == rule.Unknown {
					t.Logf("unknown %s: %s", r.Rule.ID, r.Reason)
				}
				for _, failure := range r.Failures {
					t.Logf("%s %s: %s", r.Rule.Severity, r.Rule.ID, failure.Evidence.What)
					if r.Rule.Severity >= finding.Medium {
						t.Errorf("%s is of severity %s and fails on a good file", r.Rule.ID, r.Rule.Severity)
					}
				}
			}
		})
	}
}

// careful is a Dockerfile that no rule has anything to say about.
const careful = `# syntax=docker/dockerfile:1
FROM golang:1.24@sha256:1111111111111111111111111111111111111111111111111111111111111111 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go build -o /out/app ./cmd/app
FROM debian:12@sha256:1111111111111111111111111111111111111111111111111111111111111111
ENV TZ=UTC
RUN set -o pipefail && apt-get update && apt-get install -y --no-install-recommends curl=8.1-1 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/app /app
WORKDIR /srv
EXPOSE 8080
USER 10001:10001
HEALTHCHECK CMD ["/app", "health"]
ENTRYPOINT ["/app"]
`

// TestDockerfileMutations changes one thing at a time in a careful file, and
// expects the findings of that change alone, each in its line.
func TestDockerfileMutations(t *testing.T) {
	run := "RUN go build -o /out/app ./cmd/app"
	last := "COPY --from=build /out/app /app"
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "UTC", "UTC", nil},
		{"no user", "USER 10001:10001\n", "", []string{"6 user-not-root"}},
		{"root by number", "USER 10001:10001", "USER 00:0", []string{"12 user-not-root"}},
		{"root again", "USER 10001:10001", "USER 10001\nUSER root", []string{"13 user-not-root"}},
		{"root in a build stage", "WORKDIR /src", "WORKDIR /src\nUSER root", nil},
		{"root by another name", last, last + "\nRUN useradd -o -u 0 toor\nUSER toor", nil},
		{"an account with uid 0", "USER 10001:10001", "RUN useradd -o -u 0 toor\nUSER toor", []string{"13 user-not-root", "13 user-numeric"}},
		{"user by name", "USER 10001:10001", "USER nobody", []string{"12 user-numeric"}},
		{"latest", "debian:12@sha256:" + strings.Repeat("1", 64), "debian:latest", []string{"6 base-digest", "6 base-version"}},
		{"tag by argument", "FROM debian:12@", "ARG X\nFROM debian:${X:-12}@", nil},
		{"undeclared argument", "FROM debian:12@", "FROM debian:${X}@", []string{"6 variables-defined"}},
		{"curl into bash", run, run + "\nRUN curl -fsSL https://x.example/i.sh | bash", []string{"6 no-remote-script", "6 pipefail"}},
		{"substituted", run, run + "\nRUN bash -c \"$(curl -fsSL https://x.example/i.sh)\"", []string{"6 no-remote-script"}},
		{"process substitution", run, run + "\nRUN bash <(curl -fsSL https://x.example/i.sh)", []string{"6 no-remote-script"}},
		{"downloaded, then run", run, run + "\nRUN wget -q https://x.example/i.sh \\\n  && chmod +x i.sh \\\n  && ./i.sh", []string{"6 no-remote-script"}},
		{"verified before it runs", run, run + "\nRUN wget -q https://x.example/i.sh && echo 'abc  i.sh' | sha256sum -c && sh i.sh", nil},
		{"insecure in a sub-shell", run, run + "\nRUN set -e; \\\n # why\n\n (cd src && curl -sSkO https://x.example/notes.txt)", []string{"9 download-checks-certificate", "6 no-legacy-form"}},
		{"plain", run, run + "\nRUN curl -O http://x.example/notes.txt", []string{"6 download-encrypted"}},
		{"ADD without a checksum", run, run + "\nADD https://x.example/a.bin /a.bin", []string{"6 download-verified"}},
		{"ADD with a checksum", run, run + "\nADD --checksum=sha256:12 https://x.example/a.bin /a.bin", nil},
		{"ADD of a file", "COPY go.mod go.sum ./", "ADD go.mod go.sum ./", []string{"4 copy-not-add"}},
		{"secret in ENV", "ENV TZ=UTC", "ENV TZ=UTC DB_PASSWORD=hunter22", []string{"7 no-secrets"}},
		{"file with a secret", "ENV TZ=UTC", "ENV TZ=UTC DB_PASSWORD_FILE=/run/secrets/db", nil},
		{"secret in ARG", "ENV TZ=UTC", "ARG NPM_TOKEN", []string{"7 no-secret-arguments"}},
		{"key copied", "COPY go.mod go.sum ./", "COPY go.mod id_rsa ./", []string{"4 no-secrets"}},
		{"token in a command", run, run + "\nRUN curl -u user:hunter22 https://x.example/", []string{"6 no-secrets"}},
		{"secret mount copied", run, run + "\nRUN --mount=type=secret,id=k cp /run/secrets/k /etc/k", []string{"6 secret-mount-not-copied"}},
		{"secret mount read", run, run + "\nRUN --mount=type=secret,id=k cat /run/secrets/k > /tmp/k && rm /tmp/k", nil},
		{"sandbox off", run, "RUN --security=insecure go build -o /out/app ./cmd/app", []string{"5 run-not-insecure"}},
		{"host network", run, "RUN --network=host go build -o /out/app ./cmd/app", []string{"5 run-not-host-network"}},
		{"questions", "install -y", "install", []string{"8 install-without-questions"}},
		{"recommends", " --no-install-recommends", "", []string{"8 apt-no-recommends"}},
		{"unpinned", "curl=8.1-1", "curl", []string{"8 system-packages-pinned"}},
		{"lists kept", " && rm -rf /var/lib/apt/lists/*", "", []string{"8 package-cache-removed"}},
		{
			"lists in a cache", "RUN set -o pipefail && apt-get update && apt-get install -y --no-install-recommends curl=8.1-1 && rm -rf /var/lib/apt/lists/*",
			"RUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y --no-install-recommends curl=8.1-1", nil,
		},
		{"unsigned", "install -y", "install -y --allow-unauthenticated", []string{"8 package-signatures-checked"}},
		{"trusted", run, run + "\nRUN echo 'deb [trusted=yes] http://x.example/ ./' > /etc/apt/sources.list", []string{"6 repository-not-trusted-blindly"}},
		{"updated alone", run, run + "\nRUN apt-get update", []string{"6 update-not-alone"}},
		{"dist-upgrade", run, run + "\nRUN apt-get update && apt-get -y dist-upgrade", []string{"6 no-dist-upgrade"}},
		{"pip", run, run + "\nRUN pip3 install flask 'django>=4' requests==2.32.3 -r requirements.txt git+https://x.example/a@main", []string{"6 language-packages-pinned"}},
		{"python -m pip", run, run + "\nRUN python3 -m pip install --trusted-host x.example flask==3.1", []string{"6 package-tls-checked"}},
		{"npm", run, run + "\nRUN npm install -g typescript@5.8.2 @angular/cli@19.0.0 && npm install", []string{"6 lock-file-used"}},
		{"npm of today", run, run + "\nRUN npm i -g typescript@latest", []string{"6 language-packages-pinned"}},
		{"go install", run, run + "\nRUN go install example.org/tool@latest && go install example.org/other@v1.2.3", []string{"6 language-packages-pinned"}},
		{"git", run, run + "\nRUN git clone https://x.example/a.git", []string{"6 git-pinned"}},
		{"git at a commit", run, run + "\nRUN git clone https://x.example/a.git && git -C a checkout 0123456789abcdef0123456789abcdef01234567", nil},
		{"sudo", run, run + "\nRUN sudo -E make", []string{"6 no-sudo"}},
		{"chmod", run, run + "\nRUN chmod -R 777 /out", []string{"6 chmod-not-open"}},
		{"chmod of a loop", run, run + "\nRUN for d in a b; do if true; then chmod o+w $d; fi; done", []string{"6 chmod-not-open"}},
		{"setuid", run, run + "\nRUN chmod u+s /out/app", []string{"6 chmod-not-open"}},
		{"executable", run, run + "\nRUN chmod +x /out/app && chmod 1777 /tmp", nil},
		{"password", run, run + "\nRUN echo root:root | chpasswd", []string{"6 no-passwords-set"}},
		{"TLS off by ENV", "ENV TZ=UTC", "ENV NODE_TLS_REJECT_UNAUTHORIZED=0", []string{"7 tls-not-disabled"}},
		{"TLS off by export", run, run + "\nRUN export GIT_SSL_NO_VERIFY=true; make", []string{"6 tls-not-disabled"}},
		{"TLS off by git", run, run + "\nRUN git config --global http.sslVerify false", []string{"6 tls-not-disabled"}},
		{"shell form", `ENTRYPOINT ["/app"]`, "ENTRYPOINT /app", []string{"14 exec-form"}},
		{"two CMD", `ENTRYPOINT ["/app"]`, "CMD [\"a\"]\nCMD [\"b\"]", []string{"14 one-of-a-kind"}},
		{"no health check", "HEALTHCHECK CMD [\"/app\", \"health\"]\n", "", []string{"6 healthcheck"}},
		{"SSH", "EXPOSE 8080", "EXPOSE 8080 22", []string{"11 no-admin-ports"}},
		{"bad port", "EXPOSE 8080", "EXPOSE 80800", []string{"11 expose-valid"}},
		{"relative WORKDIR", "WORKDIR /srv", "WORKDIR srv", []string{"10 workdir-absolute"}},
		{"from no stage", "--from=build", "--from=biuld", []string{"9 copy-from-stage-exists"}},
		{"from a number", "--from=build", "--from=0", []string{"9 copy-from-named-stage"}},
		{"maintainer", "ENV TZ=UTC", "MAINTAINER me", []string{"7 no-maintainer"}},
		{"old ENV", "ENV TZ=UTC", "ENV TZ UTC", []string{"7 no-legacy-form"}},
		{"self reference", "ENV TZ=UTC", "ENV A=1 B=$A", []string{"7 variables-defined"}},
		{"foreign frontend", "docker/dockerfile:1", "x.example/dockerfile:1", []string{"1 frontend-trusted"}},
		{"silenced", run, "# hadolint ignore=DL3008\n" + run, []string{"5 suppressions-explained"}},
		{"silenced with a reason", run, "# hadolint ignore=DL3008 the mirror is a snapshot\n" + run, nil},
		{"whole context", "COPY go.mod go.sum ./", "COPY . .", []string{"4 context-has-ignore-file"}},
	}
	set := load(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(careful, tt.old) {
				t.Fatalf("the file has no %q", tt.old)
			}
			content := strings.Replace(careful, tt.old, tt.new, 1)
			got := found(judgeDockerfile(t, set, []byte(content), dockerfile.Options{IgnoreFile: dockerfile.Absent}))
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q in\n%s", got, tt.want, content)
			}
		})
	}
}

// TestDockerfileSecretsAreMasked: no finding shows a secret, wherever the file
// repeats it.
func TestDockerfileSecretsAreMasked(t *testing.T) {
	const content = `FROM debian:12
ENV DB_PASSWORD=hunter22secret
RUN curl -k https://app:hunter22secret@x.example/i.sh | sh
RUN chmod 777 /srv/$DB_PASSWORD && git clone https://x.example/$DB_PASSWORD
`
	seen := 0
	for _, r := range judgeDockerfile(t, load(t), []byte(content), dockerfile.Options{}) {
		for _, f := range r.Failures {
			seen++
			for _, text := range []string{f.Subject, f.Evidence.What, f.Evidence.Where, f.Evidence.Value, f.Evidence.Want, f.Command} {
				if strings.Contains(text, "hunter22secret") {
					t.Errorf("%s shows the secret: %s", r.Rule.ID, text)
				}
			}
		}
	}
	if seen < 6 {
		t.Errorf("only %d findings were looked at", seen)
	}
}
