package engine

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/go-connections/tlsconfig"

	"seawall/internal/source/engine/api"
	"seawall/internal/wording"
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
		return endpoint{host: api.DefaultHost}, nil
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
		return "", fmt.Errorf("docker's configuration %s is not valid: %w", path, wording.JSON(err))
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
		return endpoint{}, fmt.Errorf("the docker context %q (%s) is not valid: %w", name, path, wording.JSON(err))
	}
	docker := meta.Endpoints["docker"]
	e := endpoint{host: cmp.Or(docker.Host, api.DefaultHost), skipVerify: docker.SkipTLSVerify}
	folder := filepath.Join(configFolder(), "contexts", "tls", id, "docker")
	if _, err := os.Stat(folder); err == nil {
		e.tls = folder
	}
	return e, nil
}

// connect makes the client; nothing is sent yet.
func (e endpoint) connect(userAgent string) (*api.Client, error) {
	config := api.Config{Host: e.host, UserAgent: userAgent}
	var err error
	if version := os.Getenv("DOCKER_API_VERSION"); version != "" {
		if config.Version, err = api.ParseVersion(version); err != nil {
			return nil, fmt.Errorf("DOCKER_API_VERSION: %w", err)
		}
	}
	if e.tls != "" || e.skipVerify {
		if config.TLS, err = e.tlsConfig(); err != nil {
			return nil, err
		}
	}
	return api.New(config)
}

func (e endpoint) tlsConfig() (*tls.Config, error) {
	config, err := tlsconfig.Client(tlsconfig.Options{
		CAFile: existing(e.tls, "ca.pem"), CertFile: existing(e.tls, "cert.pem"), KeyFile: existing(e.tls, "key.pem"),
		ExclusiveRootPools: true, InsecureSkipVerify: e.skipVerify,
	})
	if err != nil {
		return nil, fmt.Errorf("the certificates for the engine %s in %s cannot be read: %w", e.host, e.tls, err)
	}
	return config, nil
}

func existing(folder, name string) string {
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); folder == "" || err != nil {
		return ""
	}
	return path
}
