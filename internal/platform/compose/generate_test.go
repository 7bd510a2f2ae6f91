package compose_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/google/go-cmp/cmp"

	"seawall/internal/platform/compose"
)

// choices are fields of a service in several forms each.
var choices = [][]string{
	{"user: '0'", "user: root", "user: 10:20"},
	{"privileged: true", "privileged: false", "privileged: ${ON}"},
	{"cap_add: [NET_ADMIN]", "cap_add: [SYS_ADMIN, CHOWN]"},
	{"cap_drop: [ALL]", "cap_drop: [CHOWN]"},
	{"environment: {A: 1, B: two}", "environment: [A=3, C]", "environment: {A: , D: ''}"},
	{"ports: ['80:80', '127.0.0.1:81:81']", "ports: [{target: 80, published: '80'}, 90]", "ports: ['1000-1002:2000-2002/udp']"},
	{"volumes: ['./a:/a', 'vol:/v:ro', 'c:/d:/e']", "volumes: [{type: bind, source: /b, target: /a}]", "volumes: ['/x:/v', {type: tmpfs, target: /t}]"},
	{"tmpfs: /run", "tmpfs: ['/run', '/tmp:size=1m']"},
	{"mem_limit: 1g", "mem_limit: 512mb"},
	{"cpus: 1.5", "cpus: '2'"},
	{"pids_limit: 10", "pids_limit: 20"},
	{"restart: always", "restart: on-failure:3", "restart: 'no'"},
	{"networks: [n]", "networks: {n: , m: {aliases: [q]}}"},
	{"command: [a, b]", "command: run 'it now'", "command: "},
	{"labels: [a=1]", "labels: {a: 2, b: x}"},
	{"logging: {driver: local}", "logging: {driver: local, options: {a: b}}", "logging: {options: {c: d}}"},
	{"ulimits: {nofile: 10}", "ulimits: {nofile: {soft: 1, hard: 2}, core: 0}"},
	{"devices: ['/dev/a:/dev/a']", "devices: ['/dev/b:/dev/a:r', /dev/c]"},
	{"sysctls: [a.b=1]", "sysctls: {a.b: 2, c.d: 3}"},
	{"extra_hosts: ['h:1.1.1.1']", "extra_hosts: {h: 2.2.2.2, i: 3.3.3.3}"},
	{"secrets: [s]", "secrets: [{source: s, target: /s}]"},
	{"healthcheck: {test: [CMD, x]}", "healthcheck: {test: go}", "healthcheck: {interval: 5s}"},
	{"build: ./b", "build: {context: ./c, args: [X=1]}"},
	{"dns: 1.1.1.1", "dns: [8.8.8.8, 9.9.9.9]"},
	{"read_only: true", "read_only: ${OFF}"},
	{"group_add: ['1']", "group_add: [two]"},
}

// generated writes a service of randomly chosen fields.
func generated(random *rand.Rand) string {
	fields := []string{"image: x:" + fmt.Sprint(random.Intn(9))}
	for _, forms := range choices {
		if random.Intn(3) == 0 {
			fields = append(fields, forms[random.Intn(len(forms))])
		}
	}
	return "\n    " + strings.Join(fields, "\n    ") + "\n"
}

// TestGeneratedProjects compares generated projects with compose-go: two files
// that are merged, services that extend others of the same and of another file.
func TestGeneratedProjects(t *testing.T) {
	const resources = "networks: {n: , m: }\nvolumes: {vol: }\nsecrets: {s: {external: true}}\n"
	for seed := range int64(80) {
		random := rand.New(rand.NewSource(seed))
		files := map[string]string{
			"compose.1.yaml": "services:\n  a:" + generated(random) + "  b:" + generated(random) + "    extends: a\n" + resources,
			"compose.2.yaml": "services:\n  a:" + generated(random) + "  c:" + generated(random) + "    extends: {file: sub/x.yaml, service: z}\n",
			"sub/x.yaml":     "services:\n  z:" + generated(random),
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			compare(t, files, map[string]string{"ON": "true", "OFF": "false"})
			if t.Failed() {
				for name, content := range files {
					t.Logf("%s:\n%s", name, content)
				}
			}
		})
	}
}

// TestDotenvAgreesWithComposeGo compares the variables of environment files.
func TestDotenvAgreesWithComposeGo(t *testing.T) {
	for _, file := range []string{
		"A=1\nB=two words \nC= padded\n", "# comment\n\nexport A=1 # more\nB=x#y\nC='#z'\n", "A=\"q $B\"\nB=b\nC=${B}c\nD='$B'\n",
		"A=\"one\ntwo\"\nB=after\n", "A: yaml\nB =spaced\n", "A=\nB\nC=\"\"\n", "A=\"a\\nb\\\"c\"\n", "\ufeffA=1\r\nB=2\r\n", "A='it''s'\n",
		"A=x=y=z\n", "A=${UNSET:-default}\nB=${A}\n", "A=\"x\" # comment\nB='y'   \n",
	} {
		want, err := dotenv.Parse(strings.NewReader(file))
		if err != nil {
			t.Logf("compose-go refuses %q: %v", file, err)
			continue
		}
		var fields strings.Builder
		have := map[string]string{}
		for name := range want {
			fmt.Fprintf(&fields, "      %s: '<${%s-unset}>'\n", name, name)
		}
		project := load(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: x\n    labels:\n" + fields.String(), ".env": file}, compose.Options{})
		for name, value := range project.Services[0].Facts.Containers[0].Labels {
			have[name] = strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
			if have[name] == "unset" {
				have[name] = ""
			}
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%q (-compose-go +ours):\n%s", file, diff)
		}
	}
}
