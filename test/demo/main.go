// Command demo makes what `make try` needs: a small real container image with planted faults, as a `docker save`
// archive, and a folder of demonstration advisories in the layout of the OSV export.
//
// The image holds Debian packages from the mirror that this machine's apt is configured for, and npm packages where npm
// and its registry can be reached. It needs neither a container engine nor root, and changes nothing outside its folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	out := flag.String("out", ".try", "folder for the image, the advisories and the downloads")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := build(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// build writes image.tar and the folder advisories into out.
func build(ctx context.Context, out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return fmt.Errorf("find the output folder: %w", err)
	}
	apt, err := newApt(filepath.Join(out, "apt"))
	if err != nil {
		return err
	}
	base, added, err := apt.download(ctx, basePackages, addedPackages)
	if err != nil {
		return err
	}
	say("downloaded %d Debian packages", len(base)+len(added))
	modules, err := installNPM(ctx, filepath.Join(out, "npm"))
	if err != nil {
		say("leaving the npm packages out: %v", err)
	}
	image := newImage(filepath.Join(out, "layers"))
	release, err := image.assemble(ctx, base, added, modules)
	if err != nil {
		return err
	}
	if err := image.save(filepath.Join(out, "image.tar")); err != nil {
		return err
	}
	say("made the image of Debian %s with %d layers", release, len(image.layers))
	return writeAdvisories(filepath.Join(out, "advisories"), release)
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "demo: "+format+"\n", args...)
}
