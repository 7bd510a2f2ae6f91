// Seawall checks containers at every level: what is in an image, what is known
// to be wrong with it, and how it is configured. One file holds one command;
// this package only wires what internal/ does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"seawall/internal/report"
	"seawall/internal/wording"
)

// version is set by the release build.
var version = "dev"

func main() {
	os.Exit(run(os.Args[1:]))
}

// grace is how long an interrupted run may take to write what it has. Work that
// does not watch for interrupts, on input made to be slow, is cut off then.
const grace = 5 * time.Second

// endAfterGrace ends the program if an interrupted run does not finish.
func endAfterGrace(finished <-chan struct{}) {
	select {
	case <-finished:
	case <-time.After(grace):
		fmt.Fprintln(os.Stderr, "seawall: stopped before the end, without a report")
		os.Exit(exitIncomplete)
	}
}

// printable keeps what a file's name or a server says from acting on the
// terminal or filling it. Lines stay lines.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = report.Escape(wording.Cut(line))
	}
	return strings.Join(lines, "\n")
}

// interrupted puts the failure of an interrupted command into words. Commands
// that write what they have so far end with a silentError instead.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))) {
		return errors.New("interrupted before the end, nothing was changed")
	}
	return err
}

// run executes the command line and gives the exit code.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	finished := make(chan struct{})
	defer close(finished)
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the program at once
		endAfterGrace(finished)
	})

	root := newRootCommand()
	root.SetArgs(withoutPluginName(args))
	err := interrupted(ctx, root.ExecuteContext(ctx))
	if err != nil && err.Error() != "" {
		fmt.Fprintf(os.Stderr, "seawall: %s\n", printable(err.Error()))
	}
	return exitCode(err)
}
