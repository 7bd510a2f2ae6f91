// Command manifests writes a tree of files that describe containers, as large
// repositories have them: the same for the same seed. Usage: manifests DIR COUNT SEED.
package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manifests:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: manifests DIR COUNT SEED")
	}
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(args[2], 10, 64)
	if err != nil {
		return err
	}
	g := &generator{rand.New(rand.NewPCG(seed, 1))}
	for i := range count {
		if err := g.write(args[0], i); err != nil {
			return err
		}
	}
	return nil
}

// write writes file i: of ten, six are manifests, two Compose files, one a
// Dockerfile and one a task definition.
func (g *generator) write(dir string, i int) error {
	folder := filepath.Join(dir, fmt.Sprintf("team%02d", i%20), fmt.Sprintf("app%04d", i))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	name, content := "deployment.yaml", ""
	switch i % 10 {
	default:
		content = g.deployment(i) + "---\n" + g.service(i)
	case 6, 7:
		name, content = "compose.yaml", g.compose(i)
	case 8:
		name, content = "Dockerfile", g.dockerfile()
	case 9:
		name, content = "task-definition.json", g.task(i)
	}
	return os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644)
}
