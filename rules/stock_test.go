package rules_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/platform/oci"
	"seawall/internal/rule"
	"seawall/rules"
)

var testTime = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

func load(t testing.TB) *rule.Set {
	t.Helper()
	set, err := rule.Load(rules.Files, "rules")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// config writes an image configuration; a leading "-" marks a step without a layer.
func config(t testing.TB, settings map[string]any, steps ...string) []byte {
	t.Helper()
	var history []map[string]any
	var layers []string
	for i, step := range steps {
		text, empty := strings.CutPrefix(step, "-")
		history = append(history, map[string]any{"created_by": text, "empty_layer": empty})
		if !empty {
			layers = append(layers, fmt.Sprintf("sha256:%064x", i+1))
		}
	}
	text, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": "amd64", "created": "2025-05-20T00:00:00Z", "config": settings,
		"rootfs": map[string]any{"type": "layers", "diff_ids": layers}, "history": history,
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// known marks the facts that the image's files hold as read.
func known(t testing.TB, text []byte, fill func(*asset.Image)) *asset.Subject[asset.Image] {
	t.Helper()
	subject, _, err := oci.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"uid", "accounts", "privilegedFiles", "worldWritable"} {
		delete(subject.Origins, field)
	}
	subject.Facts.Accounts = []asset.Account{{Name: "root", Shell: "/bin/bash"}, {Name: "daemon", UID: 1, Shell: "/usr/sbin/nologin"}, {Name: "sync", UID: 4, Shell: "/bin/sync"}}
	subject.Facts.PrivilegedFiles = []asset.PrivilegedFile{{Path: "usr/bin/su", Mode: "4755", Setuid: true, OwnedBy: "pkg:deb/debian/util-linux"}}
	subject.Facts.Distribution = asset.Distribution{ID: "debian", PrettyName: "Debian GNU/Linux 12 (bookworm)", EndOfLife: "2028-06-30"}
	if fill != nil {
		fill(&subject.Facts)
	}
	return &subject
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func debian(t testing.TB) []byte {
	return config(t, map[string]any{"Env": []string{path}, "Cmd": []string{"bash"}},
		"# debian.sh --arch 'amd64' out/ 'bookworm' '@1747699200'", "-CMD [\"bash\"]")
}

func node(t testing.TB) []byte {
	return config(t, map[string]any{
		"Env":        []string{path, "NODE_VERSION=22.16.0", "YARN_VERSION=1.22.22"},
		"Entrypoint": []string{"docker-entrypoint.sh"}, "Cmd": []string{"node"},
	},
		"# debian.sh --arch 'amd64' out/ 'bookworm' '@1747699200'",
		"-CMD [\"bash\"]",
		"RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl gnupg && rm -rf /var/lib/apt/lists/* # buildkit",
		"RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit",
		"-ENV NODE_VERSION=22.16.0",
		"RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch=\"$(dpkg --print-architecture)\" && for key in C0D6248439F1D5604AAFFB4021D900FFDB233756 ; do gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys \"$key\" ; done && curl -fsSLO https://nodejs.org/dist/v$NODE_VERSION/SHASUMS256.txt.asc && sha256sum -c - # buildkit",
		"COPY docker-entrypoint.sh /usr/local/bin/ # buildkit",
		"-ENTRYPOINT [\"docker-entrypoint.sh\"]",
		"-CMD [\"node\"]")
}

func postgres(t testing.TB) []byte {
	return config(t, map[string]any{
		"Env": []string{
			path, "GOSU_VERSION=1.17", "LANG=en_US.utf8", "PG_MAJOR=17", "PG_VERSION=17.5-1.pgdg120+1", "PGDATA=/var/lib/postgresql/data",
		},
		"Entrypoint": []string{"docker-entrypoint.sh"}, "Cmd": []string{"postgres"}, "StopSignal": "SIGINT",
		"ExposedPorts": map[string]any{"5432/tcp": struct{}{}}, "Volumes": map[string]any{"/var/lib/postgresql/data": struct{}{}},
	},
		"# debian.sh --arch 'amd64' out/ 'bookworm' '@1747699200'",
		"-CMD [\"bash\"]",
		"RUN /bin/sh -c set -eux; groupadd -r postgres --gid=999; useradd -r -g postgres --uid=999 postgres # buildkit",
		"RUN /bin/sh -c set -ex; key='B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8'; aptRepo=\"[ signed-by=/usr/local/share/keyrings/postgres.gpg.asc ] http://apt.postgresql.org/pub/repos/apt/ bookworm-pgdg main\"; apt-get update # buildkit",
		"-ENV PGDATA=/var/lib/postgresql/data",
		"-VOLUME [/var/lib/postgresql/data]",
		"COPY docker-entrypoint.sh /usr/local/bin/ # buildkit",
		"-ENTRYPOINT [\"docker-entrypoint.sh\"]",
		"-STOPSIGNAL SIGINT",
		"-EXPOSE map[5432/tcp:{}]",
		"-CMD [\"postgres\"]")
}

// TestStockImages holds the rules to what an experienced engineer would agree
// with on images as the large projects build them.
func TestStockImages(t *testing.T) {
	tests := []struct {
		name   string
		config []byte
		fill   func(*asset.Image)
		want   []string
	}{
		{"debian", debian(t), nil, []string{"image-user-not-root"}},
		{"node", node(t), nil, []string{"image-user-not-root"}},
		{"postgres", postgres(t), nil, []string{"image-healthcheck", "image-user-not-root"}},
		{
			"alpine",
			config(t, map[string]any{"Env": []string{path}, "Cmd": []string{"/bin/sh"}, "WorkingDir": "/"}, "ADD alpine-minirootfs-3.22.0-x86_64.tar.gz / # buildkit", "-CMD [\"/bin/sh\"]"),
			nil,
			[]string{"image-user-not-root"},
		},
		{
			"distroless",
			config(t, map[string]any{"Env": []string{path, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"}, "User": "65532", "Entrypoint": []string{"/app"}}, "bazel build ...", "COPY /app /app # buildkit"),
			func(image *asset.Image) { image.UID = 65532 }, nil,
		},
		{
			"a neglected image",
			config(t, map[string]any{
				"Env": []string{path, "DB_PASSWORD=hunter22", "NODE_TLS_REJECT_UNAUTHORIZED=0", "LD_PRELOAD=/tmp/x.so"}, "User": "www",
				"Cmd": []string{"/bin/sh", "-c", "/start"}, "ExposedPorts": map[string]any{"22/tcp": struct{}{}},
				"Volumes": map[string]any{"/etc": struct{}{}}, "OnBuild": []string{"RUN x"},
			},
				"/bin/sh -c #(nop) ADD file:0123 in / ", "-/bin/sh -c #(nop)  CMD [\"bash\"]",
				"|1 API_TOKEN=abcd1234 /bin/sh -c apt-get update && apt-get dist-upgrade -y --allow-unauthenticated",
				"/bin/sh -c #(nop) ADD 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef in /x "),
			func(image *asset.Image) {
				image.Tag, image.UID = "latest", 33
				image.Distribution.EndOfLife = "2024-06-30"
				image.Accounts = append(image.Accounts, asset.Account{Name: "www", UID: 33, Shell: "/bin/sh", EmptyPassword: true}, asset.Account{Name: "old", UID: 33, Shell: "/bin/false"})
				image.PrivilegedFiles = []asset.PrivilegedFile{{Path: "x", Mode: "4755", Setuid: true}, {Path: "y", Capabilities: []string{"cap_sys_admin"}}}
				image.WorldWritable = []string{"start"}
			},
			[]string{
				"image-duplicate-uids", "image-empty-passwords", "image-end-of-life-distribution", "image-entrypoint-exec-form", "image-exposed-ports-sane",
				"image-file-capabilities", "image-healthcheck", "image-no-add-remote", "image-no-dist-upgrade", "image-no-ld-preload",
				"image-no-secrets-in-build-arguments", "image-no-secrets-in-env", "image-onbuild-absent", "image-package-signatures-not-disabled",
				"image-setuid-files-known", "image-tag-not-latest", "image-tls-verification-not-disabled", "image-user-numeric",
				"image-volume-not-sensitive", "image-world-writable",
			},
		},
	}
	set := load(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			subject := known(t, test.config, test.fill)
			results, err := set.Evaluate(t.Context(), rule.Image(asset.Asset{StableName: test.name}, subject, testTime))
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, result := range results {
				switch result.Status {
				case rule.Unknown:
					t.Errorf("%s could not be checked: %s", result.Rule.ID, result.Reason)
				case rule.Fail:
					failed = append(failed, result.Rule.ID)
				}
				reported := fmt.Sprint(result.Findings(asset.Asset{}))
				for _, secret := range []string{"hunter22", "abcd1234"} {
					if strings.Contains(reported, secret) {
						t.Errorf("%s shows the secret %s: %s", result.Rule.ID, secret, reported)
					}
				}
			}
			if diff := cmp.Diff(test.want, failed); diff != "" {
				t.Errorf("failed rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryFailureSaysWhatAndWhere(t *testing.T) {
	set := load(t)
	subject := known(t, config(t, map[string]any{"Env": []string{"A_SECRET=correct horse"}, "Cmd": []string{"sh", "-c", "x"}}), nil)
	results, err := set.Evaluate(t.Context(), rule.Image(asset.Asset{}, subject, testTime))
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, result := range results {
		for _, failure := range result.Failures {
			failures++
			e := failure.Evidence
			if e.What == "" || e.Where == "" || e.Want == "" || failure.Subject == "" || strings.Contains(e.What, "not known") {
				t.Errorf("%s: %+v", result.Rule.ID, failure)
			}
		}
	}
	if failures < 3 {
		t.Errorf("got %d failures, want three at least", failures)
	}
}

func TestRootFS(t *testing.T) {
	subject := oci.RootFS()
	results, err := load(t).Evaluate(t.Context(), rule.Image(asset.Asset{Kind: asset.KindRootFS}, &subject, testTime))
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		switch result.Rule.ID {
		case "image-duplicate-uids", "image-empty-passwords", "image-file-capabilities", "image-setuid-files-known", "image-world-writable":
			if result.Status != rule.Pass {
				t.Errorf("%s is about files, but ended in %s (%s)", result.Rule.ID, result.Status, result.Reason)
			}
		default:
			if result.Status != rule.NotApplicable {
				t.Errorf("%s ended in %s (%s) on a root file system", result.Rule.ID, result.Status, result.Reason)
			}
		}
	}
}

// processorTime is what the process has used so far; on a busy machine the
// clock says little.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkCold is what a run of seawall pays for rules: load, compile, evaluate.
func BenchmarkCold(b *testing.B) {
	target := rule.Image(asset.Asset{}, known(b, postgres(b), nil), testTime)
	before := processorTime(b)
	for b.Loop() {
		if _, err := load(b).Evaluate(b.Context(), target); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-us/op")
}

func BenchmarkEvaluate(b *testing.B) {
	set := load(b)
	target := rule.Image(asset.Asset{}, known(b, postgres(b), nil), testTime)
	results, err := set.Evaluate(b.Context(), target)
	if err != nil {
		b.Fatal(err)
	}
	before := processorTime(b)
	for b.Loop() {
		if _, err := set.Evaluate(b.Context(), target); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N*len(results)), "cpu-ns/rule")
}

func BenchmarkHostile(b *testing.B) {
	set := load(b)
	target := rule.Image(asset.Asset{}, known(b, postgres(b), func(image *asset.Image) {
		image.Accounts = nil
		for i := range 1000 {
			image.Accounts = append(image.Accounts, asset.Account{Name: fmt.Sprint("a", i), UID: int64(i)})
			image.WorldWritable = append(image.WorldWritable, fmt.Sprint("tmp/", i))
		}
		for range 5000 {
			image.PrivilegedFiles = append(image.PrivilegedFiles, asset.PrivilegedFile{Path: "x", Setuid: true})
		}
	}), testTime)
	for b.Loop() {
		if _, err := set.Evaluate(b.Context(), target); err != nil {
			b.Fatal(err)
		}
	}
}
