package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/go-connections/tlsconfig"
	"github.com/moby/moby/client"
)

// endpoint is where an engine answers.
type endpoint struct {
	host string
	// tls is the folder with ca.pem, cert.pem and key.pem, "" for none.
	tls string
	// skipVerify accepts any certificate, as the context says.
	skipVerify bool
}

// local tells if the engine's files may be on this machine.
func (e endpoint) local() bool { return strings.HasPrefix(e.host, "unix://") }

// findEndpoint chooses the engine as the docker command does: DOCKER_HOST, the
// context of DOCKER_CONTEXT or of the configuration, the default socket.
func findEndpoint(o Options) (endpoint, error) {
	if host := cmp.Or(o.Host, os.Getenv("DOCKER_HOST")); host != "" {
		e := endpoint{host: host}
		if os.Getenv("DOCKER_TLS_VERIFY") != "" {
			e.tls = cmp.Or(os.Getenv("DOCKER_CERT_PATH"), configFolder())
		}
		return e, nil
	}
	name, err := currentContext()
	if err != nil {
		return endpoint{}, err
	}
	if name == "" || name == "default" {
		return endpoint{host: client.DefaultDockerHost}, nil
	}
	return readContext(name)
}

func configFolder() string {
	if folder := os.Getenv("DOCKER_CONFIG"); folder != "" {
		return folder
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".docker")
}

func currentContext() (string, error) {
	if name := os.Getenv("DOCKER_CONTEXT"); name != "" {
		return name, nil
	}
	path := filepath.Join(configFolder(), "config.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return "", nil // no configuration, or none that we may read: the default
	}
	var config struct{ CurrentContext string }
	if err := json.Unmarshal(content, &config); err != nil {
		return "", fmt.Errorf("docker's configuration %s is not valid: %w", path, err)
	}
	return config.CurrentContext, nil
}

// readContext reads what `docker context create` wrote: a folder for each
// context, named by the SHA-256 of its name.
func readContext(name string) (endpoint, error) {
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	path := filepath.Join(configFolder(), "contexts", "meta", id, "meta.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return endpoint{}, fmt.Errorf("the docker context %q cannot be read, see docker context ls: %w", name, err)
	}
	var meta struct {
		Endpoints map[string]struct {
			Host          string
			SkipTLSVerify bool
		}
	}
	if err := json.Unmarshal(content, &meta); err != nil {
		return endpoint{}, fmt.Errorf("the docker context %q (%s) is not valid: %w", name, path, err)
	}
	docker := meta.Endpoints["docker"]
	e := endpoint{host: cmp.Or(docker.Host, client.DefaultDockerHost), skipVerify: docker.SkipTLSVerify}
	folder := filepath.Join(configFolder(), "contexts", "tls", id, "docker")
	if _, err := os.Stat(folder); err == nil {
		e.tls = folder
	}
	return e, nil
}

// schemes are the ways to reach an engine. The client takes others for tcp.
var schemes = []string{"unix", "tcp", "http", "https", "ssh", "npipe"}

// connect makes the client; nothing is sent yet.
func (e endpoint) connect(userAgent string) (*client.Client, error) {
	if scheme, _, _ := strings.Cut(e.host, "://"); !slices.Contains(schemes, scheme) {
		return nil, fmt.Errorf("%q is not the address of an engine, write unix:///PATH, tcp://HOST:PORT or ssh://HOST", e.host)
	}
	options := []client.Opt{client.WithAPIVersionFromEnv(), client.WithUserAgent(userAgent)}
	helper, err := connhelper.GetConnectionHelper(e.host)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not the address of an engine: %w", e.host, err)
	case helper != nil: // ssh://
		options = append(options, client.WithHost(helper.Host), client.WithDialContext(helper.Dialer))
	default:
		if e.tls != "" || e.skipVerify {
			transport, err := e.tlsTransport()
			if err != nil {
				return nil, err
			}
			options = append(options, client.WithHTTPClient(&http.Client{Transport: transport, CheckRedirect: client.CheckRedirect}))
		}
		options = append(options, client.WithHost(e.host))
	}
	c, err := client.New(options...)
	if err != nil {
		return nil, fmt.Errorf("%q is not the address of an engine: %w", e.host, err)
	}
	return c, nil
}

func (e endpoint) tlsTransport() (*http.Transport, error) {
	config, err := tlsconfig.Client(tlsconfig.Options{
		CAFile: existing(e.tls, "ca.pem"), CertFile: existing(e.tls, "cert.pem"), KeyFile: existing(e.tls, "key.pem"),
		ExclusiveRootPools: true, InsecureSkipVerify: e.skipVerify,
	})
	if err != nil {
		return nil, fmt.Errorf("the certificates for the engine %s in %s cannot be read: %w", e.host, e.tls, err)
	}
	return &http.Transport{TLSClientConfig: config, DialContext: (&net.Dialer{Timeout: connectTimeout}).DialContext}, nil
}

func existing(folder, name string) string {
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); folder == "" || err != nil {
		return ""
	}
	return path
}
