package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"seawall/internal/image"
	"seawall/internal/image/archive"
	"seawall/internal/image/manifest"
	"seawall/internal/source/containerd"
	"seawall/internal/source/engine"
	"seawall/internal/source/registry"
)

// opener opens one kind of target.
type opener func(ctx context.Context, name string, o targetOptions) (*image.Image, error)

// targetOptions are the flags that say which image is meant.
type targetOptions struct {
	platform string
	insecure bool
}

// prefixes decide what a target is, whatever it looks like.
var prefixes = []struct {
	prefix string
	open   opener
}{
	{"engine:", openEngine},
	{"containerd:", openContainerd},
	{"registry:", openRegistry},
	{"docker://", openRegistry},
	{"archive:", openArchive},
	{"oci:", openArchive},
	{"rootfs:", openRootFS},
}

// openTarget opens what the user named. Without a prefix an existing path wins
// if it contains a slash or ends like an archive; everything else is a
// reference, looked for in the engine and then in its registry.
func openTarget(ctx context.Context, target string, o targetOptions) (*image.Image, error) {
	for _, p := range prefixes {
		if name, found := strings.CutPrefix(target, p.prefix); found {
			if name == "" {
				return nil, usageError{fmt.Errorf("the target %q names nothing after its prefix", target)}
			}
			return p.open(ctx, name, o)
		}
	}
	if looksLikePath(target) {
		if _, err := os.Stat(withoutSelection(target)); err == nil {
			return openPath(ctx, target, o)
		}
	}
	if onlyPath(target) {
		return nil, fmt.Errorf("there is no file or folder %s", target)
	}
	return openReference(ctx, target, o)
}

// archiveEndings end the names of image archives.
var archiveEndings = []string{".tar", ".tar.gz", ".tgz", ".tar.zst"}

func looksLikePath(target string) bool {
	return strings.Contains(target, "/") || hasArchiveEnding(target)
}

func hasArchiveEnding(target string) bool {
	for _, ending := range archiveEndings {
		if strings.HasSuffix(withoutSelection(target), ending) {
			return true
		}
	}
	return false
}

// onlyPath tells targets that cannot be a reference.
func onlyPath(target string) bool {
	return strings.HasPrefix(target, "/") || strings.HasPrefix(target, ".") || hasArchiveEnding(target)
}

// withoutSelection drops "#NAME", which says which image of an archive is meant.
func withoutSelection(target string) string {
	path, _, _ := strings.Cut(target, "#")
	return path
}

// rootFSMarks are paths that only a root file system has.
var rootFSMarks = []string{"etc/os-release", "usr/lib/os-release", "var/lib/dpkg", "lib/apk/db", "usr/bin", "bin"}

// openPath opens an archive, an OCI layout or an unpacked root file system.
func openPath(ctx context.Context, target string, o targetOptions) (*image.Image, error) {
	info, err := os.Stat(withoutSelection(target))
	if err != nil || !info.IsDir() {
		return openArchive(ctx, target, o)
	}
	if _, err := os.Stat(filepath.Join(withoutSelection(target), "index.json")); err == nil {
		return openArchive(ctx, target, o)
	}
	for _, mark := range rootFSMarks {
		if _, err := os.Lstat(filepath.Join(target, mark)); err == nil {
			return openRootFS(ctx, target, o)
		}
	}
	return nil, fmt.Errorf("the folder %s is neither an OCI layout (no index.json) nor a root file system; if it is one, write rootfs:%s", target, target)
}

func openArchive(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	platform, err := manifest.ParsePlatform(o.platform)
	if err != nil {
		return nil, usageError{err}
	}
	path, selected, _ := strings.Cut(name, "#")
	return archive.Open(ctx, path, archive.Options{Select: selected, Platform: platform})
}

func openRootFS(_ context.Context, name string, _ targetOptions) (*image.Image, error) {
	return image.OpenRootFS(name)
}

func openEngine(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	img, _, err := engine.Open(ctx, name, engine.Options{Platform: o.platform, UserAgent: userAgent()})
	return img, err
}

func openContainerd(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	img, _, err := containerd.Open(ctx, name, containerd.Options{Platform: o.platform})
	return img, err
}

func openRegistry(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	return registry.Open(ctx, name, registry.Options{Platform: o.platform, Insecure: o.insecure, UserAgent: userAgent()})
}

// openReference looks in the engine, then in the registry. An engine that
// answers but fails is worth telling only if the registry fails too.
func openReference(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	img, engineErr := openEngine(ctx, name, o)
	if engineErr == nil || ctx.Err() != nil {
		return img, engineErr
	}
	img, err := openRegistry(ctx, name, o)
	if err != nil && !errors.Is(engineErr, engine.ErrUnavailable) && !errors.Is(engineErr, engine.ErrNotFound) {
		return nil, fmt.Errorf("%w; the engine was asked first: %w", err, engineErr)
	}
	return img, err
}

// userAgent names the program to registries and engines.
func userAgent() string { return "seawall/" + version }
