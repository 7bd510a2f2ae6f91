package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		configured, offered string
		want                string // how the path begins, or a part of the error
	}{
		{"", "1.45", "/v1.45/info"},
		{"", "1.40", "/v1.40/info"},
		{"", "1.99", "/v1.56/info"},
		{"", "2.0", "/v1.56/info"},
		{"", "", "/info"},
		{"1.41", "1.45", "/v1.41/info"},
		{" v1.30 ", "1.45", "/v1.30/info"},
		{"", "1.39", "at least 1.40"},
		{"", "1.9", "at least 1.40"},
		{"", "apache", "not a container engine"},
		{"one", "1.45", `"one" is not a version`},
		{"1.-4", "1.45", `"1.-4" is not a version`},
		{"0.0", "1.45", `"0.0" is not a version`},
	} {
		var path string
		server := httptest.NewServer(serve(tt.offered, func(w http.ResponseWriter, r *http.Request) {
			path = r.URL.Path
			_, _ = io.WriteString(w, "{}")
		}))
		c, err := New(Config{Host: server.URL, Version: tt.configured})
		if err == nil {
			if err = c.Ping(t.Context()); err == nil {
				_, err = c.Info(t.Context())
			}
		}
		if err != nil {
			path = err.Error()
		}
		if !strings.Contains(path, tt.want) || err == nil && path != tt.want {
			t.Errorf("configured %q, offered %q: %s, want %s", tt.configured, tt.offered, path, tt.want)
		}
		server.Close()
	}
}

func TestPlatforms(t *testing.T) {
	platform := &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}
	const encoded = `{"architecture":"arm64","os":"linux","variant":"v8"}`
	for _, tt := range []struct{ version, inspect, save string }{
		{"1.47", "", ""},
		{"1.48", "", encoded},
		{"1.49", encoded, encoded},
	} {
		asked := map[string]string{}
		c := connect(t, tt.version, func(w http.ResponseWriter, r *http.Request) {
			asked[r.URL.Path] = r.URL.Query().Get("platform")
			if names := r.URL.Query()["names"]; strings.HasSuffix(r.URL.Path, "/get") && (len(names) != 1 || names[0] != "sha256:00") {
				t.Errorf("asked for %q", names)
			}
			_, _ = io.WriteString(w, "{}")
		})
		if _, err := c.InspectImage(t.Context(), "ghcr.io/a/b:1", platform); err != nil {
			t.Fatal(err)
		}
		stream, err := c.SaveImage(t.Context(), "sha256:00", platform)
		if err != nil {
			t.Fatal(err)
		}
		stream.Close()
		prefix := "/v" + tt.version
		if inspect, save := asked[prefix+"/images/ghcr.io/a/b:1/json"], asked[prefix+"/images/get"]; inspect != tt.inspect || save != tt.save || len(asked) != 2 {
			t.Errorf("%s: %v", tt.version, asked)
		}
	}
}
