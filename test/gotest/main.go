// Command gotest runs `go test -json` with its arguments and prints what a person wants to know: a line per package, the
// output of failed tests, every skipped test with its reason, and a closing line of counts.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code, err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
	}
	os.Exit(code)
}

// run returns the exit code of go test.
func run(ctx context.Context, args []string, out io.Writer) (int, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	command.Stderr = os.Stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return 1, fmt.Errorf("read the output of go test: %w", err)
	}
	if err := command.Start(); err != nil {
		return 1, fmt.Errorf("start go test: %w", err)
	}
	summary := newSummary(out)
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		summary.add(lines.Bytes())
	}
	scanErr := lines.Err()
	_, _ = io.Copy(io.Discard, events) // after a scan error go test must still be able to end
	err = command.Wait()
	summary.print()
	var exit *exec.ExitError
	switch {
	case scanErr != nil:
		return 1, fmt.Errorf("read the output of go test: %w", scanErr)
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1), nil
	case err != nil:
		return 1, fmt.Errorf("run go test: %w", err)
	case summary.passed == 0:
		return 1, errors.New("no test ran")
	}
	return 0, nil
}
