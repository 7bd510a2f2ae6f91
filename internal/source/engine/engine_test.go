package engine

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	inspect "github.com/moby/moby/api/types/image"

	"seawall/internal/asset"
	"seawall/internal/source/engine/api"
)

// configure points Docker's configuration at an empty folder.
func configure(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("DOCKER_CONFIG", folder)
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION"} {
		t.Setenv(name, "")
	}
	return folder
}

func write(t *testing.T, content string, path ...string) {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFindEndpoint(t *testing.T) {
	folder := configure(t)
	id := fmt.Sprintf("%x", sha256.Sum256([]byte("remote")))
	write(t, `{"Name":"remote","Endpoints":{"docker":{"Host":"tcp://10.0.0.5:2376"}}}`, folder, "contexts", "meta", id, "meta.json")
	write(t, "", folder, "contexts", "tls", id, "docker", "ca.pem")
	tls := filepath.Join(folder, "contexts", "tls", id, "docker")

	check := func(name string, o Options, want endpoint) {
		t.Helper()
		if got, err := findEndpoint(o); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
	}
	check("nothing set", Options{}, endpoint{host: "unix:///var/run/docker.sock"})
	write(t, `{"currentContext":"remote"}`, folder, "config.json")
	check("configuration", Options{}, endpoint{host: "tcp://10.0.0.5:2376", tls: tls})
	t.Setenv("DOCKER_CONTEXT", "default")
	check("DOCKER_CONTEXT", Options{}, endpoint{host: "unix:///var/run/docker.sock"})
	t.Setenv("DOCKER_HOST", "ssh://admin@example.org")
	check("DOCKER_HOST", Options{}, endpoint{host: "ssh://admin@example.org"})
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	check("option", Options{Host: "tcp://[::1]:2376"}, endpoint{host: "tcp://[::1]:2376", tls: folder})

	t.Setenv("DOCKER_HOST", "")
	t.Setenv("DOCKER_CONTEXT", "gone")
	if _, err := findEndpoint(Options{}); err == nil || !strings.Contains(err.Error(), `"gone"`) {
		t.Errorf("a context that is not there: %v", err)
	}
}

func TestConnectRefusesBadAddresses(t *testing.T) {
	for _, host := range []string{"nonsense", "ssh://", "ftp://example.org"} {
		if _, err := (endpoint{host: host}).connect(""); err == nil || !strings.Contains(err.Error(), host) {
			t.Errorf("%s: error %v, want one that names it", host, err)
		}
	}
}

func TestConnectRefusesBadVersions(t *testing.T) {
	t.Setenv("DOCKER_API_VERSION", "new")
	if _, err := (endpoint{host: api.DefaultHost}).connect(""); err == nil || !strings.Contains(err.Error(), `DOCKER_API_VERSION: "new"`) {
		t.Errorf("error %v, want one that names the variable", err)
	}
}

func TestDescribe(t *testing.T) {
	digest := "sha256:" + strings.Repeat("d1", 32)
	found := inspect.InspectResponse{
		ID:       "sha256:" + strings.Repeat("ab", 32),
		RepoTags: []string{"debian:12", "localhost:5000/mine:v1"}, RepoDigests: []string{"debian@" + digest},
	}
	tests := []struct {
		ref                     string
		repository, tag, digest string
	}{
		{"debian:12", "docker.io/library/debian", "12", digest},
		{"docker.io/library/debian:12", "docker.io/library/debian", "12", digest},
		{"debian@" + digest, "docker.io/library/debian", "", digest},
		{"localhost:5000/mine:v1", "localhost:5000/mine", "v1", ""},
		{"abab", "docker.io/library/debian", "12", digest},
		{found.ID, "docker.io/library/debian", "12", digest},
	}
	for _, tt := range tests {
		var facts asset.Image
		describe(&facts, tt.ref, found)
		if facts.Reference != tt.ref || facts.Repository != tt.repository || facts.Tag != tt.tag || facts.Digest != tt.digest {
			t.Errorf("%s: %q %q %q %q", tt.ref, facts.Reference, facts.Repository, facts.Tag, facts.Digest)
		}
	}
	var facts asset.Image
	describe(&facts, "abab", inspect.InspectResponse{ID: found.ID})
	if facts.Reference != "abab" || facts.Repository != "" {
		t.Errorf("an image without a name got %q", facts.Repository)
	}
}

// fakeEngine answers on a socket of its own; the handler gets paths without
// the API's version.
func fakeEngine(t *testing.T, handle http.HandlerFunc) Options {
	t.Helper()
	configure(t)
	socket := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		handle(w, r)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return Options{Host: "unix://" + socket}
}

func TestUnavailable(t *testing.T) {
	configure(t)
	dead := filepath.Join(t.TempDir(), "dead.sock")
	listener, err := net.Listen("unix", dead)
	if err != nil {
		t.Fatal(err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	listener.Close()
	for name, o := range map[string]Options{
		"no socket":         {Host: "unix:///nowhere/docker.sock"},
		"nobody listens":    {Host: "unix://" + dead},
		"nobody listens 2":  {Host: "tcp://127.0.0.1:1"},
		"not an engine":     fakeEngine(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTeapot) }),
		"an engine in pain": fakeEngine(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusInternalServerError) }),
	} {
		if _, _, err := Open(t.Context(), "debian", o); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrNone) {
			t.Errorf("%s: error %v, want ErrUnavailable", name, err)
		}
	}
}

