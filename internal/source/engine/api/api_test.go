package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve answers pings as an engine of a version does, and the rest by handle.
func serve(version string, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_ping" {
			handle(w, r)
			return
		}
		w.Header().Set("Api-Version", version)
		_, _ = io.WriteString(w, "OK")
	})
}

func newClient(t *testing.T, config Config) *Client {
	t.Helper()
	config.UserAgent = "seawall-test"
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// connect gives a client that has agreed with an engine.
func connect(t *testing.T, version string, handle http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(serve(version, handle))
	t.Cleanup(server.Close)
	c := newClient(t, Config{Host: "tcp://" + server.Listener.Addr().String()})
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func requireInfo(t *testing.T, c *Client) {
	t.Helper()
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := c.Info(t.Context()); err != nil || info.ServerVersion != "28.0" {
		t.Errorf("version %q, error %v", info.ServerVersion, err)
	}
}

// info answers as an engine, and only to a request for it.
func info(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/v1.45/info") || r.Header.Get("User-Agent") != "seawall-test" {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, `{"ServerVersion": "28.0"}`)
}
