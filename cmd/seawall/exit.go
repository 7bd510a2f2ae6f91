package main

import "errors"

// The exit codes: wrong usage first, then findings, then work that was asked
// for and could not be done.
const (
	exitDone       = 0
	exitIncomplete = 1
	exitUsage      = 2
	exitFindings   = 3
)

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// silentError ends the program with a code when all has been said.
type silentError int

func (silentError) Error() string { return "" }

func exitCode(err error) int {
	var silent silentError
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &silent):
		return int(silent)
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitIncomplete
}
