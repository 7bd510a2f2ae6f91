package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/docker/cli/cli/connhelper"
)

const (
	connectTimeout = 10 * time.Second
	idleTimeout    = 30 * time.Second
	maxConnections = 6
	maxHeaders     = 64 << 10
)

// maxSocketPath is what the system takes.
const maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// newTransport gives the URL below which the API stands, and the transport to
// it.
func newTransport(config Config) (*url.URL, *http.Transport, error) {
	scheme, address, _ := strings.Cut(config.Host, "://")
	if address == "" {
		scheme = ""
	}
	base := &url.URL{Scheme: "http", Host: "docker"} // behind a socket, any name will do
	transport := &http.Transport{
		TLSHandshakeTimeout: connectTimeout, IdleConnTimeout: idleTimeout, MaxIdleConns: maxConnections,
		MaxResponseHeaderBytes: maxHeaders, DisableCompression: true,
	}
	var err error
	switch scheme {
	case "unix":
		transport.DialContext, err = socketDialer(address)
	case "ssh":
		transport.DialContext, err = sshDialer(config.Host)
	case "tcp", "http", "https":
		transport.DialContext = (&net.Dialer{Timeout: connectTimeout}).DialContext
		transport.Proxy, transport.TLSClientConfig = http.ProxyFromEnvironment, config.TLS
		base, err = networkURL(config)
	case "npipe":
		err = fmt.Errorf("%q is a named pipe, which only Windows has: write unix:///PATH, tcp://HOST:PORT or ssh://HOST", config.Host)
	default:
		err = fmt.Errorf("%q is not the address of an engine, write unix:///PATH, tcp://HOST:PORT or ssh://HOST", config.Host)
	}
	return base, transport, err
}

func socketDialer(path string) (dialer, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the socket unix://%s has a path of %d characters, the system takes %d: use a symbolic link with a shorter path", path, len(path), maxSocketPath)
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, "unix", path)
	}, nil
}

// sshDialer runs ssh with "docker system dial-stdio" at its other end.
func sshDialer(host string) (dialer, error) {
	helper, err := connhelper.GetConnectionHelper(host)
	if err != nil {
		return nil, fmt.Errorf("%q is not the address of an engine, write ssh://[USER@]HOST[:PORT]: %w", host, err)
	}
	return helper.Dialer, nil
}

// networkURL turns the address of an engine into that of a web server. The
// ports are those of the docker command.
func networkURL(config Config) (*url.URL, error) {
	given, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("%q is not the address of an engine, write tcp://HOST:PORT: %w", config.Host, err)
	}
	base := &url.URL{Scheme: "http", Host: given.Host, Path: strings.TrimSuffix(given.Path, "/")}
	port := "2375"
	if given.Scheme == "https" || config.TLS != nil {
		base.Scheme, port = "https", "2376"
	}
	if given.Scheme == "tcp" && given.Port() == "" {
		base.Host = net.JoinHostPort(given.Hostname(), port)
	}
	return base, nil
}
