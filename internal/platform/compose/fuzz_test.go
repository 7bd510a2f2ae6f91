package compose_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/platform/compose"
	"seawall/internal/platform/document"
)

// FuzzLoad loads hostile projects: no panic, and every path of an origin is one
// that exists, at a place that exists.
func FuzzLoad(f *testing.F) {
	for _, test := range features {
		f.Add(test.files["compose.yaml"]+test.files["compose.1.yaml"], test.files["compose.2.yaml"], "A=1\n")
	}
	f.Add("services: {a: {extends: a}}", "include: [compose.yaml]", "X=\"$X")
	f.Add("services: {a: &a {environment: [*b, '${A'], ports: [[1]]}}", "services: []", "'\n\"")
	f.Add("services: {a: {ports: ['1-65535:1-65535', '::', '[::1']}}", "x: !reset", "")
	f.Add("services: {a: {volumes: [{type: bind}, ':', '${X}:${Y}', 5]}, b: {build: {context: [1]}}}", "services: {a: {volumes: {x: y}, build: !reset}}", "=")
	f.Fuzz(func(t *testing.T, first, second, env string) {
		project, err := compose.Load([]compose.File{{"compose.yaml", []byte(first)}, {"over.yaml", []byte(second)}}, compose.Options{
			Read: func(name string) ([]byte, error) {
				switch path.Base(name) {
				case ".env", "one.env":
					return []byte(env), nil
				case "compose.yaml", "common.yaml":
					return []byte(first), nil
				}
				return nil, fs.ErrNotExist
			},
		})
		if err != nil {
			return
		}
		lines := strings.Count(first, "\n") + strings.Count(second, "\n") + 2
		for _, service := range project.Services {
			checkOrigins(t, service.Origins, lines)
		}
		checkOrigins(t, project.Compose.Origins, lines)
	})
}

func checkOrigins(t *testing.T, origins map[string]asset.Origin, lines int) {
	t.Helper()
	for fact, origin := range origins {
		if origin.Line > lines || origin.Kind == asset.Explicit && origin.File == "" {
			t.Errorf("the place of %q is %+v, the files have %d lines", fact, origin, lines)
		}
		if origin.Kind == asset.Unknown && (origin.Reason == "" || strings.Contains(origin.Reason, document.Hole)) {
			t.Errorf("%q is unknown and the reason is %q", fact, origin.Reason)
		}
	}
}