// Where nothing says that there is an engine, looking elsewhere needs no word about it.
func TestNone(t *testing.T) {
	configure(t)
	if _, err := os.Stat(strings.TrimPrefix(api.DefaultHost, "unix://")); err == nil {
		t.Skip("skipped: this machine has a socket of an engine")
	}
	if _, _, err := Open(t.Context(), "debian", Options{}); !errors.Is(err, ErrNone) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("error %v, want ErrNone", err)
	}
}

func TestNotFound(t *testing.T) {
	o := fakeEngine(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
		case strings.HasSuffix(r.URL.Path, "/info"):
			_ = json.NewEncoder(w).Encode(map[string]string{"ServerVersion": "20.1", "Driver": "overlay2"})
		case strings.HasSuffix(r.URL.Path, "/images/arm:1/json"):
			_ = json.NewEncoder(w).Encode(map[string]string{"Id": "sha256:00", "Os": "linux", "Architecture": "arm64"})
		default:
			w.WriteHeader(http.StatusNotFound)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": "No such image"})
		}
	})
	_, engine, err := Open(t.Context(), "debian", o)
	if !errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnavailable) || engine.Version != "20.1" {
		t.Errorf("engine %+v, error %v; want ErrNotFound", engine, err)
	}
	o.Platform = "linux/amd64"
	if _, _, err := Open(t.Context(), "arm:1", o); !errors.Is(err, ErrNotFound) {
		t.Errorf("image for another platform: error %v, want ErrNotFound", err)
	}
}

func TestExportThatBreaksOff(t *testing.T) {
	o := fakeEngine(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/images/get"):
			w.Header().Set("Content-Length", "10240")
			_, _ = w.Write(make([]byte, 512))
		case strings.HasSuffix(r.URL.Path, "/json"):
			_ = json.NewEncoder(w).Encode(map[string]string{"Id": "sha256:00", "Os": "linux", "Architecture": "amd64"})
		case strings.HasSuffix(r.URL.Path, "/info"):
			_ = json.NewEncoder(w).Encode(map[string]string{"ServerVersion": "20.1", "Driver": "vfs"})
		}
	})
	_, _, err := Open(t.Context(), "debian", o)
	if err == nil || !strings.Contains(err.Error(), "broke off") || !strings.Contains(err.Error(), "debian") {
		t.Errorf("error %v, want one that names the image and the export", err)
	}
}
