package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain is also the program that stands for ssh.
func TestMain(m *testing.M) {
	if socket := os.Getenv("SEAWALL_TEST_DIAL_STDIO"); socket != "" {
		if err := dialStdio(socket); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// dialStdio does what `docker system dial-stdio` does at the other end of ssh.
func dialStdio(socket string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	go func() { _, _ = io.Copy(conn, os.Stdin) }()
	_, err = io.Copy(os.Stdout, conn)
	return err
}

func TestSchemes(t *testing.T) {
	server := httptest.NewServer(serve("1.45", info))
	defer server.Close()
	address := server.Listener.Addr().String()
	for _, host := range []string{"tcp://" + address, "http://" + address, "tcp://user:secret@" + address + "/"} {
		requireInfo(t, newClient(t, Config{Host: host}))
	}
	below := httptest.NewServer(http.StripPrefix("/engine", serve("1.45", info)))
	defer below.Close()
	requireInfo(t, newClient(t, Config{Host: below.URL + "/engine/"}))
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(serve("1.45", info))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the handshakes that have to fail
	server.StartTLS()
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	address := server.Listener.Addr().String()
	for _, scheme := range []string{"tcp", "http", "https"} {
		requireInfo(t, newClient(t, Config{Host: scheme + "://" + address, TLS: &tls.Config{RootCAs: pool}}))
	}
	c := newClient(t, Config{Host: "https://" + address})
	var unknown x509.UnknownAuthorityError
	if err := c.Ping(t.Context()); !errors.As(err, &unknown) {
		t.Errorf("an unknown certificate: error %v", err)
	}
	c = newClient(t, Config{Host: "tcp://" + address})
	if err := c.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "HTTPS server") {
		t.Errorf("plain text to TLS: error %v, want the server's own words", err)
	}
}

func listenUnix(t *testing.T) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: serve("1.45", info)}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	return socket
}

func TestUnix(t *testing.T) {
	requireInfo(t, newClient(t, Config{Host: "unix://" + listenUnix(t)}))
}

// TestSSH puts a program of its own in the place of ssh.
func TestSSH(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "ssh")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	t.Setenv("SEAWALL_TEST_DIAL_STDIO", listenUnix(t))
	requireInfo(t, newClient(t, Config{Host: "ssh://admin@example.org:2222"}))

	t.Setenv("SEAWALL_TEST_DIAL_STDIO", "/nowhere/s")
	if err := newClient(t, Config{Host: "ssh://example.org"}).Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v, want what ssh says", err)
	}
}

func TestRefusedHosts(t *testing.T) {
	for host, want := range map[string]string{
		"":                                    "is not the address of an engine",
		"nonsense":                            "is not the address of an engine",
		"unix://":                             "is not the address of an engine",
		"ftp://example.org":                   "is not the address of an engine",
		"tcp://[::1":                          "is not the address of an engine",
		"ssh://a:b@example.org":               "is not the address of an engine",
		"npipe:////./pipe/docker_engine":      "only Windows has",
		"unix:///" + strings.Repeat("a", 200): "shorter path",
	} {
		if _, err := New(Config{Host: host}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), host) {
			t.Errorf("%q: error %v, want one with %q", host, err, want)
		}
	}
}

// TestDefaultPorts has the ports of the docker command.
func TestDefaultPorts(t *testing.T) {
	for _, tt := range []struct {
		config Config
		want   string
	}{
		{Config{Host: "tcp://example.org"}, "http://example.org:2375"},
		{Config{Host: "tcp://[::1]", TLS: &tls.Config{}}, "https://[::1]:2376"},
		{Config{Host: "tcp://example.org:80/a"}, "http://example.org:80/a"},
		{Config{Host: "https://example.org/a/"}, "https://example.org/a"},
	} {
		if got := newClient(t, tt.config).base.String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.config.Host, got, tt.want)
		}
	}
}
