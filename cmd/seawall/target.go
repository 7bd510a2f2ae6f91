package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/image/archive"
	"seawall/internal/image/manifest"
	"seawall/internal/source/containerd"
	"seawall/internal/source/engine"
	"seawall/internal/source/registry"
	"seawall/internal/source/tree"
)

// opener opens one kind of target.
type opener func(ctx context.Context, name string, o targetOptions) (*image.Image, error)

// targetOptions are the flags that say which image is meant.
type targetOptions struct {
	platform string
	insecure bool
}

func (o *targetOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.platform, "platform", "", "choose `OS/ARCH` from an image for several platforms, and refuse one for another (default linux on this processor)")
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "allow plain HTTP and unverified certificates with registries")
}

// check finds mistakes in the flags, alone and with the targets.
func (o *targetOptions) check(targets []string) error {
	if _, err := manifest.ParsePlatform(o.platform); err != nil {
		return usageError{err}
	}
	hasPlatform := func(target string) bool { return !isRootFS(target) && !isFileTarget(target) }
	if o.platform == "" || slices.ContainsFunc(targets, hasPlatform) {
		return nil
	}
	what := "a root file system"
	if isFileTarget(targets[0]) {
		what = "files"
	}
	return usageError{fmt.Errorf("--platform has no effect on %s such as %s: leave it out", what, targets[0])}
}

// expect refuses an image for another platform than the one asked for. A store
// of a single image gives that one whatever is asked; without --platform it is
// taken as it is.
func (o *targetOptions) expect(facts *asset.Image) error {
	want, err := manifest.ParsePlatform(o.platform)
	have := manifest.Platform{OS: facts.OS, Architecture: facts.Architecture, Variant: facts.Variant}
	if err != nil || o.platform == "" || have.OS == "" || have.Architecture == "" || want.Accepts(have) {
		return err
	}
	return fmt.Errorf("the image is for the platform %s and not for %s, which --platform asks for: leave --platform out, or name an image for it", have, want)
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

// openTarget opens what the user named, if it is for the platform asked for.
func openTarget(ctx context.Context, target string, o targetOptions) (*image.Image, error) {
	img, err := findTarget(ctx, target, o)
	if err != nil {
		return nil, err
	}
	if err := o.expect(&img.Facts); err != nil {
		return nil, errors.Join(err, img.Close())
	}
	return img, nil
}

// findTarget opens what the user named. Without a prefix an existing path wins
// if it contains a slash or ends like an archive; everything else is a
// reference, looked for in the engine and then in its registry.
func findTarget(ctx context.Context, target string, o targetOptions) (*image.Image, error) {
	for _, p := range prefixes {
		if name, found := strings.CutPrefix(target, p.prefix); found {
			if name == "" {
				return nil, fmt.Errorf("the target %q names nothing after its prefix", target)
			}
			return p.open(ctx, name, o)
		}
	}
	path, _ := splitSelection(target)
	if looksLikePath(target) && exists(path) {
		return openPath(ctx, target, o)
	}
	if onlyPath(target) {
		return nil, fmt.Errorf("there is no file or folder %s", target)
	}
	img, err := openReference(ctx, target, o)
	if err != nil && exists(path) {
		return nil, fmt.Errorf("%w; there is a file or folder of that name: write ./%s", err, target)
	}
	return img, err
}

// archiveEndings end the names of image archives, and of others that are named in
// their place, about which archive.Open says what they are.
var archiveEndings = []string{".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".7z", ".zip"}

func looksLikePath(target string) bool {
	return strings.Contains(target, "/") || hasArchiveEnding(target)
}

func hasArchiveEnding(target string) bool {
	path, _ := splitSelection(target)
	return slices.ContainsFunc(archiveEndings, func(ending string) bool { return strings.HasSuffix(path, ending) })
}

// onlyPath tells targets that cannot be a reference.
func onlyPath(target string) bool {
	return strings.HasPrefix(target, "/") || strings.HasPrefix(target, ".") || hasArchiveEnding(target) || tree.IsFile(target)
}

// splitSelection takes a target's "#NAME" off, which says which image of an
// archive is meant. A file whose own name has the # is meant as it is.
func splitSelection(target string) (path, selected string) {
	if exists(target) {
		return target, ""
	}
	path, selected, _ = strings.Cut(target, "#")
	return path, selected
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// isRootFS tells if a target is a root file system: by its prefix, or as a
// folder that looks like one.
func isRootFS(target string) bool {
	return strings.HasPrefix(target, "rootfs:") || looksLikePath(target) && !isLayout(target) && looksLikeRootFS(target)
}

// openPath opens an archive, an OCI layout or an unpacked root file system.
func openPath(ctx context.Context, target string, o targetOptions) (*image.Image, error) {
	path, _ := splitSelection(target)
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() || isLayout(path) {
		return openArchive(ctx, target, o)
	}
	if isRootFS(target) {
		return openRootFS(ctx, target, o)
	}
	return nil, fmt.Errorf("the folder %s is neither an OCI layout (no oci-layout) nor a root file system; if it is one, write rootfs:%s", target, target)
}

func openArchive(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	platform, err := manifest.ParsePlatform(o.platform)
	if err != nil {
		return nil, err
	}
	path, selected := splitSelection(name)
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

// openReference looks in the engine, then in the registry. If both fail the
// engine's reason is told too, unless it just lacks the image or there is none.
func openReference(ctx context.Context, name string, o targetOptions) (*image.Image, error) {
	img, engineErr := openEngine(ctx, name, o)
	if engineErr == nil || ctx.Err() != nil {
		return img, engineErr
	}
	img, err := openRegistry(ctx, name, o)
	if err != nil && !errors.Is(engineErr, engine.ErrNone) && !errors.Is(engineErr, engine.ErrNotFound) {
		return nil, fmt.Errorf("%w; the engine was asked first: %w", err, engineErr)
	}
	return img, err
}

// userAgent names the program to registries and engines.
func userAgent() string { return "seawall/" + version }
