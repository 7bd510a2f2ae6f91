package image

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestReadRegular: a store that others write can hold anything under a name.
func TestReadRegular(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path  string
		limit int64
		ok    bool
	}{
		"whole":     {file, 5, true},
		"too large": {file, 4, false},
		"pipe":      {pipe, 5, false},
		"folder":    {dir, 5, false},
		"missing":   {filepath.Join(dir, "gone"), 5, false},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := ReadRegular(test.path, test.limit)
			if (err == nil) != test.ok || test.ok && string(content) != "12345" {
				t.Errorf("got %q and %v", content, err)
			}
		})
	}
}
