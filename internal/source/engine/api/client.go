// Package api is a client of the Docker Engine's HTTP API
// (https://docs.docker.com/reference/api/engine/), which Podman has too. It
// only reads: every call is one GET. All answers are bounded, because an engine
// may be another machine's, and whoever answers at its address may not be one.
//
// A call that gives a JSON document is one line, see Info. Calls may run at the
// same time once Ping has returned.
package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// DefaultHost is where an engine listens unless it is told otherwise.
const DefaultHost = "unix:///var/run/docker.sock"

const (
	// maxAnswer bounds a JSON document; the longest are lists of containers.
	maxAnswer = 32 << 20
	// maxPing bounds the answer to a ping, which is "OK".
	maxPing = 4 << 10
	// stallTimeout is how long a stream may stay silent. Before the first byte
	// some engines write the whole export to a disk of their own.
	stallTimeout = 10 * time.Minute
)

// Config says how to reach an engine.
type Config struct {
	// Host is unix:///PATH, tcp://HOST[:PORT], http://HOST:PORT[/PATH], https://
	// the same, or ssh://[USER@]HOST[:PORT][/SOCKET].
	Host string
	// TLS encrypts tcp and http. Without it, they are in plain text.
	TLS *tls.Config
	// Version is the API version to use; zero agrees on one with the engine.
	Version   Version
	UserAgent string
}

// Client asks one engine.
type Client struct {
	http      *http.Client
	base      *url.URL
	userAgent string
	// version is the API version of every request, zero for whichever the engine
	// takes.
	version Version
	fixed   bool
	stall   time.Duration
}

// New checks the configuration. Nothing is sent yet.
func New(config Config) (*Client, error) {
	base, transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	return &Client{
		// The API has no redirects. To follow one would be to ask somebody else.
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		base: base, userAgent: config.UserAgent, stall: stallTimeout,
		version: config.Version, fixed: config.Version != Version{},
	}, nil
}

// Close ends the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ping asks whether the engine answers, and agrees with it on the API version
// unless one was configured. It comes before every other call.
func (c *Client) Ping(ctx context.Context) error {
	response, err := c.get(ctx, "/_ping", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(nil, response.Body, maxPing)); err != nil {
		return fmt.Errorf("the answer to GET /_ping cannot be read: %w", err)
	}
	if c.fixed {
		return nil
	}
	c.version, err = negotiate(response.Header.Get("Api-Version"))
	return err
}

// call asks for a path of the API in the version agreed on.
func (c *Client) call(ctx context.Context, path string, query url.Values) (*http.Response, error) {
	if c.version != (Version{}) {
		path = "/v" + c.version.String() + path
	}
	return c.get(ctx, path, query)
}

// get gives the answer if it is a success, and otherwise an *Error with what
// the engine says.
func (c *Client) get(ctx context.Context, path string, query url.Values) (*http.Response, error) {
	address := *c.base
	address.Path, address.RawQuery = c.base.Path+path, query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	request.Header.Set("User-Agent", c.userAgent)
	response, err := c.http.Do(request)
	if err != nil {
		var failed *url.Error // its address is made up where the engine has a socket
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, newError(path, response)
	}
	return response, nil
}
