package registry

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// maxAttempts is how often a request is sent in all.
	maxAttempts = 4
	// maxPause bounds what a registry's Retry-After can make us wait.
	maxPause = 30 * time.Second
)

// retrier sends a request again after failures that pass: connections that
// break off and answers that say so.
type retrier struct {
	next    http.RoundTripper
	backoff time.Duration
}

func (t *retrier) RoundTrip(r *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		response, err := t.next.RoundTrip(r)
		if attempt == maxAttempts || r.Body != nil || !passes(response, err) {
			return response, err
		}
		wait := pause(t.backoff, attempt)
		if response != nil {
			wait = max(wait, retryAfter(response))
			if wait > maxPause {
				return response, nil
			}
			discard(response)
		}
		if err := sleep(r.Context(), wait); err != nil {
			return nil, err
		}
	}
}

func passes(response *http.Response, err error) bool {
	if err != nil {
		return isTransient(err)
	}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isTransient tells a broken connection from what would fail again. Silence
// does not count: a host that hangs once has cost enough time.
func isTransient(err error) bool {
	for _, known := range []error{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, known) {
			return true
		}
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTemporary && !dns.IsNotFound
	}
	// net/http does not export HTTP/2's errors.
	text := err.Error()
	return strings.Contains(text, "stream error: stream ID") || strings.Contains(text, "http2: server sent GOAWAY") ||
		strings.Contains(text, "http2: client connection lost")
}

// pause doubles with every attempt, and differs by a quarter, so that many
// clients don't come back at the same moment.
func pause(backoff time.Duration, attempt int) time.Duration {
	d := backoff << (attempt - 1)
	return d + time.Duration(rand.Int64N(int64(d)/4+1))
}

// retryAfter reads the header of RFC 9110 section 10.2.3, in either form; 0 if
// there is none.
func retryAfter(response *http.Response) time.Duration {
	text := response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return time.Until(at)
	}
	return 0
}

// discard frees the connection for the next request, unless that is more work
// than a new one.
func discard(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, 16<<10)
	_ = response.Body.Close()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
