package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// recorder buffers an answer, so that a handler can change it.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func isBlob(q *http.Request) bool     { return strings.Contains(q.URL.Path, "/blobs/") }
func isManifest(q *http.Request) bool { return strings.Contains(q.URL.Path, "/manifests/") }

// sendPart answers with the first n bytes of what the registry would send.
func sendPart(w http.ResponseWriter, q *http.Request, next http.Handler, n int) {
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(rec, q)
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes()[:min(n, rec.body.Len())])
	_ = http.NewResponseController(w).Flush()
}

// reset breaks the connection off without a word.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// TestResetInTheMiddleOfALayer breaks each layer off again and again, with a
// server that knows ranges and one that does not.
func TestResetInTheMiddleOfALayer(t *testing.T) {
	for _, ranges := range []bool{true, false} {
		t.Run("ranges "+strconv.FormatBool(ranges), func(t *testing.T) {
			r := startRegistry(t)
			pushed := randomImage(t, 200_000)
			img := mustOpen(t, r.push(t, pushed), fast)
			var requests, resumed atomic.Int32
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				if q.Header.Get("Range") != "" {
					resumed.Add(1)
				}
				if !ranges {
					q.Header.Del("Range")
				}
				if isBlob(q) && requests.Add(1)%3 != 0 {
					sendPart(w, q, next, 30_000)
					reset(w)
					return
				}
				next.ServeHTTP(w, q)
			}
			requireLayers(t, img, pushed)
			if resumed.Load() == 0 {
				t.Error("no layer was taken up where it stopped")
			}
		})
	}
}

func TestResetForEver(t *testing.T) {
	r := startRegistry(t)
	img := mustOpen(t, r.push(t, randomImage(t, 200_000)), fast)
	var requests atomic.Int32
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		requests.Add(1)
		q.Header.Del("Range")
		sendPart(w, q, next, 1000)
		reset(w)
	}
	_, err := read(img.Layers[0])
	if err == nil || !strings.Contains(err.Error(), "breaks off") || !strings.Contains(err.Error(), img.Layers[0].Digest) {
		t.Errorf("error %v, want one that names the layer and the cause", err)
	}
	if n := requests.Load(); n > 4*maxAttempts {
		t.Errorf("%d requests were sent", n)
	}
}

func TestHangs(t *testing.T) {
	tests := map[string]func(q *http.Request) (hang bool, after int){
		"at the first greeting":    func(q *http.Request) (bool, int) { return q.URL.Path == "/v2/", -1 },
		"before the manifest":      func(q *http.Request) (bool, int) { return isManifest(q), -1 },
		"in the manifest":          func(q *http.Request) (bool, int) { return isManifest(q), 10 },
		"before the configuration": func(q *http.Request) (bool, int) { return isBlob(q), -1 },
	}
	for name, when := range tests {
		t.Run(name, func(t *testing.T) {
			r := startRegistry(t)
			ref := r.push(t, randomImage(t, 1000))
			done := make(chan struct{})
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				if hang, after := when(q); hang {
					if after >= 0 {
						sendPart(w, q, next, after)
					}
					<-done
					return
				}
				next.ServeHTTP(w, q)
			}
			defer close(done)
			start := time.Now()
			_, err := Open(t.Context(), ref, hasty)
			if err == nil || !strings.Contains(err.Error(), "hangs") && !strings.Contains(err.Error(), "only 10 bytes arrived") {
				t.Errorf("error %v, want one that says that the registry hangs", err)
			}
			if took := time.Since(start); took > 10*hasty.IdleTimeout {
				t.Errorf("it took %s to give up", took)
			}
		})
	}
}

func TestHangInTheMiddleOfALayer(t *testing.T) {
	r := startRegistry(t)
	img := mustOpen(t, r.push(t, randomImage(t, 100_000)), hasty)
	done := make(chan struct{})
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		sendPart(w, q, next, 5000)
		<-done
	}
	defer close(done)
	if _, err := read(img.Layers[0]); !errors.As(err, new(*idleError)) || !strings.Contains(err.Error(), "5000 of") {
		t.Errorf("error %v, want one that says where it hangs", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	body, err := img.Layers[0].Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := io.Copy(io.Discard, body); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancelling, want context.Canceled", err)
	}
}

