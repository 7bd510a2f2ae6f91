package compose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/platform/compose"
)

// one loads a service without its project.
func one(t *testing.T, service string) asset.Subject[asset.Workload] {
	t.Helper()
	project := load(t, map[string]string{"compose.yaml": "services:\n  a:\n" + service}, compose.Options{})
	if len(project.Services) != 1 {
		t.Fatalf("there are %d services, %v", len(project.Services), project.Problems)
	}
	return project.Services[0]
}

func TestOrigins(t *testing.T) {
	const service = `    image: nginx:${TAG}
    privileged: ${PRIV}
    read_only: perhaps
    mem_limit: much
    user: www-data
    ports:
      - "${PORT}:80"
      - 127.0.0.1:81:81
    volumes:
      - ${DATA}:/data
      - ${DATA}/x:/x
      - ${HOME}/y:/y
      - ${PWD}/z:/z
    environment:
      PASSWORD: ${DB_PASSWORD}
      URL: postgres://u:${DB_PASSWORD}@db
    cap_add:
      - NET_ADMIN
`
	subject := one(t, service)
	for fact, want := range map[string]string{
		"image.tag":                        "unknown 3 the variable TAG is not set and has no default",
		"privileged":                       "unknown 4 the variable PRIV is not set and has no default",
		"readOnlyRoot":                     `unknown 5 line 5 has the text "perhaps" where true or false is expected`,
		"resources.memory.limit":           `unknown 6 line 6 has the text "much" where a size such as 64m or 1.5gb is expected`,
		"uid":                              `unknown 7 "www-data" is a name: the image's /etc/passwd and /etc/group decide`,
		"user":                             "explicit 7 ",
		"ports[0]":                         "explicit 9 ",
		"ports[0].hostIP":                  "platform default 9 ",
		"ports[0].hostPort":                "unknown 9 the variable PORT is not set and has no default",
		"ports[1]":                         "explicit 10 ",
		"mounts[0].source":                 "unknown 12 the variable DATA is not set and has no default",
		"mounts[1].source":                 "unknown 13 the variable DATA is not set and has no default",
		"env[0]":                           "explicit 17 ",
		"capabilities.add":                 "explicit 20 ",
		"capabilities.add[0]":              "explicit 20 ",
		"capabilities.drop":                "platform default 2 ",
		"resources.pids.limit":             "platform default 2 ",
		"mustNotBeRoot":                    "inexpressible 0 Compose cannot demand it: set user: to a number other than 0",
		"healthcheck":                      "unknown 2 no test is written, so the image decides whether there is a health check",
		"":                                 "explicit 2 ",
		"resources.sharedMemory":           "platform default 2 ",
		"seccomp":                          "platform default 2 ",
		"restart.policy":                   "platform default 2 ",
		"readiness":                        "inexpressible 0 Compose has one health check and no probes: set healthcheck:",
		"resources.ephemeralStorage.limit": "platform default 2 ",
	} {
		path := "containers[0]." + fact
		if fact == "" {
			path = "containers[0]"
		}
		origin, ok := subject.Origins[path]
		if have := fmt.Sprintf("%s %d %s", origin.Kind, origin.Line, origin.Reason); !ok || have != want {
			t.Errorf("%s: %q, want %q", path, have, want)
		}
	}
	c := subject.Facts.Containers[0]
	var sources []string
	for _, m := range c.Mounts {
		sources = append(sources, m.Type+" "+m.Source)
	}
	if diff := cmp.Diff([]string{" ${}", "bind ./${}/x", "bind ~/y", "bind ./z"}, sources); diff != "" {
		t.Error(diff)
	}
	env := []asset.EnvSetting{{Name: "PASSWORD", From: asset.EnvHost, Ref: "DB_PASSWORD"}, {Name: "URL", Value: "postgres://u:${DB_PASSWORD}@db", From: asset.EnvValue}}
	if diff := cmp.Diff(env, c.Env); diff != "" {
		t.Error(diff)
	}
	if origin := subject.Origins["containers[0].user"]; origin.Column != 11 || origin.Pointer != "/services/a/user" || origin.File != "compose.yaml" {
		t.Errorf("the user stands at %+v", origin)
	}
}

