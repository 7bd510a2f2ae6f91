package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// answer is one that no engine should give, or that explains a failure.
func answer(status int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestBadAnswers(t *testing.T) {
	const page = "<html>Bad Gateway</html>"
	for name, tt := range map[string]struct {
		handle http.HandlerFunc
		kind   error
		want   string
	}{
		"not found":       {answer(404, "", `{"message":"No such image: a"}`), ErrNotFound, "No such image: a"},
		"invalid":         {answer(400, "", `{"message":"client version 1.30 is too old"}`), ErrInvalid, "too old"},
		"error":           {answer(500, "Content-Type: application/json", `{"message":"disk on fire"}`), nil, "500 Internal Server Error: disk on fire"},
		"Podman's error":  {answer(500, "", `{"cause":"x","message":"no space","response":500}`), nil, "no space"},
		"error not JSON":  {answer(502, "Content-Type: text/html", page), nil, "502 Bad Gateway: " + page},
		"silent error":    {answer(503, "", ""), nil, "503 Service Unavailable"},
		"error, huge":     {answer(500, "", strings.Repeat("x", 10<<20)), nil, strings.Repeat("x", maxMessage) + "…"},
		"redirect":        {answer(302, "Location: https://example.org/", ""), nil, "not followed"},
		"empty success":   {answer(204, "", ""), nil, "204 No Content"},
		"garbage":         {answer(200, "", "\x00\xff"), nil, "cannot be used: invalid character"},
		"page":            {answer(200, "", page), nil, "cannot be used: invalid character"},
		"cut short":       {answer(200, "", `{"Id": "sha`), nil, "cannot be used: unexpected end"},
		"other types":     {answer(200, "", `{"Id": 7}`), nil, "cannot be used"},
		"more than one":   {answer(200, "", `{}{}`), nil, "cannot be used"},
		"length not kept": {answer(200, "Content-Length: 100", `{}`), nil, "cannot be used"},
		"headers, huge":   {answer(200, "X: "+strings.Repeat("x", maxHeaders), `{}`), nil, "exceeded"},
		"document, huge":  {answer(200, "", `{"Id":"`+strings.Repeat("x", maxAnswer)+`"}`), nil, "too large"},
		"nested too deep": {answer(200, "", strings.Repeat("[", 1<<20)), nil, "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, "1.45", tt.handle)
			_, err := c.InspectImage(t.Context(), "a", nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "/images/a/json") {
				t.Errorf("error %v, want one with %q and the path", err, tt.want)
			}
			for _, kind := range []error{ErrNotFound, ErrInvalid} {
				if errors.Is(err, kind) != (kind == tt.kind) {
					t.Errorf("error %v is %v: %t", err, kind, errors.Is(err, kind))
				}
			}
			if err != nil && len(err.Error()) > maxMessage+200 {
				t.Errorf("the error has %d characters", len(err.Error()))
			}
		})
	}
}

// TestBadPings has answers that come before anything is known about the engine.
func TestBadPings(t *testing.T) {
	for name, tt := range map[string]struct {
		handle http.HandlerFunc
		want   string
	}{
		"endless":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, endless{}) }, "too large"},
		"redirect": {answer(301, "Location: https://example.org/", ""), "not followed"},
		"teapot":   {answer(418, "", "no"), "418 I'm a teapot: no"},
	} {
		server := httptest.NewServer(tt.handle)
		err := newClient(t, Config{Host: server.URL}).Ping(t.Context())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
		server.Close()
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestNotHTTP has a server that speaks another protocol.
func TestNotHTTP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n")
			conn.Close()
		}
	}()
	if err := newClient(t, Config{Host: "tcp://" + listener.Addr().String()}).Ping(t.Context()); err == nil {
		t.Error("no error")
	}
}

// hang answers the beginning and then nothing until the client has gone.
func hang(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if beginning != "" {
			_, _ = io.WriteString(w, beginning)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

// TestDeadlines has engines that are silent from the beginning, and in the
// middle.
func TestDeadlines(t *testing.T) {
	for _, beginning := range []string{"", `{"Id":`} {
		c := connect(t, "1.45", hang(beginning))
		ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errors.New("too slow"))
		if _, err := c.InspectImage(ctx, "a", nil); err == nil || ctx.Err() == nil {
			t.Errorf("after %q: error %v", beginning, err)
		}
		cancel()
	}
	c := connect(t, "1.45", hang(""))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.Info(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// TestSilentStream wants an end to an export that does not go on.
func TestSilentStream(t *testing.T) {
	c := connect(t, "1.45", hang(""))
	c.stall = 50 * time.Millisecond
	if _, err := c.SaveImage(t.Context(), "a", nil); err == nil || !strings.Contains(err.Error(), "nothing for 50ms") {
		t.Errorf("silent from the beginning: error %v", err)
	}
	c = connect(t, "1.45", hang("begin"))
	c.stall = 50 * time.Millisecond
	stream, err := c.SaveImage(t.Context(), "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if content, err := io.ReadAll(stream); string(content) != "begin" || err == nil || !strings.Contains(err.Error(), "nothing for 50ms") {
		t.Errorf("silent in the middle: %q, error %v", content, err)
	}
}

// TestSlowStream reads an export that takes longer than the limit on silence,
// with a reader that does.
func TestSlowStream(t *testing.T) {
	c := connect(t, "1.45", func(w http.ResponseWriter, _ *http.Request) {
		for range 6 {
			_, _ = io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
	})
	c.stall = 400 * time.Millisecond
	stream, err := c.SaveImage(t.Context(), "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	time.Sleep(500 * time.Millisecond)
	if content, err := io.ReadAll(stream); err != nil || string(content) != "xxxxxx" {
		t.Errorf("%q, error %v", content, err)
	}
}

func TestStreamLimit(t *testing.T) {
	c := connect(t, "1.45", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, endless{}) })
	stream, err := c.stream(t.Context(), "/images/get", nil, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var tooLarge *http.MaxBytesError
	if n, err := io.Copy(io.Discard, stream); n != 1<<20 || !errors.As(err, &tooLarge) {
		t.Errorf("%d bytes, error %v", n, err)
	}
}
