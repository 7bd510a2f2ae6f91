package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDockerPlugin asks Docker's own command line to run this program.
func TestDockerPlugin(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("SKIPPED: docker's command line is not installed: the plugin is not tried with it")
	}
	config := t.TempDir()
	plugins := filepath.Join(config, "cli-plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(plugins, "docker-seawall"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := exec.Command(docker, "seawall", "version")
	command.Env = append(os.Environ(), "DOCKER_CONFIG="+config)
	out, err := command.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "seawall dev ") {
		t.Errorf("docker seawall version: %v: %s", err, out)
	}
}
