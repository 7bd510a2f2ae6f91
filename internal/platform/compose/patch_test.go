package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/platform/compose"
)

const commented = `# the shop
services:
  web: # the front
    image: nginx:1.27   # pinned
    privileged: true
    ports:
      - "8080:80" # public
      - 127.0.0.1:81:81
    volumes: [./conf:/etc/conf, "data:/data:rw,z"]
    security_opt:
      # keep this
      - seccomp=unconfined
      - label=disable
    network_mode: host
    environment:
      TEXT: |
        several
        lines

  # the database
  db: {image: "postgres:17", pid: host, deploy: {resources: {limits: {cpus: '1'}}}}
  base:
    read_only:
    cap_drop:
      - NET_RAW
      - CHOWN # one
    mem_limit: 1g
`

func TestPatch(t *testing.T) {
	tests := []struct {
		service, fact string
		value         any
		// lines are removed with "-" and added with "+", in their order.
		lines string
	}{
		{"web", "container.privileged", false, "-    privileged: true\n+    privileged: false"},
		{"web", "image.reference", "nginx:1.28", "-    image: nginx:1.27   # pinned\n+    image: \"nginx:1.28\"   # pinned"},
		{"web", "resources.memory.limit", int64(512 << 20), "+    mem_limit: 512m"},
		{"web", "user", "1000:1000", "+    user: \"1000:1000\""},
		{"web", "capabilities.drop", []string{"ALL"}, "+    cap_drop: [ALL]"},
		{"web", "noNewPrivileges", true, "+      - \"no-new-privileges:true\""},
		{"web", "seccomp.type", "default", "-      - seccomp=unconfined"},
		{"web", "namespaces.network", "private", "-    network_mode: host"},
		{"web", "ports[0].hostIP", "127.0.0.1", "-      - \"8080:80\" # public\n+      - \"127.0.0.1:8080:80\" # public"},
		{"web", "ports[1].hostIP", "::1", "-      - 127.0.0.1:81:81\n+      - \"[::1]:81:81\""},
		{"web", "mounts[0].readOnly", true, "-    volumes: [./conf:/etc/conf, \"data:/data:rw,z\"]\n+    volumes: [\"./conf:/etc/conf:ro\", \"data:/data:rw,z\"]"},
		{"web", "mounts[1].readOnly", true, "-    volumes: [./conf:/etc/conf, \"data:/data:rw,z\"]\n+    volumes: [./conf:/etc/conf, \"data:/data:ro,z\"]"},
		{"db", "resources.memory.limit", int64(1 << 30), "-  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1'}}}}\n+  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1', memory: 1g}}}}"},
		{"db", "resources.cpu.limit", 0.5, "-  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1'}}}}\n+  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: \"0.5\"}}}}"},
		{"db", "namespaces.pid", "private", "-  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1'}}}}\n+  db: {image: \"postgres:17\", deploy: {resources: {limits: {cpus: '1'}}}}"},
		{"db", "noNewPrivileges", true, "-  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1'}}}}\n+  db: {image: \"postgres:17\", pid: host, deploy: {resources: {limits: {cpus: '1'}}}, security_opt: [\"no-new-privileges:true\"]}"},
		{"base", "readOnlyRoot", true, "-    read_only:\n+    read_only: true"},
		{"base", "capabilities.drop", []string{"ALL"}, "-    cap_drop:\n-      - NET_RAW\n-      - CHOWN # one\n+    cap_drop: [ALL]"},
		{"base", "resources.pids.limit", int64(100), "+    pids_limit: 100"},
		{"base", "restart.maxRetries", int64(5), "+    restart: on-failure:5"},
	}
	for _, ending := range []string{"\n", "\r\n"} {
		for _, test := range tests {
			t.Run(test.service+" "+test.fact, func(t *testing.T) {
				before := strings.ReplaceAll(commented, "\n", ending)
				after, err := compose.Patch([]byte(before), test.service, test.fact, test.value)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.lines, changes(strings.Split(before, ending), strings.Split(string(after), ending))); diff != "" {
					t.Error(diff)
				}
				load(t, map[string]string{"compose.yaml": string(after)}, compose.Options{})
			})
		}
	}
}

// changes are the lines between the common beginning and end.
func changes(before, after []string) string {
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	var lines []string
	for _, line := range before {
		lines = append(lines, "-"+line)
	}
	for _, line := range after {
		lines = append(lines, "+"+line)
	}
	return strings.Join(lines, "\n")
}

func TestPatchRefuses(t *testing.T) {
	for _, test := range [][2]string{{"nobody", "user"}, {"web", "essential"}, {"web", "ports[9].hostIP"}, {"alias", "user"}} {
		if _, err := compose.Patch([]byte(commented+"  alias: *x\nx-x: &x {image: y}\n"), test[0], test[1], "1"); err == nil {
			t.Errorf("%v should be refused", test)
		}
	}
}

// FuzzPatch changes hostile files: what comes out has the new value, unless the
// change is refused.
func FuzzPatch(f *testing.F) {
	f.Add(commented)
	for _, test := range features {
		f.Add(test.files["compose.yaml"])
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, service := range []string{"a", "web"} {
			after, err := compose.Patch([]byte(text), service, "readOnlyRoot", true)
			if err != nil {
				continue
			}
			project, err := tryLoad(map[string]string{"compose.yaml": string(after)}, compose.Options{})
			if err != nil {
				t.Errorf("%q became %q: %v", text, after, err)
			}
			for _, s := range project.Services {
				if s.Facts.Name == service && !s.Facts.Containers[0].ReadOnlyRoot {
					t.Errorf("%q became %q", text, after)
				}
			}
		}
	})
}
