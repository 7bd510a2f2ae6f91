package report

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestConsoleOptions(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	terminal := openTerminal(t, 83)
	for _, test := range []struct {
		name        string
		out         *os.File
		environment map[string]string
		want        Options
	}{
		{"terminal", terminal, nil, Options{Width: 83, Color: true}},
		{"terminal with NO_COLOR", terminal, map[string]string{"NO_COLOR": "1"}, Options{Width: 83}},
		{"dumb terminal", terminal, map[string]string{"TERM": "dumb"}, Options{Width: 83}},
		{"COLUMNS", terminal, map[string]string{"COLUMNS": "60"}, Options{Width: 60, Color: true}},
		{"COLUMNS that is no number", terminal, map[string]string{"COLUMNS": "-3x"}, Options{Width: 83, Color: true}},
		{"file", file, nil, Options{}},
		{"file with COLUMNS", file, map[string]string{"COLUMNS": "60"}, Options{Width: 60}},
	} {
		if got := ConsoleOptions(test.out, func(name string) string { return test.environment[name] }); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

// openTerminal makes a real pseudo-terminal with a width.
func openTerminal(t *testing.T, columns uint16) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("skipped: no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: 24}); err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal
}