// TestPlacesOfMergedFiles looks for the file that each fact comes from.
func TestPlacesOfMergedFiles(t *testing.T) {
	project := load(t, map[string]string{
		"compose.1.yaml": "services:\n  a:\n    extends: {file: sub/base.yaml, service: b}\n    image: x\n    cap_add: [A]\n",
		"compose.2.yaml": "services: {a: {cap_add: [B], user: '1'}}\n",
		"sub/base.yaml":  "services:\n  b:\n\n    privileged: true\n    cap_add: [Z]\n",
	}, compose.Options{})
	origins := project.Services[0].Origins
	for fact, want := range map[string]string{
		"privileged": "sub/base.yaml:4 /services/b/privileged", "image": "compose.1.yaml:4 /services/a/image", "user": "compose.2.yaml:1 /services/a/user",
		"capabilities.add[0]": "sub/base.yaml:5 /services/b/cap_add/0", "capabilities.add[1]": "compose.1.yaml:5 /services/a/cap_add/0",
		"capabilities.add[2]": "compose.2.yaml:1 /services/a/cap_add/0",
	} {
		origin := origins["containers[0]."+fact]
		if have := fmt.Sprintf("%s:%d %s", origin.File, origin.Line, origin.Pointer); have != want {
			t.Errorf("%s: %s, want %s", fact, have, want)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name, file, want string
	}{
		{"service of no mapping", "services: {a: 5, b: {image: x}}", "1:12: the service a is a mapping, this is the text \"5\""},
		{"services of no mapping", "services: [a]", "1:11: services is a mapping of names, this is a list"},
		{"bad port", "services: {a: {image: x, ports: [abc]}}", `"abc" is not a port such as 127.0.0.1:8080:80`},
		{"open brace", "services: {a: {image: '${A'}}", "its brace is not closed"},
		{"key twice", "services:\n  a: {image: x}\n  a: {image: y}", `3:3: the key "a" stands twice, first in line 2`},
		{"extends nothing", "services: {a: {extends: b}}", `the service "b", which is extended, is not in compose.yaml`},
		{"extends itself", "services: {a: {extends: b}, b: {extends: a}}", "extends itself"},
		{"missing file", "include: [other.yaml]\nservices: {a: {image: x}}", "1:11: the file other.yaml was not read"},
		{"includes itself", "include: [compose.yaml]\nservices: {a: {image: x}}", "includes itself"},
		{"remote", "include: ['https://github.com/a/b.git']\nservices: {a: {image: x}}", "is remote, so it was not read"},
		{"escapes", "include: [../../etc/passwd]\nservices: {a: {image: x}}", "it is outside of ."},
		{"two limits", "services: {a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}}", "mem_limit says something else than deploy.resources"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			project := load(t, map[string]string{"compose.yaml": test.file}, compose.Options{Root: "."})
			var all []string
			for _, problem := range project.Problems {
				all = append(all, problem.String())
			}
			if !strings.Contains(strings.Join(all, "\n"), test.want) {
				t.Errorf("problems are %q, want one with %q", all, test.want)
			}
		})
	}
}

func TestNothingToLoad(t *testing.T) {
	for _, file := range []string{"", "a: [", "[]", "\x00\x01", "# only a comment"} {
		if _, err := tryLoad(map[string]string{"compose.yaml": file}, compose.Options{}); err == nil {
			t.Errorf("%q is no project", file)
		}
	}
}

// TestBomb loads projects that expand to far more than they hold.
func TestBomb(t *testing.T) {
	include := map[string]string{"compose.yaml": "include: [f0/x.yaml, f0/./x.yaml]\nservices: {a: {image: x, configs: [{source: a}]}}"}
	for i := range 18 {
		include[strings.Repeat("f0/", i+1)+"x.yaml"] = "include: [f0/x.yaml, f0/x.yaml]\nservices: {a: {configs: [{source: a}, {source: b}]}}"
	}
	if _, err := tryLoad(include, compose.Options{}); err != nil {
		t.Error(err)
	}
	var laughs strings.Builder
	laughs.WriteString("x-0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		fmt.Fprintf(&laughs, "x-%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i, i, i, i, i)
	}
	laughs.WriteString("services: {a: {image: x, command: *a8}}\n")
	if _, err := tryLoad(map[string]string{"compose.yaml": laughs.String()}, compose.Options{}); err == nil {
		t.Error("an expansion of millions should be refused")
	}
}

func TestProfiles(t *testing.T) {
	files := map[string]string{"compose.yaml": "services: {a: {image: x}, b: {image: y, profiles: [debug]}, c: {image: z, profiles: [test, more]}}"}
	for _, test := range []struct {
		profiles []string
		want     string
	}{{nil, "a b c"}, {[]string{"debug"}, "a b"}, {[]string{"more"}, "a c"}, {[]string{"*"}, "a b c"}, {[]string{"other"}, "a"}} {
		var names []string
		for _, s := range load(t, files, compose.Options{Profiles: test.profiles}).Services {
			names = append(names, s.Facts.Name)
		}
		if have := strings.Join(names, " "); have != test.want {
			t.Errorf("profiles %v: %s, want %s", test.profiles, have, test.want)
		}
	}
}

// TestPreStart expects the containers that run before to have what the service
// has, without its mounts.
func TestPreStart(t *testing.T) {
	subject := one(t, `    image: x
    cap_add: [A]
    mem_limit: 1g
    volumes: ["/a:/a"]
    pre_start:
      - {command: [init], user: root, cap_add: [B]}
`)
	if len(subject.Facts.Containers) != 2 {
		t.Fatalf("there are %d containers", len(subject.Facts.Containers))
	}
	hook := subject.Facts.Containers[1]
	if hook.Role != asset.RoleInit || hook.Image.Reference != "x" || hook.User != "root" || !slices.Equal(hook.Capabilities.Add, []string{"A", "B"}) || len(hook.Mounts) > 0 || hook.Resources.Memory.Limit != 1<<30 {
		t.Errorf("the hook is %+v", hook)
	}
	if origin := subject.Origins["containers[1].user"]; origin.Line != 8 {
		t.Errorf("its user stands at %+v", origin)
	}
}
