package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// basePackages are what the image's base holds, together with their dependencies; addedPackages are what the
// demonstration's own "apt-get install" step adds.
var (
	basePackages  = []string{"base-files", "base-passwd", "bash", "coreutils", "dpkg", "libc-bin", "ca-certificates"}
	addedPackages = []string{"curl", "openssl"}
)

// apt runs apt-get with the machine's sources, keys and proxies but with state and cache in a folder of its own, so that
// it needs no root and the machine stays as it is. Apt itself verifies every download.
type apt struct {
	dir    string
	config string
}

func newApt(dir string) (*apt, error) {
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%s is missing: the demonstration image is made of Debian packages; on another system check any image with `bin/seawall check IMAGE`", tool)
		}
	}
	for _, folder := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return nil, fmt.Errorf("make apt's private folder: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "status"), nil, 0o644); err != nil {
		return nil, fmt.Errorf("make apt's private status file: %w", err)
	}
	config := filepath.Join(dir, "apt.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, aptConfig, dir), 0o644); err != nil {
		return nil, fmt.Errorf("make apt's private configuration: %w", err)
	}
	return &apt{dir: dir, config: config}, nil
}

// aptConfig is read after the machine's own configuration. The status file is empty: nothing counts as installed, so
// every dependency is resolved. The hooks would clean the machine's caches.
const aptConfig = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Dir::State "%[1]s";
Dir::State::lists "%[1]s/lists";
Dir::State::status "%[1]s/status";
Dir::Cache "%[1]s";
Dir::Cache::archives "%[1]s/archives";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "true";
`

// download fetches both sets with their dependencies and returns the .deb files of each; added holds only what base does
// not already hold.
func (a *apt) download(ctx context.Context, basePackages, addedPackages []string) (base, added []string, err error) {
	if _, err := a.run(ctx, "update", "-q"); err != nil {
		return nil, nil, err
	}
	all := append(append([]string{}, basePackages...), addedPackages...)
	if _, err := a.run(ctx, append([]string{"install", "-q", "-y", "--download-only"}, all...)...); err != nil {
		return nil, nil, err
	}
	if base, err = a.resolve(ctx, basePackages); err != nil {
		return nil, nil, err
	}
	everything, err := a.resolve(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	inBase := map[string]bool{}
	for _, file := range base {
		inBase[file] = true
	}
	for _, file := range everything {
		if !inBase[file] {
			added = append(added, file)
		}
	}
	return base, added, nil
}

// installLine is a line of apt-get's simulation: Inst NAME (VERSION ORIGIN [ARCHITECTURE]).
var installLine = regexp.MustCompile(`(?m)^Inst (\S+) \((\S+) .*\[(\S+)\]`)

// resolve returns the .deb files of packages and everything that they depend on.
func (a *apt) resolve(ctx context.Context, packages []string) ([]string, error) {
	plan, err := a.run(ctx, append([]string{"install", "-y", "--simulate"}, packages...)...)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, m := range installLine.FindAllStringSubmatch(string(plan), -1) {
		name := fmt.Sprintf("%s_%s_%s.deb", m[1], strings.ReplaceAll(m[2], ":", "%3a"), m[3])
		files = append(files, filepath.Join(a.dir, "archives", name))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("apt-get plans to install nothing for %s", strings.Join(packages, " "))
	}
	return files, nil
}

func (a *apt) run(ctx context.Context, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "apt-get", append([]string{"-c", a.config}, args...)...)
	command.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("apt-get %s: %w: %s; check that this machine's apt sources work", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}
