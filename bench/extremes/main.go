// Command extremes makes two images that are hard on memory, checks them with Seawall and prints what that took: one of
// three million tiny files, one of eight gigabytes that do not compress. It fails if Seawall needs more memory than
// promised, or does not see every file. Both images take 12 GB below -work and are kept for the next time.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"seawall/bench/process"
)

// extreme is one generated image and the anonymous memory in bytes that a check of it may take.
type extreme struct {
	name  string
	write func(name string) error
	limit int64
}

var extremes = []extreme{
	{"three million files", writeManyFiles, 1 << 30},
	{"eight gigabytes", writeLargeFiles, 200 << 20},
}

func main() {
	seawall := flag.String("seawall", "bin/seawall", "the program to measure")
	work := flag.String("work", "bench/work/extremes", "folder for the images")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *seawall, *work); err != nil {
		fmt.Fprintln(os.Stderr, "extremes:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seawall, work string) error {
	if err := os.MkdirAll(filepath.Join(work, "tmp"), 0o755); err != nil {
		return fmt.Errorf("make the work folder: %w", err)
	}
	fmt.Print("| image | CPU s | wall s | peak RSS MiB | anonymous MiB | allowed MiB | temporary files MB |\n|---|---|---|---|---|---|---|\n")
	var failures []error
	for _, e := range extremes {
		s, err := e.check(ctx, seawall, work)
		if err != nil {
			failures = append(failures, fmt.Errorf("check the image of %s: %w", e.name, err))
			continue
		}
		fmt.Printf("| %s | %.1f | %.1f | %d | %d | %d | %d |\n", e.name, s.CPU.Seconds(), s.Wall.Seconds(), s.RSS>>20, s.Anonymous>>20, e.limit>>20, s.Temporary/1e6)
		if s.Anonymous > e.limit {
			failures = append(failures, fmt.Errorf("the image of %s took %d MiB, more than %d", e.name, s.Anonymous>>20, e.limit>>20))
		}
	}
	return errors.Join(failures...)
}

func (e extreme) check(ctx context.Context, seawall, work string) (process.Sample, error) {
	archive := filepath.Join(work, strings.ReplaceAll(e.name, " ", "-")+".tar")
	if _, err := os.Stat(archive); err != nil {
		if err := e.write(archive); err != nil {
			return process.Sample{}, fmt.Errorf("make the image: %w", err)
		}
	}
	home := filepath.Join(work, "home")
	if err := os.RemoveAll(home); err != nil {
		return process.Sample{}, fmt.Errorf("empty Seawall's home: %w", err)
	}
	command := exec.CommandContext(ctx, seawall, "check", "--format", "json", "archive:"+archive)
	command.Env = append(os.Environ(), "SEAWALL_HOME="+home)
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	s, err := process.Measure(command, filepath.Join(work, "tmp"))
	if stdout.Len() == 0 {
		return s, fmt.Errorf("there is no report: %w: %s", err, stderr.String())
	}
	return s, complete(stdout.String())
}

// complete fails unless the report says that nothing of the image was left out.
func complete(text string) error {
	var report struct {
		Assets []struct {
			Status string
			Errors []any
		}
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		return fmt.Errorf("decode the report: %w", err)
	}
	for _, asset := range report.Assets {
		if asset.Status != "complete" {
			return fmt.Errorf("the image was read only in part: %v", asset.Errors)
		}
	}
	return nil
}
