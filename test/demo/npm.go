package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// oldModules are released versions with published advisories.
var oldModules = []string{"lodash@4.17.4", "minimist@0.0.8", "qs@6.5.2"}

// installNPM installs oldModules without running any of their scripts and returns the application's folder.
func installNPM(ctx context.Context, dir string) (string, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return "", errors.New("npm is not installed")
	}
	app := filepath.Join(dir, "app")
	if err := os.MkdirAll(app, 0o755); err != nil {
		return "", fmt.Errorf("make the application's folder: %w", err)
	}
	manifest := []byte(`{"name": "seawall-demo", "version": "1.0.0", "private": true}` + "\n")
	if err := os.WriteFile(filepath.Join(app, "package.json"), manifest, 0o644); err != nil {
		return "", fmt.Errorf("write the application's package.json: %w", err)
	}
	args := []string{
		"install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline", "--save-exact",
		"--omit-lockfile-registry-resolved", // the address of this machine's registry does not belong in an image
		"--fetch-retries=1", "--fetch-timeout=30000", "--cache", filepath.Join(dir, "cache"),
	}
	command := exec.CommandContext(ctx, "npm", append(args, oldModules...)...)
	command.Dir = app
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install: %w: %s", err, bytes.TrimSpace(output))
	}
	return app, nil
}
