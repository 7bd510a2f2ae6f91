package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"seawall/bench/process"
)

// measureAll runs every command o.runs times, one after the other and then again, so that a slow spell of the machine
// hits all alike. One more round before warms caches and is not counted.
func measureAll(ctx context.Context, o options, commands []command) ([][]process.Sample, error) {
	results := make([][]process.Sample, len(commands))
	for round := range o.runs + 1 {
		say("round %d of %d", round, o.runs)
		for i, c := range commands {
			s, err := measure(ctx, o, c)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				results[i] = append(results[i], s)
			}
		}
	}
	return results, nil
}

func measure(ctx context.Context, o options, c command) (process.Sample, error) {
	if err := c.empty(); err != nil {
		return process.Sample{}, err
	}
	output, err := os.Create(c.outputFile(o))
	if err != nil {
		return process.Sample{}, fmt.Errorf("make the output file of %s: %w", c.name, err)
	}
	defer output.Close()
	run := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	run.Env = append(os.Environ(), c.env...)
	var stderr strings.Builder
	run.Stdout, run.Stderr = output, &stderr
	s, err := process.Measure(run, filepath.Join(o.work, "tmp"))
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || !slices.Contains(c.codes, exit.ExitCode())) {
		return s, fmt.Errorf("run %s on the %s image: %w: %s", c.name, c.form, err, stderr.String())
	}
	return s, nil
}
