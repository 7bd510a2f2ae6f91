package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const (
	syftModule   = "github.com/anchore/syft/cmd/syft@v1.57.0"
	grypeModule  = "github.com/anchore/grype/cmd/grype@v0.121.2"
	trivyModule  = "github.com/aquasecurity/trivy"
	trivyVersion = "v0.74.0"
)

// prepare builds or makes whatever is missing in the work folder.
func prepare(ctx context.Context, o *options) error {
	for _, folder := range []string{"bin", "image", "output", "tmp", "trivy-module"} {
		if err := os.MkdirAll(filepath.Join(o.work, folder), 0o755); err != nil {
			return fmt.Errorf("make the work folder: %w", err)
		}
	}
	for name, source := range map[string]string{"floor": "./bench/floor", "image": "./bench/image", "manifests": "./bench/manifests", "seawall": "./cmd/seawall"} {
		say("building %s", name)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", o.binary(name), source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if err := execute(build); err != nil {
			return err
		}
	}
	if err := makeImage(ctx, o); err != nil {
		return err
	}
	if err := execute(exec.CommandContext(ctx, o.binary("manifests"), o.manifests(), "1000", "1")); err != nil {
		return err
	}
	if err := buildPeers(ctx, o); err != nil {
		return err
	}
	if err := unpackLayout(ctx, o); err != nil {
		return err
	}
	return importDatabases(ctx, o)
}

func (o *options) binary(name string) string {
	return filepath.Join(o.work, "bin", name)
}

// manifests is a folder of 1,000 files that describe containers.
func (o *options) manifests() string {
	return filepath.Join(o.work, "manifests")
}

func (o *options) image(form string) string {
	return filepath.Join(o.work, "image", form+".tar")
}

func (o *options) home(name string) string {
	return filepath.Join(o.work, "home-"+name)
}

func makeImage(ctx context.Context, o *options) error {
	if exists(o.image("plain")) && exists(o.image("gzip")) {
		return nil
	}
	if o.base == "" {
		o.base = filepath.Join(o.work, "base")
		script := filepath.Join(o.shared, "images", "build-real-image")
		if !exists(script) {
			return fmt.Errorf("%s is missing: the benchmark's image stands on the image that it makes; name one that is already made with -base", script)
		}
		say("making the base image")
		if err := execute(exec.CommandContext(ctx, script, "--out", o.base, "--size", "full", "--with-java")); err != nil {
			return err
		}
	}
	say("making the image")
	return execute(exec.CommandContext(ctx, o.binary("image"), o.base, filepath.Join(o.work, "image")))
}

// layout is the OCI layout as a folder, the only form of it that Trivy reads.
func (o *options) layout() string {
	return filepath.Join(o.work, "image", "layout")
}

func unpackLayout(ctx context.Context, o *options) error {
	if !slices.Contains(o.peers, "trivy") || exists(filepath.Join(o.layout(), "index.json")) {
		return nil
	}
	if err := os.MkdirAll(o.layout(), 0o755); err != nil {
		return fmt.Errorf("make the folder for the OCI layout: %w", err)
	}
	return execute(exec.CommandContext(ctx, "tar", "-xf", o.image("gzip"), "-C", o.layout()))
}

// buildPeers builds the peers from the Go module proxy. A peer that does not build is left out, with a word.
func buildPeers(ctx context.Context, o *options) error {
	build := map[string]func() error{
		"syft":  func() error { return install(ctx, o, syftModule) },
		"grype": func() error { return install(ctx, o, grypeModule) },
		"trivy": func() error { return buildTrivy(ctx, o) },
	}
	var usable []string
	for _, peer := range o.peers {
		make, known := build[peer]
		if !known {
			return fmt.Errorf("there is no peer %q: use syft, grype, trivy", peer)
		}
		if !exists(o.binary(peer)) {
			say("building %s (some minutes)", peer)
			if err := make(); err != nil {
				say("leaving %s out: %v", peer, err)
				continue
			}
		}
		usable = append(usable, peer)
	}
	o.peers = usable
	return nil
}

func install(ctx context.Context, o *options, module string) error {
	command := exec.CommandContext(ctx, "go", "install", module)
	command.Env = append(os.Environ(), "GOBIN="+filepath.Join(o.work, "bin"))
	return execute(command)
}

// buildTrivy builds Trivy as a tool of a module of its own: `go install` needs the list of its versions, which not every
// proxy serves. Its code needs the experiment jsonv2.
func buildTrivy(ctx context.Context, o *options) error {
	dir := filepath.Join(o.work, "trivy-module")
	module := fmt.Sprintf("module peers\n\ngo 1.26.0\n\ntool %[1]s/cmd/trivy\n\nrequire %[1]s %[2]s\n", trivyModule, trivyVersion)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
		return fmt.Errorf("write Trivy's module file: %w", err)
	}
	command := exec.CommandContext(ctx, "go", "build", "-mod=mod", "-o", o.binary("trivy"), trivyModule+"/cmd/trivy")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOEXPERIMENT=jsonv2")
	return execute(command)
}

// importDatabases gives Seawall and Grype the same advisories: Debian's and Go's of ../shared/data.
func importDatabases(ctx context.Context, o *options) error {
	if !exists(filepath.Join(o.shared, "data", "osv")) {
		return errors.New("shared/data/osv is missing: name the folder with -shared")
	}
	feed := filepath.Join(o.work, "advisories")
	for _, ecosystem := range []string{"Debian", "Go"} {
		if err := copyFile(filepath.Join(o.shared, "data", "osv", ecosystem, "all.zip"), filepath.Join(feed, ecosystem, "all.zip")); err != nil {
			return err
		}
	}
	for _, home := range seawallHomes {
		if err := os.RemoveAll(o.home(home)); err != nil {
			return fmt.Errorf("empty Seawall's home: %w", err)
		}
		command := exec.CommandContext(ctx, o.binary("seawall"), "db", "import", feed)
		command.Env = append(os.Environ(), "SEAWALL_HOME="+o.home(home))
		if err := execute(command); err != nil {
			return err
		}
	}
	if !slices.Contains(o.peers, "grype") {
		return nil
	}
	command := exec.CommandContext(ctx, o.binary("grype"), "db", "import", filepath.Join(o.shared, "data", "grype", "grypedb.tar.gz"))
	command.Env = append(os.Environ(), peerEnvironment(o)...)
	return execute(command)
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the advisories: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("make the folder for the advisories: %w", err)
	}
	return os.WriteFile(to, data, 0o644)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// execute runs a step of the preparation; what it prints is shown only if it fails.
func execute(command *exec.Cmd) error {
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("run %s: %w: %s", command, err, output)
	}
	return nil
}
