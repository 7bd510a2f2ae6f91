package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"seawall/internal/report"
)

// startRegistry serves a registry on loopback; before may answer a request itself.
func startRegistry(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || !before(w, r) {
			handler.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// pushIndex pushes an image for two platforms.
func pushIndex(t *testing.T, ref string) {
	t.Helper()
	index := v1.ImageIndex(empty.Index)
	for _, arch := range []string{"amd64", "arm64"} {
		img, err := random.Image(1000, 2)
		if err != nil {
			t.Fatal(err)
		}
		config, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		config.OS, config.Architecture = "linux", arch
		if img, err = mutate.ConfigFile(img, config); err != nil {
			t.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	tag, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(tag, index); err != nil {
		t.Fatal(err)
	}
}

// isolate keeps a test away from this machine's engine and state.
func isolate(t *testing.T) {
	t.Helper()
	t.Setenv("SEAWALL_HOME", t.TempDir())
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
}

func checked(t *testing.T, args ...string) (*report.Document, int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	code := run(append([]string{"check", "--format", "json", "--output", file}, args...))
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, code
	}
	var d report.Document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return &d, code
}

func TestCheckInRegistry(t *testing.T) {
	isolate(t)
	host := startRegistry(t, nil)
	pushIndex(t, host+"/team/app:1")
	amd, code := checked(t, host+"/team/app:1", "--platform", "linux/amd64")
	if code != 0 || amd.Assets[0].Source != "registry" || amd.Assets[0].Image.Platform != "linux/amd64" || amd.Assets[0].StableName != host+"/team/app" {
		t.Fatalf("exit %d, %+v", code, amd)
	}
	arm, _ := checked(t, "docker://"+host+"/team/app:1", "--platform", "linux/arm64")
	if arm.Assets[0].Image.Platform != "linux/arm64" || arm.Assets[0].ID == amd.Assets[0].ID {
		t.Errorf("another platform gives %+v", arm.Assets[0].Image)
	}
	byDigest, code := checked(t, "registry:"+host+"/team/app@"+amd.Assets[0].Image.Digest)
	if code != 0 || byDigest.Assets[0].ID != amd.Assets[0].ID {
		t.Errorf("by digest: exit %d, %+v", code, byDigest)
	}
	missing, code := checked(t, host+"/team/app:2")
	if code != exitIncomplete || !strings.Contains(missing.Targets[0].Error, "team/app:2") {
		t.Errorf("a missing tag: exit %d, %+v", code, missing.Targets)
	}
}

// Ctrl-C ends a check at once, whatever it waits for. The report has what was
// done, and says what was not.
func TestInterrupt(t *testing.T) {
	isolate(t)
	reached := make(chan struct{})
	release := make(chan struct{})
	var once sync.Once
	host := startRegistry(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		once.Do(func() { close(reached) })
		<-release
		return true
	})
	defer close(release)
	pushIndex(t, host+"/app:1")
	go func() {
		<-reached
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	start := time.Now()
	done := t.TempDir()
	if err := os.Mkdir(filepath.Join(done, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	document, code := checked(t, "rootfs:"+done, host+"/app:1", "rootfs:/", "--platform", "linux/amd64")
	if code != exitIncomplete || document == nil {
		t.Fatalf("exit %d, report %+v", code, document)
	}
	var errs []string
	for _, target := range document.Targets {
		errs = append(errs, target.Error)
	}
	if want := []string{"", "stopped while it was read", "stopped before it was read"}; !slices.Equal(errs, want) {
		t.Errorf("errors %q, want %q", errs, want)
	}
	if len(document.Assets) != 1 || document.Summary.Incomplete != 2 {
		t.Errorf("%d assets, %d targets incomplete", len(document.Assets), document.Summary.Incomplete)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// Ctrl-C in a download is one sentence, without Go's words for it.
func TestInterruptedUpdate(t *testing.T) {
	isolate(t)
	reached, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		once.Do(func() { close(reached) })
		<-release
	}))
	defer server.Close()
	defer close(release)
	go func() {
		<-reached
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	stderr, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func(before *os.File) { os.Stderr = before }(os.Stderr)
	os.Stderr = stderr
	code := run([]string{"db", "update", "--osv-url", server.URL, "--kev-url", server.URL, "--epss-url", server.URL})
	said, err := os.ReadFile(stderr.Name())
	if want := "seawall: interrupted before the end, nothing was changed\n"; err != nil || code != exitIncomplete || string(said) != want {
		t.Errorf("exit %d, %q; want %q", code, said, want)
	}
}
