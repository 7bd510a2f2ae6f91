package registry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/imagetest"
)

// fast makes retries cheap, hasty also what hangs.
var (
	fast  = Options{Platform: "linux/amd64", Backoff: time.Millisecond, UserAgent: "seawall/test"}
	hasty = Options{Platform: "linux/amd64", Backoff: time.Millisecond, IdleTimeout: time.Second}
)

// testRegistry is a real registry behind a handler that can spoil its answers.
type testRegistry struct {
	host  string
	spoil func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

func startRegistry(t *testing.T) *testRegistry {
	t.Helper()
	isolate(t)
	r := &testRegistry{}
	next := ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.spoil != nil {
			r.spoil(w, q, next)
			return
		}
		next.ServeHTTP(w, q)
	}))
	t.Cleanup(server.Close)
	r.host = strings.TrimPrefix(server.URL, "http://")
	return r
}

// isolate keeps the developer's own credentials out of the tests.
func isolate(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("XDG_RUNTIME_DIR", home)
	return home
}

func (r *testRegistry) push(t *testing.T, img v1.Image) string {
	t.Helper()
	ref, err := name.ParseReference(r.host + "/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
	return ref.Name()
}

func randomImage(t *testing.T, size int64) v1.Image {
	t.Helper()
	img, err := random.Image(size, 3)
	if err != nil {
		t.Fatal(err)
	}
	return imagetest.ForLinux(t, img, "")
}

func mustOpen(t *testing.T, ref string, o Options) *image.Image {
	t.Helper()
	img, err := Open(t.Context(), ref, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	return img
}

func read(layer image.Layer) ([]byte, error) {
	body, err := layer.Open(context.Background())
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// requireLayers checks that what is read is what was pushed, by digest.
func requireLayers(t *testing.T, img *image.Image, pushed v1.Image) {
	t.Helper()
	layers, err := pushed.Layers()
	if err != nil || len(layers) != len(img.Layers) {
		t.Fatalf("%d layers, %d were pushed (%v)", len(img.Layers), len(layers), err)
	}
	for i, layer := range img.Layers {
		content, err := read(layer)
		if err != nil {
			t.Fatalf("layer %d: %v", i, err)
		}
		hash, _, err := v1.SHA256(strings.NewReader(string(content)))
		if err != nil || hash.String() != layer.Digest {
			t.Errorf("layer %d: content has the digest %s, want %s (%v)", i, hash, layer.Digest, err)
		}
		if want, err := layers[i].DiffID(); err != nil || layer.DiffID != want.String() {
			t.Errorf("layer %d: diff ID %s, want %s (%v)", i, layer.DiffID, want, err)
		}
	}
}

func TestOpenByTagAndDigest(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 100_000)
	tag := r.push(t, pushed)
	digest, err := pushed.Digest()
	if err != nil {
		t.Fatal(err)
	}
	id, err := pushed.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{tag, r.host + "/app@" + digest.String(), r.host + "/app:gone@" + digest.String()} {
		img := mustOpen(t, ref, fast)
		requireLayers(t, img, pushed)
		f := img.Facts
		if img.Source != "registry" || f.Digest != digest.String() || f.ID != id.String() || f.Repository != r.host+"/app" || f.Reference != ref {
			t.Errorf("%s: source %s, facts %+v", ref, img.Source, f)
		}
	}
}

func TestOpenPlatform(t *testing.T) {
	r := startRegistry(t)
	amd, arm := randomImage(t, 100), randomImage(t, 100)
	var index v1.ImageIndex = empty.Index
	index = mutate.AppendManifests(index,
		mutate.IndexAddendum{Add: amd, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: arm, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}}})
	ref, err := name.ParseReference(r.host + "/multi:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, index); err != nil {
		t.Fatal(err)
	}
	o := fast
	o.Platform = "linux/arm64"
	requireLayers(t, mustOpen(t, ref.Name(), o), arm)
	requireLayers(t, mustOpen(t, ref.Name(), fast), amd)
	o.Platform = "windows/amd64"
	if _, err := Open(t.Context(), ref.Name(), o); err == nil || !strings.Contains(err.Error(), "linux/amd64, linux/arm64") {
		t.Errorf("error %v, want the platforms that there are", err)
	}
}

func TestForeignLayers(t *testing.T) {
	r := startRegistry(t)
	foreign := static.NewLayer([]byte("windows"), types.DockerForeignLayer)
	img, err := mutate.Append(randomImage(t, 100), mutate.Addendum{Layer: foreign})
	if err != nil {
		t.Fatal(err)
	}
	ref := r.push(t, img)
	layer := mustOpen(t, ref, fast).Layers[3]
	if layer.Absent != asset.LayerForeign || layer.Reason == "" || layer.Open != nil {
		t.Errorf("foreign layer that is not there: %+v", layer)
	}
	whole, err := name.ParseReference(r.host + "/whole:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(whole, img, remote.WithNondistributable); err != nil {
		t.Fatal(err)
	}
	if content, err := read(mustOpen(t, whole.Name(), fast).Layers[3]); err != nil || string(content) != "windows" {
		t.Errorf("foreign layer that is there: %q, %v", content, err)
	}
}