// TestSlowReaderIsNotAHang pauses for longer than the idle timeout between reads.
func TestSlowReaderIsNotAHang(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 3_000_000)
	img := mustOpen(t, r.push(t, pushed), hasty)
	body, err := img.Layers[0].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := io.CopyN(io.Discard, body, 1000); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * hasty.IdleTimeout)
	if n, err := io.Copy(io.Discard, body); err != nil || n != img.Layers[0].Size-1000 {
		t.Errorf("%d bytes, error %v", n, err)
	}
}

// TestLies spoils what the registry sends; each lie must be told from the others.
func TestLies(t *testing.T) {
	replace := func(w http.ResponseWriter, q *http.Request, next http.Handler, change func([]byte) []byte) {
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, q)
		body := change(rec.body.Bytes())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(rec.status)
		_, _ = w.Write(body)
	}
	tests := []struct {
		name   string
		target func(*http.Request) bool
		change func([]byte) []byte
		says   string
	}{
		{"manifest is not JSON", isManifest, func([]byte) []byte { return []byte("<html>log in here</html>") }, "not valid"},
		{"manifest without end", isManifest, func([]byte) []byte { return bytes.Repeat([]byte(" "), 5<<20) }, "more than 4194304 bytes"},
		{"other configuration", isBlob, func(b []byte) []byte { return bytes.Replace(b, []byte("linux"), []byte("plan9"), 1) }, "instead of sha256"},
		{"configuration cut", isBlob, func(b []byte) []byte { return b[:len(b)/2] }, "instead of sha256"},
		{"schema 1", isManifest, func([]byte) []byte { return []byte(`{"schemaVersion":1,"fsLayers":[]}`) }, "schema 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := startRegistry(t)
			ref := r.push(t, randomImage(t, 1000))
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				if tt.target(q) {
					replace(w, q, next, tt.change)
					return
				}
				next.ServeHTTP(w, q)
			}
			if _, err := Open(t.Context(), ref, fast); err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), ref) {
				t.Errorf("error %v, want one about %s with %q", err, ref, tt.says)
			}
		})
	}
}

func TestLayerOfAnotherLength(t *testing.T) {
	r := startRegistry(t)
	img := mustOpen(t, r.push(t, randomImage(t, 10_000)), fast)
	for name, spoil := range map[string]func(http.ResponseWriter, []byte){
		"shorter, and says so": func(w http.ResponseWriter, b []byte) { _, _ = w.Write(b[:100]) },
		"longer, and says so": func(w http.ResponseWriter, b []byte) {
			w.Header().Set("Content-Length", strconv.Itoa(len(b)+4))
			_, _ = w.Write(append(b, "more"...))
		},
		"longer, without a length": func(w http.ResponseWriter, b []byte) {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(append(b, "more"...))
		},
	} {
		r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
			rec := &recorder{ResponseWriter: w, status: http.StatusOK}
			next.ServeHTTP(rec, q)
			w.Header().Del("Content-Length")
			spoil(w, rec.body.Bytes())
		}
		if _, err := read(img.Layers[0]); err == nil || !strings.Contains(err.Error(), "manifest") {
			t.Errorf("%s: error %v, want one about the manifest's length", name, err)
		}
	}
}

func TestManifestByDigestIsVerified(t *testing.T) {
	r := startRegistry(t)
	pushed, other := randomImage(t, 100), randomImage(t, 100)
	r.push(t, pushed)
	digest, err := pushed.Digest()
	if err != nil {
		t.Fatal(err)
	}
	lie, err := other.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		if isManifest(q) {
			_, _ = w.Write(lie)
			return
		}
		next.ServeHTTP(w, q)
	}
	if _, err := Open(t.Context(), r.host+"/app@"+digest.String(), fast); err == nil || !strings.Contains(err.Error(), "instead of "+digest.String()) {
		t.Errorf("error %v, want one about the digest", err)
	}
}

func TestStatuses(t *testing.T) {
	tests := []struct {
		status   int
		says     string
		requests int32
	}{
		{http.StatusUnauthorized, "docker login", 1},
		{http.StatusForbidden, "may not read app", 1},
		{http.StatusNotFound, "check the repository and the tag", 1},
		{http.StatusTooManyRequests, "too many requests", maxAttempts},
		{http.StatusInternalServerError, "the fault is on its side", maxAttempts},
		{http.StatusTeapot, "418", 1},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			r := startRegistry(t)
			ref := r.push(t, randomImage(t, 100))
			var requests atomic.Int32
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				if isManifest(q) {
					requests.Add(1)
					http.Error(w, `{"errors":[{"code":"DENIED","message":"because"}]}`, tt.status)
					return
				}
				next.ServeHTTP(w, q)
			}
			_, err := Open(t.Context(), ref, fast)
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "because") || !strings.Contains(err.Error(), ref) {
				t.Errorf("error %v, want one with %q", err, tt.says)
			}
			if requests.Load() != tt.requests {
				t.Errorf("%d requests, want %d", requests.Load(), tt.requests)
			}
		})
	}
}

