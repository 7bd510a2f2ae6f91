package grpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func requireError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// answer is what a server sends to every call.
type answer struct {
	status  int
	headers map[string]string
	body    string
	// trailers are sent if there is a body, and are headers otherwise.
	trailers map[string]string
	abort    bool
}

func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", contentType)
	for name, value := range a.headers {
		w.Header().Set(name, value)
	}
	prefix := ""
	if a.body != "" {
		prefix = http.TrailerPrefix
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = io.WriteString(w, a.body)
	for name, value := range a.trailers {
		w.Header().Set(prefix+name, value)
	}
	if a.abort {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// serveHTTP runs a server that speaks HTTP/2 and decides itself what gRPC is.
func serveHTTP(t *testing.T, handler http.Handler) *Conn {
	t.Helper()
	listener, path := socket(t)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: handler, Protocols: &protocols}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return dial(t, path)
}

func TestAnswers(t *testing.T) {
	well := map[string]string{"Grpc-Status": "0"}
	message := string(frame([]byte("abc")))
	for name, tt := range map[string]struct {
		answer answer
		want   string // "" for success with "abc"
	}{
		"well":                   {answer{body: message, trailers: well}, ""},
		"content type with +":    {answer{headers: map[string]string{"Content-Type": "application/grpc+proto"}, body: message, trailers: well}, ""},
		"content type with ;":    {answer{headers: map[string]string{"Content-Type": "application/grpc; charset=x"}, body: message, trailers: well}, ""},
		"unknown trailers":       {answer{body: message, trailers: map[string]string{"Grpc-Status": "0", "Other": "x"}}, ""},
		"web page":               {answer{headers: map[string]string{"Content-Type": "text/html"}, body: "<html>"}, `content type "text/html"`},
		"gRPC-Web":               {answer{headers: map[string]string{"Content-Type": "application/grpc-web"}, body: message, trailers: well}, "not gRPC"},
		"HTTP's not found":       {answer{status: 404, body: "no"}, "Unimplemented: the server answers with the HTTP status 404"},
		"HTTP's bad request":     {answer{status: 400}, "Internal: "},
		"HTTP's unauthorized":    {answer{status: 401}, "Unauthenticated: "},
		"HTTP's forbidden":       {answer{status: 403}, "PermissionDenied: "},
		"HTTP's unavailable":     {answer{status: 503}, "Unavailable: "},
		"HTTP's teapot":          {answer{status: 418}, "Unknown: "},
		"redirect":               {answer{status: 302, headers: map[string]string{"Location": "http://example.org/"}}, "Unknown: "},
		"both statuses":          {answer{status: 404, headers: map[string]string{"Grpc-Status": "5", "Grpc-Message": "none"}}, "NotFound: none"},
		"trailers only":          {answer{headers: map[string]string{"Grpc-Status": "5", "Grpc-Message": "a%20b"}}, "NotFound: a b"},
		"no trailers":            {answer{body: message}, "without a status"},
		"no body, no status":     {answer{}, "without a status"},
		"status not a number":    {answer{body: message, trailers: map[string]string{"Grpc-Status": "fine"}}, `Unknown: the server ends its answer with the status "fine"`},
		"status negative":        {answer{body: message, trailers: map[string]string{"Grpc-Status": "-1"}}, "Unknown: "},
		"status huge":            {answer{body: message, trailers: map[string]string{"Grpc-Status": strings.Repeat("9", 1000)}}, `"99999999999999999999`},
		"status unassigned":      {answer{body: message, trailers: map[string]string{"Grpc-Status": "99"}}, "Code(99)"},
		"text huge":              {answer{body: message, trailers: map[string]string{"Grpc-Status": "13", "Grpc-Message": strings.Repeat("x", 10_000)}}, "Internal: " + strings.Repeat("x", maxText)},
		"trailers huge":          {answer{body: message, trailers: map[string]string{"Grpc-Status": "13", "Grpc-Message": strings.Repeat("x", 10*maxHeaders)}}, method},
		"success without answer": {answer{headers: well}, "sends no answer"},
		"two answers":            {answer{body: message + message, trailers: well}, "more than one"},
		"failure after answer":   {answer{body: message, trailers: map[string]string{"Grpc-Status": "15", "Grpc-Message": "bad disk"}}, "DataLoss: bad disk"},
		"compressed":             {answer{body: "\x01" + message[1:], trailers: well}, "compressed message"},
		"reserved flag":          {answer{body: "\x80" + message[1:], trailers: well}, "compressed message"},
		"prefix cut":             {answer{body: message[:3], trailers: well}, "unexpected EOF"},
		"message cut":            {answer{body: message[:6], trailers: well}, "unexpected EOF"},
		"second message cut":     {answer{body: message + message[:6], trailers: well}, "unexpected EOF"},
		"too long":               {answer{body: "\x00\x01\x00\x00\x01", trailers: well}, "16777217 bytes, the limit is 16777216"},
		"much too long":          {answer{body: "\x00\xff\xff\xff\xff", trailers: well}, "4294967295 bytes"},
		"reset":                  {answer{abort: true}, method},
		"reset in the middle":    {answer{body: message[:6], abort: true}, method},
		"reset after answer":     {answer{body: message, abort: true}, method},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := serveHTTP(t, tt.answer).Unary(t.Context(), method, nil, nil)
			if tt.want == "" {
				if err != nil || string(got) != "abc" {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			requireError(t, err, tt.want)
			if err != nil && len(err.Error()) > maxText+200 {
				t.Errorf("the error has %d characters", len(err.Error()))
			}
		})
	}
}

// TestNotHTTP2 has servers that speak another protocol, or none.
func TestNotHTTP2(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"SSH":    func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") },
		"HTTP/1": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") },
		"closes": func(net.Conn) {},
		"silent": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"goes away": func(c net.Conn) {
			_, _ = io.WriteString(c, "\x00\x00\x00\x04\x00\x00\x00\x00\x00"+"\x00\x00\x08\x07\x00\x00\x00\x00\x00"+"\x00\x00\x00\x00\x00\x00\x00\x02")
			_, _ = io.Copy(io.Discard, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			listener, path := socket(t)
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						serve(conn)
					}()
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			conn, err := Dial(ctx, path)
			if err == nil {
				defer conn.Close()
				_, err = conn.Unary(ctx, method, nil, nil)
			}
			if err == nil || err == io.EOF {
				t.Errorf("error %v", err)
			}
			if late := errors.Is(err, context.DeadlineExceeded); late != (name == "silent") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	listener, path := socket(t)
	listener.Close()
	_, err := Dial(t.Context(), path)
	requireError(t, err, path)
}

// FuzzReadMessage wants the messages that are there, whatever the rest is, and a
// buffer that what arrives has filled.
func FuzzReadMessage(f *testing.F) {
	f.Add([]byte("abc"), []byte{})
	f.Add([]byte{}, []byte("\x00\x00\x00\x00\x05abcd"))
	f.Add([]byte("abc"), []byte("\x01\x00\x00\x00\x00"))
	f.Add([]byte("abc"), []byte("\x00\x00\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, first, rest []byte) {
		r := bytes.NewReader(append(frame(first), rest...))
		var buffer bytes.Buffer
		if got, err := readMessage(r, &buffer); err != nil || !bytes.Equal(got, first) {
			t.Fatalf("%q, %v", got, err)
		}
		got, err := readMessage(r, &buffer)
		if err == io.EOF != (len(rest) == 0) {
			t.Errorf("error %v at the end of %d bytes", err, len(rest))
		}
		if err == nil && !bytes.Equal(frame(got), rest[:prefixSize+len(got)]) {
			t.Errorf("%q of %q", got, rest)
		}
		if buffer.Cap() > 4*(len(first)+len(rest))+4096 {
			t.Errorf("a buffer of %d bytes for %d", buffer.Cap(), len(first)+len(rest))
		}
	})
}

// FuzzDecodeText compares with the decoding of URLs, which fails where gRPC's
// does not.
func FuzzDecodeText(f *testing.F) {
	for _, seed := range []string{"", "a%20b", "%", "%4", "%zz%41", "%e2%82%ac", "%ff", "+", strings.Repeat("%41", 1000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		got := decodeText(encoded)
		if !utf8.ValidString(got) || len(got) > 3*maxText {
			t.Errorf("%q", got)
		}
		want, err := url.PathUnescape(encoded)
		if err == nil && utf8.ValidString(want) && len(want) <= maxText && got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
