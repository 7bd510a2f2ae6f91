package report

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ConsoleOptions gives the width and the colours that suit the file which the
// report is written to: none but on a terminal that can show them and where
// NO_COLOR (no-color.org) is not set. COLUMNS overrides the terminal's width.
func ConsoleOptions(out *os.File, getenv func(string) string) Options {
	var o Options
	size, err := unix.IoctlGetWinsize(int(out.Fd()), unix.TIOCGWINSZ)
	if err == nil {
		o.Width = int(size.Col)
		o.Color = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	}
	if columns, err := strconv.Atoi(getenv("COLUMNS")); err == nil && columns > 0 {
		o.Width = columns
	}
	return o
}