func TestPassingFailureIsRetried(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 1000)
	ref := r.push(t, pushed)
	var requests atomic.Int32
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		switch requests.Add(1) % 3 {
		case 1:
			http.Error(w, "busy", http.StatusServiceUnavailable)
		case 2:
			reset(w)
		default:
			next.ServeHTTP(w, q)
		}
	}
	requireLayers(t, mustOpen(t, ref, fast), pushed)
}

func TestUnreachable(t *testing.T) {
	isolate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	for ref, says := range map[string]string{
		address + "/app:v1":       "nothing answers",
		"registry.invalid/app:v1": "was not found",
		"no such reference":       "not an image reference",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if _, err := Open(ctx, ref, fast); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one with %q", ref, err, says)
		}
		cancel()
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "soon": 0, "-3": 0} {
		response := &http.Response{Header: http.Header{"Retry-After": {text}}}
		if got := retryAfter(response); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	later := time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
	if got := retryAfter(&http.Response{Header: http.Header{"Retry-After": {later}}}); got < 18*time.Second || got > 20*time.Second {
		t.Errorf("date in 20 s: %s", got)
	}
}

// drip sends what the registry would send one byte at a time.
func drip(w http.ResponseWriter, q *http.Request, next http.Handler, pause time.Duration, done <-chan struct{}) {
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(rec, q)
	w.WriteHeader(rec.status)
	for _, b := range rec.body.Bytes() {
		_, _ = w.Write([]byte{b})
		_ = http.NewResponseController(w).Flush()
		select {
		case <-done:
			return
		case <-time.After(pause):
		}
	}
}

// TestDrips sends bytes often enough that there is never silence, and never
// gets anywhere.
func TestDrips(t *testing.T) {
	slow := hasty
	slow.DocumentTimeout = 500 * time.Millisecond
	tests := map[string]struct {
		options Options
		target  func(*http.Request) bool
		says    string
	}{
		"a manifest":                {hasty, isManifest, "bytes arrived in 1s"},
		"a configuration":           {hasty, isBlob, "bytes arrived in 1s"},
		"a manifest in two seconds": {slow, isManifest, "not there after 500ms"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := startRegistry(t)
			ref := r.push(t, randomImage(t, 1000))
			done := make(chan struct{})
			defer close(done)
			r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
				if tt.target(q) {
					drip(w, q, next, 10*time.Millisecond, done)
					return
				}
				next.ServeHTTP(w, q)
			}
			start := time.Now()
			_, err := Open(t.Context(), ref, tt.options)
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "too slowly") || !strings.Contains(err.Error(), ref) {
				t.Errorf("error %v, want one about %s with %q", err, ref, tt.says)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %s to give up", took)
			}
		})
	}
}

func TestDrippingLayer(t *testing.T) {
	r := startRegistry(t)
	img := mustOpen(t, r.push(t, randomImage(t, 100_000)), hasty)
	done := make(chan struct{})
	defer close(done)
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		drip(w, q, next, 10*time.Millisecond, done)
	}
	start := time.Now()
	_, err := read(img.Layers[0])
	for _, want := range []string{img.Layers[0].Digest, r.host, "bytes arrived in 1s", "try again later", strconv.FormatInt(img.Layers[0].Size, 10) + " bytes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to give up", took)
	}
}

// TestSlowButSteady is a layer that takes several timeouts at an allowed rate.
func TestSlowButSteady(t *testing.T) {
	r := startRegistry(t)
	pushed := randomImage(t, 20_000)
	img := mustOpen(t, r.push(t, pushed), hasty)
	r.spoil = func(w http.ResponseWriter, q *http.Request, next http.Handler) {
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, q)
		w.WriteHeader(rec.status)
		for body := rec.body.Bytes(); len(body) > 0; {
			n := min(2000, len(body))
			_, _ = w.Write(body[:n])
			_ = http.NewResponseController(w).Flush()
			body = body[n:]
			time.Sleep(250 * time.Millisecond)
		}
	}
	if _, err := read(img.Layers[0]); err != nil {
		t.Error(err)
	}
}
