package feed

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var text = strings.Repeat("all the advisories of the world, ", 4000)

func client() *Client {
	c := NewClient("seawall-test")
	c.Idle, c.Attempts, c.Backoff = 300*time.Millisecond, 3, time.Millisecond
	return c
}

// server answers the nth request with the nth handler, and later ones with the
// last.
func server(t *testing.T, handlers ...http.HandlerFunc) (url string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handlers[min(int(requests.Add(1)), len(handlers))-1](w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/all.zip", requests
}

// whole serves the text with entity tag, date and ranges.
func whole(w http.ResponseWriter, r *http.Request) {
	sum := md5.Sum([]byte(text))
	w.Header().Set("ETag", `"v1"`)
	w.Header().Set("X-Goog-Hash", "md5="+base64.StdEncoding.EncodeToString(sum[:]))
	http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), strings.NewReader(text))
}

// broken sends half of the text and resets the connection.
func broken(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("ETag", `"v1"`)
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	fmt.Fprint(w, text[:len(text)/2])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func hanging(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	fmt.Fprint(w, text[:100])
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestGet(t *testing.T) {
	for _, c := range []struct {
		name     string
		handlers []http.HandlerFunc
		requests int
		fails    string // "" if the text is to arrive
	}{
		{"whole", []http.HandlerFunc{whole}, 1, ""},
		{"unavailable, then whole", []http.HandlerFunc{status(503), status(502), whole}, 3, ""},
		{"reset, then resumed", []http.HandlerFunc{broken, whole}, 2, ""},
		{"hanging, then whole", []http.HandlerFunc{hanging, whole}, 2, ""},
		{"always unavailable", []http.HandlerFunc{status(500)}, 3, "500"},
		{"not there", []http.HandlerFunc{status(404)}, 1, "404"},
		{"always hanging", []http.HandlerFunc{hanging}, 3, "sent nothing for too long"},
		{"a wrong checksum", []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Goog-Hash", "crc32c=AAAAAA==,md5=AAAAAAAAAAAAAAAAAAAAAA==")
			fmt.Fprint(w, text)
		}}, 3, "checksum"},
		{"too large", []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(int64(1)<<40))
			w.WriteHeader(http.StatusOK)
		}}, 1, "more than"},
		{"a part that nobody asked for", []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 100-199/200")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, text[:100])
		}}, 3, "another part"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, requests := server(t, c.handlers...)
			path := filepath.Join(t.TempDir(), "all.zip")
			result, err := client().Get(context.Background(), url, path, Source{}, nil)
			if int(requests.Load()) != c.requests {
				t.Errorf("%d requests, want %d", requests.Load(), c.requests)
			}
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(err.Error(), url) {
					t.Fatalf("the error %v does not say %q and %s", err, c.fails, url)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(path); string(got) != text || result.Size != int64(len(text)) || result.Source.ETag != `"v1"` {
				t.Errorf("%d bytes arrived, %+v", len(got), result)
			}
			if left, _ := filepath.Glob(path + ".part*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestResumeAsksForTheRest(t *testing.T) {
	var asked string
	url, _ := server(t, broken, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("Range") + " " + r.Header.Get("If-Range")
		whole(w, r)
	})
	path := filepath.Join(t.TempDir(), "all.zip")
	one := client()
	one.Attempts = 1
	if _, err := one.Get(context.Background(), url, path, Source{}, nil); err == nil {
		t.Fatal("a broken connection is no error")
	}
	// Another run goes on where this one ended.
	if _, err := client().Get(context.Background(), url, path, Source{}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(asked, "bytes=") || strings.HasPrefix(asked, "bytes=0-") || !strings.HasSuffix(asked, `"v1"`) {
		t.Errorf("asked for %q", asked)
	}
	if got, _ := os.ReadFile(path); string(got) != text {
		t.Errorf("%d bytes arrived, want %d", len(got), len(text))
	}
}

func TestResumeOfAChangedFileStartsOver(t *testing.T) {
	changed := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v2"`)
		http.ServeContent(w, r, "", time.Now(), strings.NewReader("a new file"))
	}
	url, _ := server(t, broken, changed)
	path := filepath.Join(t.TempDir(), "all.zip")
	if _, err := client().Get(context.Background(), url, path, Source{}, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "a new file" {
		t.Errorf("got %q", got)
	}
}

func TestUnchanged(t *testing.T) {
	url, _ := server(t, whole)
	path := filepath.Join(t.TempDir(), "all.zip")
	source := Source{ETag: `"v1"`, LastModified: "Tue, 14 Nov 2023 22:13:20 GMT"}
	result, err := client().Get(context.Background(), url, path, source, nil)
	if err != nil || !result.Unchanged || result.Source != source {
		t.Errorf("%+v, %v", result, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was written")
	}
	if result, err := client().Get(context.Background(), url, path, Source{ETag: `"v0"`}, nil); err != nil || result.Unchanged {
		t.Errorf("a changed file gave %+v, %v", result, err)
	}
}

func TestCancel(t *testing.T) {
	url, _ := server(t, hanging)
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("the user pressed Ctrl-C")) })
	start := time.Now()
	c := client()
	c.Idle = time.Minute
	_, err := c.Get(ctx, url, filepath.Join(t.TempDir(), "all.zip"), Source{}, nil)
	if err == nil || !strings.Contains(err.Error(), "Ctrl-C") || time.Since(start) > 10*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

func TestRefusedConnectionIsNotTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	c := client()
	c.Backoff = time.Hour
	if _, err := c.Get(context.Background(), url, filepath.Join(t.TempDir(), "x"), Source{}, nil); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
}

func TestProgress(t *testing.T) {
	url, _ := server(t, whole)
	var last, total int64
	_, err := client().Get(context.Background(), url, filepath.Join(t.TempDir(), "x"), Source{}, func(d, n int64) { last, total = d, n })
	if err != nil || last != int64(len(text)) || total != last {
		t.Errorf("progress ended at %d of %d, %v", last, total, err)
	}
}

// TestFullDisk downloads into a file system that is too small.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	url, requests := server(t, whole)
	_, err := client().Get(context.Background(), url, filepath.Join(dir, "all.zip"), Source{}, nil)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left") || requests.Load() != 1 {
		t.Errorf("after %d requests: %v", requests.Load(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left on the full disk", len(left))
	}
}
