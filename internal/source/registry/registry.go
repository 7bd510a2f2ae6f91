// Package registry opens images in registries that speak the OCI distribution
// protocol. Nothing is stored: layers are streamed when they are read.
package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/imageref"
	"seawall/internal/image/manifest"
)

// Options say how to read from a registry.
type Options struct {
	// Platform is OS/ARCHITECTURE[/VARIANT]; "" is Linux on this machine's
	// processor. An image that is for one platform only is taken whatever that
	// is.
	Platform string
	// Insecure allows plain HTTP and certificates that cannot be verified, as
	// Docker's insecure-registries do. Without it plain HTTP is used for
	// loopback addresses only.
	Insecure bool
	// IdleTimeout is how long the registry may send nothing at all, or less than
	// a KiB per second; 0 stands for 30 seconds.
	IdleTimeout time.Duration
	// DocumentTimeout is how long a manifest, a configuration or the handshake
	// may take as a whole; 0 stands for two minutes.
	DocumentTimeout time.Duration
	// Backoff is the pause before the first retry, doubled for each further
	// one; 0 stands for a second.
	Backoff time.Duration
	// UserAgent names the program and version to the registry.
	UserAgent string
}

// Open finds an image by its reference. Credentials are those of Docker's (or
// Podman's) configuration and its credential helpers. Its errors name the
// registry and what to do.
func Open(ctx context.Context, ref string, o Options) (*image.Image, error) {
	parsed, err := imageref.Parse(ref)
	if err != nil {
		return nil, err
	}
	want, err := manifest.ParsePlatform(o.Platform)
	if err != nil {
		return nil, err
	}
	img, err := open(ctx, parsed, want, o)
	if err != nil {
		return nil, fmt.Errorf("cannot open image %s: %w", parsed, err)
	}
	return img, nil
}

func open(ctx context.Context, ref imageref.Reference, want manifest.Platform, o Options) (*image.Image, error) {
	registry, err := newRegistry(ref, o)
	if err != nil {
		return nil, err
	}
	// Credentials that cannot be read must not stand in the way of a public
	// image: many configurations name a helper that is not installed.
	auth, authErr := authn.Resolve(ctx, authn.DefaultKeychain, registry.Repo(ref.Path))
	if authErr != nil {
		auth = authn.Anonymous
	}
	c, err := connect(ctx, ref, registry, auth, o)
	if err != nil {
		return nil, withCredentials(explain(err, ref), err, authErr)
	}
	img, err := c.open(ctx, want)
	if err != nil {
		c.base.CloseIdleConnections()
		return nil, withCredentials(explain(err, ref), err, authErr)
	}
	return img, nil
}

// withCredentials adds to a refusal that the stored credentials were not used.
func withCredentials(explained, err, authErr error) error {
	var status *transport.Error
	refused := errors.As(err, &status) && (status.StatusCode == http.StatusUnauthorized || status.StatusCode == http.StatusForbidden)
	if authErr == nil || !refused {
		return explained
	}
	return fmt.Errorf("%w; the credentials in Docker's configuration could not be read: %w", explained, authErr)
}

// client talks to one repository.
type client struct {
	ref     imageref.Reference
	http    *http.Client
	base    *http.Transport
	url     string // …/v2/PATH
	options Options
}

func newRegistry(ref imageref.Reference, o Options) (name.Registry, error) {
	var options []name.Option
	if o.Insecure {
		options = append(options, name.Insecure)
	}
	return name.NewRegistry(ref.Domain, options...)
}

// connect does the protocol's handshake: whether TLS, which authentication.
func connect(ctx context.Context, ref imageref.Reference, registry name.Registry, auth authn.Authenticator, o Options) (*client, error) {
	base := newTransport(o)
	chain := transport.NewUserAgent(newChain(base, o), o.UserAgent)
	scopes := []string{registry.Repo(ref.Path).Scope(transport.PullScope)}
	ctx, cancel := o.documentDeadline(ctx)
	defer cancel()
	authenticated, err := transport.NewWithContext(ctx, registry, auth, chain, scopes)
	if err != nil {
		base.CloseIdleConnections()
		return nil, err
	}
	return &client{
		ref:  ref,
		http: &http.Client{Transport: authenticated, CheckRedirect: checkRedirect},
		base: base,
		// The authenticated transport puts in the scheme that the handshake found.
		url:     "https://" + registry.RegistryStr() + "/v2/" + ref.Path,
		options: o,
	}, nil
}

func (c *client) open(ctx context.Context, want manifest.Platform) (*image.Image, error) {
	root, err := c.root(ctx)
	if err != nil {
		return nil, err
	}
	img, err := manifest.Open(ctx, root, c.fetch, want)
	if err != nil {
		return nil, err
	}
	img.Source = "registry"
	img.Close = func() error { c.base.CloseIdleConnections(); return nil }
	c.ref.Describe(&img.Facts)
	for i := range img.Layers {
		if err := c.attach(ctx, &img.Layers[i]); err != nil {
			return nil, err
		}
	}
	return img, nil
}

// attach tells a layer how to read itself.
func (c *client) attach(ctx context.Context, layer *image.Layer) error {
	if manifest.IsForeign(layer.MediaType) {
		there, err := c.has(ctx, layer.Digest)
		if err != nil {
			return err
		}
		if !there {
			layer.Absent, layer.Reason = asset.LayerForeign, "the registry does not hold this foreign layer, and only its licensor passes it on"
			return nil
		}
	}
	digest, size := layer.Digest, layer.Size
	layer.Open = func(ctx context.Context) (io.ReadCloser, error) {
		body, err := c.openBlob(ctx, digest, size)
		if err != nil {
			return nil, fmt.Errorf("cannot read layer %s of %s: %w", digest, c.ref, explain(err, c.ref))
		}
		return body, nil
	}
	return nil
}
