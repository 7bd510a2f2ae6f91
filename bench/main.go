// Command bench compares Seawall with Syft, Grype and Trivy, and with the least work that can be done (bench/floor), on
// one image in two forms, and prints a Markdown table. See README.md in this folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// options are the command line.
type options struct {
	runs   int
	work   string
	shared string
	peers  []string
	base   string
}

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 5, "how often each command runs; the median counts")
	flag.StringVar(&o.work, "work", "bench/work", "folder for the image, the peers and all caches")
	flag.StringVar(&o.shared, "shared", "../shared", "folder with images/build-real-image and data")
	flag.StringVar(&o.base, "base", "", "folder in which build-real-image has already made the full image with Java (default: made below -work)")
	peers := flag.String("peers", "syft,grype,trivy", "peers to measure; they are built at their pinned versions if bench/work/bin lacks them")
	flag.Parse()
	o.peers = strings.FieldsFunc(*peers, func(r rune) bool { return r == ',' })
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	work, err := filepath.Abs(o.work)
	if err != nil {
		return fmt.Errorf("find the work folder: %w", err)
	}
	o.work = work
	if err := prepare(ctx, &o); err != nil {
		return err
	}
	commands := allCommands(o)
	results, err := measureAll(ctx, o, commands)
	if err != nil {
		return err
	}
	if err := writeTables(os.Stdout, commands, results); err != nil {
		return err
	}
	if err := writeAims(os.Stdout, commands, results); err != nil {
		return err
	}
	if err := compareReports(os.Stdout, o); err != nil {
		return err
	}
	return writeAgreement(os.Stdout, o)
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
