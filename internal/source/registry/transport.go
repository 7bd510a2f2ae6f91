package registry

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

func (o Options) idleTimeout() time.Duration { return cmp.Or(o.IdleTimeout, 30*time.Second) }
func (o Options) backoff() time.Duration     { return cmp.Or(o.Backoff, time.Second) }

func newTransport(o Options) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: min(10*time.Second, o.idleTimeout()), KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Insecure}, //nolint:gosec // the user asked for it
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: 64 << 10,
		// Layers are compressed already, and their length must be the blob's.
		DisableCompression: true,
	}
}

// newChain is what every request passes, those for tokens too: retries around
// the watch for silence around the refusal of plain HTTP.
func newChain(base http.RoundTripper, o Options) http.RoundTripper {
	return &retrier{next: &watcher{next: &guard{next: base, insecure: o.Insecure}, timeout: o.idleTimeout()}, backoff: o.backoff()}
}

var errPlainHTTP = errors.New("plain HTTP is not allowed")

// guard refuses plain HTTP to any but loopback addresses, also after a
// redirect: credentials and content would be open to everybody on the way.
type guard struct {
	next     http.RoundTripper
	insecure bool
}

func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !g.insecure && !isLoopback(r.URL.Hostname()) {
		return nil, fmt.Errorf("%w: %s", errPlainHTTP, r.URL.Host)
	}
	return g.next.RoundTrip(r)
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

var errRedirect = errors.New("redirect refused")

// checkRedirect keeps a registry from sending us to this machine's own
// services or to a cloud's metadata service. Credentials are never sent along:
// the transport adds them for the registry's host only.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return fmt.Errorf("%w: more than 10 in a row", errRedirect)
	}
	origin, host := via[0].URL.Hostname(), r.URL.Hostname()
	ip, err := netip.ParseAddr(host)
	local := err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()) || isLoopback(host)
	if local && host != origin && !isLoopback(origin) {
		return fmt.Errorf("%w: %s sends requests on to the local address %s", errRedirect, origin, host)
	}
	return nil
}

// idleError is the end of a request to which nothing more was answered.
type idleError struct{ timeout time.Duration }

func (e *idleError) Error() string { return fmt.Sprintf("no byte arrived for %s", e.timeout) }

// watcher gives up on a response from which nothing arrives any more. The time
// between reads does not count: a slow reader is not the server's fault.
type watcher struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(w.timeout, func() { cancel(&idleError{w.timeout}) })
	response, err := w.next.RoundTrip(r.WithContext(ctx))
	timer.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, causeOf(ctx, err)
	}
	response.Body = &watchedBody{body: response.Body, ctx: ctx, cancel: cancel, timer: timer, timeout: w.timeout}
	return response, nil
}

type watchedBody struct {
	body    io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.timeout)
	n, err := b.body.Read(p)
	b.timer.Stop()
	if err != nil && err != io.EOF {
		err = causeOf(b.ctx, err)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.timer.Stop()
	err := b.body.Close()
	b.cancel(nil)
	return err
}

// causeOf gives why a context ended in place of the error that this caused.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
