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
	"sync/atomic"
	"time"
)

func (o Options) idleTimeout() time.Duration { return cmp.Or(o.IdleTimeout, 30*time.Second) }
func (o Options) backoff() time.Duration     { return cmp.Or(o.Backoff, time.Second) }

// minRate is the least that a response must bring while we wait for it, in
// bytes per second.
const minRate = 1 << 10

func (o Options) newWatcher(next http.RoundTripper) *watcher {
	timeout := o.idleTimeout()
	return &watcher{next: next, timeout: timeout, atLeast: max(1, int64(minRate*timeout.Seconds()))}
}

// documentDeadline ends a request for a manifest, a configuration or a token,
// however steadily it drips.
func (o Options) documentDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := cmp.Or(o.DocumentTimeout, 2*time.Minute)
	return context.WithTimeoutCause(ctx, timeout, &deadlineError{timeout})
}

// deadlineError is the end of a request whose answer took too long as a whole.
type deadlineError struct{ timeout time.Duration }

func (e *deadlineError) Error() string {
	return fmt.Sprintf("a manifest, a configuration or a token was not there after %s", e.timeout)
}

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
// the watch for silence and dripping around the refusal of plain HTTP.
func newChain(base http.RoundTripper, o Options) http.RoundTripper {
	return &retrier{next: o.newWatcher(&guard{next: base, insecure: o.Insecure}), backoff: o.backoff()}
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

// idleError is the end of a response that does not get on.
type idleError struct {
	received int64
	timeout  time.Duration
}

func (e *idleError) Error() string {
	if e.received == 0 {
		return fmt.Sprintf("no byte arrived for %s", e.timeout)
	}
	return fmt.Sprintf("only %d bytes arrived in %s", e.received, e.timeout)
}

// watcher gives up on a response that does not get on: within each timeout the
// headers, and then atLeast more bytes of the body, must arrive. One byte now
// and then is not enough. The time between reads does not count: a slow reader
// is not the server's fault.
type watcher struct {
	next    http.RoundTripper
	timeout time.Duration
	atLeast int64
}

func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(w.timeout, func() { cancel(&idleError{0, w.timeout}) })
	response, err := w.next.RoundTrip(r.WithContext(ctx))
	timer.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, causeOf(ctx, err)
	}
	b := &watchedBody{body: response.Body, ctx: ctx, cancel: cancel, watcher: w, left: w.timeout}
	b.timer = time.AfterFunc(w.timeout, func() { cancel(&idleError{b.received.Load(), w.timeout}) })
	b.timer.Stop()
	response.Body = b
	return response, nil
}

type watchedBody struct {
	body    io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	watcher *watcher
	timer   *time.Timer
	// received counts the bytes since the time was last set to the whole
	// timeout; left is what remains of it.
	received atomic.Int64
	left     time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	start := time.Now()
	b.timer.Reset(b.left)
	n, err := b.body.Read(p)
	b.timer.Stop()
	b.left = max(b.left-time.Since(start), 0)
	if b.received.Add(int64(n)) >= b.watcher.atLeast {
		b.received.Store(0)
		b.left = b.watcher.timeout
	}
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