// TestCredentials logs in with Docker's configuration, with basic
// authentication and with a token, and counts what is sent to whom.
func TestCredentials(t *testing.T) {
	const user, password, token = "reader", "secret-password", "token-of-the-day"
	for _, scheme := range []string{"basic", "bearer"} {
		t.Run(scheme, func(t *testing.T) {
			r := startRegistry(t)
			pushed := randomImage(t, 1000)
			ref := r.push(t, pushed)
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				u, p, basic := q.BasicAuth()
				switch {
				case q.URL.Path == "/token" && basic && u == user && p == password && q.URL.Query().Get("scope") == "repository:app:pull":
					_ = json.NewEncoder(w).Encode(map[string]string{"token": token})
				case scheme == "basic" && u == user && p == password, scheme == "bearer" && q.Header.Get("Authorization") == "Bearer "+token:
					next.ServeHTTP(w, q)
				case scheme == "basic":
					w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
					w.WriteHeader(http.StatusUnauthorized)
				default:
					w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.host+`/token",service="s"`)
					w.WriteHeader(http.StatusUnauthorized)
				}
			}
			if _, err := Open(t.Context(), ref, fast); err == nil || !strings.Contains(err.Error(), "docker login "+r.host) {
				t.Errorf("without credentials: %v, want advice to log in", err)
			}
			config := `{"auths":{"` + r.host + `":{"username":"` + user + `","password":"` + password + `"}}}`
			path := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
			if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			requireLayers(t, mustOpen(t, ref, fast), pushed)

			wrong := strings.ReplaceAll(config, password, "wrong-password")
			if err := os.WriteFile(path, []byte(wrong), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), ref, fast)
			if err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "wrong-password") {
				t.Errorf("wrong password: %v, want 401 and no password", err)
			}
		})
	}
}

// TestHelperThatIsNotInstalled must not keep anybody from a public image.
func TestHelperThatIsNotInstalled(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 1000)
	ref := r.push(t, pushed)
	config := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
	if err := os.WriteFile(config, []byte(`{"credsStore":"of-another-machine"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	requireLayers(t, mustOpen(t, ref, fast), pushed)
	r.spoil = func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusForbidden) }
	if _, err := Open(t.Context(), ref, fast); err == nil || !strings.Contains(err.Error(), "docker-credential-of-another-machine") {
		t.Errorf("error %v, want one that names the helper", err)
	}
}

// TestRedirectGetsNoCredentials sends layers to another host, as registries
// with object stores do.
func TestRedirectGetsNoCredentials(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 1000)
	ref := r.push(t, pushed)
	var seen []http.Header
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		seen = append(seen, q.Header.Clone())
		http.Redirect(w, q, "http://"+r.host+q.URL.Path+"?direct", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(store.Close)
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		_, _, authorized := q.BasicAuth()
		switch {
		case !authorized && q.URL.RawQuery != "direct":
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(q.URL.Path, "/blobs/") && q.URL.RawQuery != "direct":
			http.Redirect(w, q, strings.Replace(store.URL, "127.0.0.1", "localhost", 1)+q.URL.Path+"?signature=s3cret", http.StatusTemporaryRedirect)
		default:
			next.ServeHTTP(w, q)
		}
	}
	config := `{"auths":{"` + r.host + `":{"username":"u","password":"p"}}}`
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	img := mustOpen(t, ref, fast)
	requireLayers(t, img, pushed)
	if len(seen) == 0 {
		t.Fatal("no request was redirected")
	}
	for _, header := range seen {
		if header.Get("Authorization") != "" {
			t.Errorf("the other host was sent %q", header.Get("Authorization"))
		}
	}
	store.Close()
	if _, err := read(img.Layers[0]); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v, want one without the signature", err)
	}
}

func TestCheckRedirect(t *testing.T) {
	tests := []struct {
		from, to string
		allowed  bool
	}{
		{"https://registry.example.org/v2/", "https://store.example.net/x", true},
		{"https://registry.example.org/v2/", "https://10.1.2.3/x", true},
		{"https://registry.example.org/v2/", "http://169.254.169.254/latest/meta-data", false},
		{"https://registry.example.org/v2/", "https://127.0.0.1/x", false},
		{"https://registry.example.org/v2/", "https://[::1]/x", false},
		{"https://registry.example.org/v2/", "https://localhost:2375/x", false},
		{"http://localhost:5000/v2/", "http://127.0.0.1:9000/x", true},
	}
	for _, tt := range tests {
		from, to := httptest.NewRequest(http.MethodGet, tt.from, nil), httptest.NewRequest(http.MethodGet, tt.to, nil)
		if err := checkRedirect(to, []*http.Request{from}); (err == nil) != tt.allowed {
			t.Errorf("%s to %s: %v", tt.from, tt.to, err)
		}
	}
}

func TestPlainHTTPOnlyToLoopback(t *testing.T) {
	for host, allowed := range map[string]bool{"localhost": true, "127.0.0.1": true, "[::1]": true, "registry.example.org": false, "192.168.1.5": false, "10.0.0.1": false} {
		g := &guard{next: roundTripper(func(*http.Request) (*http.Response, error) { return &http.Response{}, nil })}
		_, err := g.RoundTrip(httptest.NewRequest(http.MethodGet, "http://"+host+"/v2/", nil))
		if (err == nil) != allowed || err != nil && !errors.Is(err, errPlainHTTP) {
			t.Errorf("%s: %v", host, err)
		}
		g.insecure = true
		if _, err := g.RoundTrip(httptest.NewRequest(http.MethodGet, "http://"+host+"/v2/", nil)); err != nil {
			t.Errorf("%s, insecure: %v", host, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTLS(t *testing.T) {
	isolate(t)
	server := httptest.NewTLSServer(ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0))))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "https://") + "/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	pushed := randomImage(t, 100)
	if err := remote.Write(ref, pushed, remote.WithTransport(server.Client().Transport)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), ref.Name(), fast); err == nil || !strings.Contains(err.Error(), "not trusted") {
		t.Errorf("error %v, want one about the certificate", err)
	}
	o := fast
	o.Insecure = true
	requireLayers(t, mustOpen(t, ref.Name(), o), pushed)
}
