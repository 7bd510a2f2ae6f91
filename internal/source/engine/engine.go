// Package engine opens images that a Docker engine (or another with its
// interface, such as Podman) holds. It reads the engine's own files where it
// may, because having the engine export an image costs many times as much.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	inspect "github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/system"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"seawall/internal/image"
	"seawall/internal/image/manifest"
	"seawall/internal/source/engine/api"
)

// What Open can fail with, so that a caller can look elsewhere.
var (
	// ErrUnavailable is an engine that does not answer, or none at all.
	ErrUnavailable = errors.New("no container engine answers")
	// ErrNone is ErrUnavailable where nothing says that there should be an
	// engine: no address is set, and the usual socket does not exist.
	ErrNone = fmt.Errorf("%w", ErrUnavailable)
	// ErrNotFound is an image that the engine does not hold.
	ErrNotFound = errors.New("the engine does not hold the image")
)

const (
	pingTimeout = 10 * time.Second
	// answerTimeout is for requests that the engine answers from memory.
	answerTimeout = 60 * time.Second
)

// Options say which engine and which image.
type Options struct {
	// Host is the engine's address, "unix:///…", "tcp://…" or "ssh://…"; "" is
	// where the docker command looks.
	Host string
	// Platform is OS/ARCHITECTURE[/VARIANT]; "" takes what the engine holds.
	Platform  string
	UserAgent string
}

// Engine says what an image was read from.
type Engine struct {
	Host, Version, StorageDriver string
	// Path is how the layers are read: PathOverlay, PathContent or PathSave.
	Path string
}

// The ways to the layers, the cheapest first.
const (
	PathOverlay = "overlay2 folders"
	PathContent = "content store"
	PathSave    = "docker save"
)

// Open finds an image by name, digest or ID.
func Open(ctx context.Context, ref string, o Options) (*image.Image, Engine, error) {
	e, err := findEndpoint(o)
	if err != nil {
		return nil, Engine{}, err
	}
	c, err := e.connect(o.UserAgent)
	if err != nil {
		return nil, Engine{}, err
	}
	defer c.Close()
	found, info, err := find(ctx, c, e, ref, o)
	engine := Engine{Host: e.host, Version: info.ServerVersion, StorageDriver: info.Driver}
	if err != nil {
		return nil, engine, err
	}
	s := &source{client: c, info: info, found: found, local: e.local()}
	img, path, err := s.open(ctx)
	if err != nil {
		return nil, engine, fmt.Errorf("cannot read image %s from the engine at %s: %w", ref, e.host, err)
	}
	engine.Path = path
	img.Source = "engine"
	describe(&img.Facts, ref, found)
	return img, engine, nil
}

// find asks the engine about itself and about the image.
func find(ctx context.Context, c *api.Client, e endpoint, ref string, o Options) (inspect.InspectResponse, system.Info, error) {
	if _, err := os.Stat(strings.TrimPrefix(e.host, "unix://")); e.local() && errors.Is(err, fs.ErrNotExist) {
		reason := ErrUnavailable
		if e.host == api.DefaultHost {
			reason = ErrNone
		}
		return inspect.InspectResponse{}, system.Info{}, fmt.Errorf("%w: there is no socket at %s", reason, e.host)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, answerTimeout, fmt.Errorf("no answer within %v", answerTimeout))
	defer cancel()
	ping, stop := context.WithTimeoutCause(ctx, pingTimeout, fmt.Errorf("no answer within %v", pingTimeout))
	defer stop()
	if err := c.Ping(ping); err != nil {
		return inspect.InspectResponse{}, system.Info{}, unavailable(ctx, e, err)
	}
	info, err := c.Info(ctx)
	if err != nil {
		return inspect.InspectResponse{}, system.Info{}, unavailable(ctx, e, err)
	}
	found, err := inspectImage(ctx, c, ref, o.Platform)
	switch {
	case errors.Is(err, api.ErrNotFound):
		err = fmt.Errorf("%w %s (engine at %s)", ErrNotFound, ref, e.host)
	case errors.Is(err, api.ErrInvalid): // a name for another source may be none to an engine
		err = fmt.Errorf("%w %s (engine at %s): %w", ErrNotFound, ref, e.host, err)
	case err != nil:
		err = fmt.Errorf("the engine at %s cannot describe image %s: %w", e.host, ref, err)
	}
	return found, info, err
}

// inspectImage describes the image for a platform. An engine that knows one
// platform only may give another, so the answer is checked.
func inspectImage(ctx context.Context, c *api.Client, ref, platform string) (inspect.InspectResponse, error) {
	if platform == "" {
		return c.InspectImage(ctx, ref, nil)
	}
	want, err := manifest.ParsePlatform(platform)
	if err != nil {
		return inspect.InspectResponse{}, err
	}
	found, err := c.InspectImage(ctx, ref, &v1.Platform{OS: want.OS, Architecture: want.Architecture, Variant: want.Variant})
	if err == nil && !want.Accepts(manifest.Platform{OS: found.Os, Architecture: found.Architecture, Variant: found.Variant}) {
		err = api.ErrNotFound
	}
	return found, err
}

// unavailable says why nothing answers.
func unavailable(ctx context.Context, e endpoint, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w that this user may talk to at %s: run as root or as a member of the group docker", ErrUnavailable, e.host)
	}
	return fmt.Errorf("%w at %s, check that it runs: %w", ErrUnavailable, e.host, err)
}

// source is an image that was found, on the way to its layers.
type source struct {
	client *api.Client
	info   system.Info
	found  inspect.InspectResponse
	local  bool
}

// open takes the best way that the rights allow. A way that is not there is
// passed over in silence; the last one says what is wrong.
func (s *source) open(ctx context.Context) (*image.Image, string, error) {
	if s.local && !s.remapped() {
		if img, err := s.openOverlay(); err == nil {
			return img, PathOverlay, nil
		}
		if img, err := s.openContent(ctx); err == nil {
			return img, PathContent, nil
		}
	}
	img, err := s.openSave(ctx)
	return img, PathSave, err
}

// remapped tells an engine whose files have other owners than the image says:
// with a user namespace of its own, or run without root.
func (s *source) remapped() bool {
	for _, option := range s.info.SecurityOptions {
		if strings.HasPrefix(option, "name=userns") || strings.HasPrefix(option, "name=rootless") {
			return true
		}
	}
	return false
}

// want is the platform of the image that the engine found. That it is the one
// asked for was checked before.
func (s *source) want() manifest.Platform {
	return manifest.Platform{OS: s.found.Os, Architecture: s.found.Architecture, Variant: s.found.Variant}
}
