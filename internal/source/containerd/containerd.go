// Package containerd opens images that a containerd holds: that of Kubernetes
// (namespace k8s.io), of a Docker engine (moby) or one of its own.
package containerd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"seawall/internal/image"
	"seawall/internal/image/contentstore"
	"seawall/internal/image/imageref"
	"seawall/internal/image/manifest"
	"seawall/internal/source/containerd/api"
)

// What Open can fail with, so that a caller can look elsewhere.
var (
	// ErrUnavailable is a containerd that does not answer, or none at all.
	ErrUnavailable = errors.New("no containerd answers")
	// ErrNotFound is an image that containerd does not hold.
	ErrNotFound = errors.New("containerd does not hold the image")
)

const answerTimeout = 10 * time.Second

// Where containerd is looked for, and in which namespaces.
var (
	defaultAddresses  = []string{"/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock"}
	defaultNamespaces = []string{"default", "moby", "k8s.io"}
)

// Options say which containerd and which image.
type Options struct {
	// Address is the path of the socket; "" is CONTAINERD_ADDRESS or the
	// first of the usual places.
	Address string
	// Namespace is one of containerd's namespaces; "" is CONTAINERD_NAMESPACE
	// or the first of default, moby and k8s.io that has the image.
	Namespace string
	// Platform is OS/ARCHITECTURE[/VARIANT]; "" is Linux on this machine's
	// processor.
	Platform string
	// IdleTimeout is how long containerd may send nothing in the middle of a
	// layer; 0 stands for 30 seconds.
	IdleTimeout time.Duration
}

// Daemon says what an image was read from.
type Daemon struct {
	Address, Namespace, Version string
	// OnDisk is true if the layers are read from containerd's own folder, and
	// false if it sends them.
	OnDisk bool
}

// Open finds an image by its name or digest.
func Open(ctx context.Context, ref string, o Options) (*image.Image, Daemon, error) {
	parsed, err := imageref.Parse(ref)
	if err != nil {
		return nil, Daemon{}, err
	}
	want, err := manifest.ParsePlatform(o.Platform)
	if err != nil {
		return nil, Daemon{}, err
	}
	daemon := Daemon{Address: findAddress(o)}
	if _, err := os.Stat(daemon.Address); err != nil {
		return nil, daemon, fmt.Errorf("%w: there is no socket at %s", ErrUnavailable, daemon.Address)
	}
	client, err := api.Connect(ctx, daemon.Address)
	if err != nil {
		return nil, daemon, unavailable(ctx, daemon.Address, err)
	}
	img, err := open(ctx, client, parsed, want, o, &daemon)
	if err != nil {
		return nil, daemon, errors.Join(err, client.Close())
	}
	return img, daemon, nil
}

func findAddress(o Options) string {
	if address := cmp.Or(o.Address, os.Getenv("CONTAINERD_ADDRESS")); address != "" {
		return strings.TrimPrefix(address, "unix://")
	}
	for _, address := range defaultAddresses {
		if _, err := os.Stat(address); err == nil {
			return address
		}
	}
	return defaultAddresses[0]
}

func open(ctx context.Context, client *api.Client, ref imageref.Reference, want manifest.Platform, o Options, daemon *Daemon) (*image.Image, error) {
	asking, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	version, err := client.Version(asking)
	if err != nil {
		return nil, unavailable(ctx, daemon.Address, err)
	}
	daemon.Version = version
	namespace, root, err := find(asking, client, ref, o)
	if err != nil {
		return nil, fmt.Errorf("%w (containerd at %s)", err, daemon.Address)
	}
	daemon.Namespace = namespace
	r := &remote{client: client, namespace: namespace, idle: cmp.Or(o.IdleTimeout, 30*time.Second)}
	folder, err := client.ContentFolder(asking)
	if err != nil {
		folder = "" // only the faster way is lost
	}
	store := contentstore.New(folder)
	daemon.OnDisk = store.Has(root.Digest)

	fetch := r.fetch
	if daemon.OnDisk {
		fetch = store.Fetch
	}
	img, err := manifest.Open(ctx, root, fetch, want)
	if err != nil {
		return nil, fmt.Errorf("cannot open image %s in containerd's namespace %s: %w", ref, namespace, err)
	}
	img.Source = "containerd"
	img.Close = func() error { return errors.Join(store.Close(), client.Close()) }
	ref.Describe(&img.Facts)
	for i := range img.Layers {
		if err := attach(ctx, &img.Layers[i], store, r); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return img, nil
}

// attach takes a layer from the folder, or else from the daemon: a folder may
// be readable in part only.
func attach(ctx context.Context, layer *image.Layer, store *contentstore.Store, r *remote) error {
	if store.Has(digest.Digest(layer.Digest)) {
		return store.Attach(layer)
	}
	return r.attach(ctx, layer)
}

// unavailable says why nothing answers.
func unavailable(ctx context.Context, address string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w that this user may talk to at %s: run as root", ErrUnavailable, address)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w at %s within %s, check that it runs", ErrUnavailable, address, answerTimeout)
	}
	return fmt.Errorf("%w at %s, check that it runs: %w", ErrUnavailable, address, err)
}
