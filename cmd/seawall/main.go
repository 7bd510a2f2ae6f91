// Seawall checks containers at every level: what is in an image, what is known
// to be wrong with it, and how it is configured. One file holds one command;
// this package only wires what internal/ does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the release build.
var version = "dev"

func main() {
	os.Exit(run(os.Args[1:]))
}

// run executes the command line and gives the exit code.
func run(args []string) int {
	// Half of the usual growth between collections: the heap is small, and
	// what a check holds in memory is what its users pay for.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once

	root := newRootCommand()
	root.SetArgs(withoutPluginName(args))
	err := root.ExecuteContext(ctx)
	if err != nil && err.Error() != "" {
		fmt.Fprintf(os.Stderr, "seawall: %v\n", err)
	}
	return exitCode(err)
}
