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
		configured Version
		offered    string
		want       string // the path, or a part of the error
	}{
		{Version{}, "1.45", "/v1.45/info"},
		{Version{}, "1.40", "/v1.40/info"},
		{Version{}, "1.99", "/v1.56/info"},
		{Version{}, "2.0", "/v1.56/info"},
		{Version{}, "", "/info"},
		{Version{1, 41}, "1.45", "/v1.41/info"},
		{Version{1, 30}, "1.45", "/v1.30/info"},
		{Version{}, "1.39", "at least 1.40"},
		{Version{}, "1.9", "at least 1.40"},
		{Version{}, "apache", "not a container engine"},
	} {
		var path string
		server := httptest.NewServer(serve(tt.offered, func(w http.ResponseWriter, r *http.Request) {
			path = r.URL.Path
			_, _ = io.WriteString(w, "{}")
		}))
		c := newClient(t, Config{Host: server.URL, Version: tt.configured})
		err := c.Ping(t.Context())
		if err == nil {
			_, err = c.Info(t.Context())
		}
		if err != nil {
			path = err.Error()
		}
		if !strings.Contains(path, tt.want) || err == nil && path != tt.want {
			t.Errorf("configured %v, offered %q: %s, want %s", tt.configured, tt.offered, path, tt.want)
		}
		server.Close()
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{"1.45": {1, 45}, " v1.30 ": {1, 30}, "2.0": {2, 0}} {
		if got, err := ParseVersion(text); got != want || err != nil {
			t.Errorf("%q: %v, error %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "one", "1", "1.", ".4", "1.-4", "1.4.2", "0.0", "1.99999"} {
		if got, err := ParseVersion(text); err == nil || !strings.Contains(err.Error(), "MAJOR.MINOR") {
			t.Errorf("%q: %v, error %v", text, got, err)
		}
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
