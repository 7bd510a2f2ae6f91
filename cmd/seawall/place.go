package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// place is where an --output goes. A file is replaced as a whole, so that
// whoever reads it never sees half a report.
type place struct {
	path string
	// inPlace is how to open what cannot be replaced (a pipe, a device, a file
	// in a folder that may not be changed): os.O_APPEND or os.O_TRUNC. It is 0
	// for what can.
	inPlace int
}

// findPlace finds out how a path can be written, without changing it.
func findPlace(path string) (place, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := tryBeside(path); err != nil {
			return place{}, fmt.Errorf("%s cannot be made: %w", path, err)
		}
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return place{}, err
		}
		target, err := filepath.Abs(filepath.Join(folder, filepath.Base(path)))
		return place{path: target}, err
	case err != nil:
		return place{}, err
	case info.IsDir():
		return place{}, fmt.Errorf("%s is a folder", path)
	}
	if err := unix.Access(path, unix.W_OK); err != nil {
		return place{}, &fs.PathError{Op: "write", Path: path, Err: err}
	}
	if !info.Mode().IsRegular() || isDescriptor(path) {
		return place{path: path, inPlace: os.O_APPEND}, nil
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return place{}, err
	}
	if target, err = filepath.Abs(target); err != nil {
		return place{}, err
	}
	inPlace := 0
	if tryBeside(target) != nil {
		inPlace = os.O_TRUNC // the file may be written but its folder not
	}
	return place{path: target, inPlace: inPlace}, nil
}

// isDescriptor recognizes /dev/stdout and the like: another program has the
// file behind it open, so it must stay the same file.
func isDescriptor(path string) bool {
	return strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")
}

// tryBeside makes sure that a file can be made beside path.
func tryBeside(path string) error {
	file, err := createBeside(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func createBeside(path string) (*os.File, error) {
	return os.OpenFile(fmt.Sprintf("%s.%d.tmp", path, os.Getpid()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// write writes a content to the place.
func (p place) write(content func(io.Writer) error) error {
	if p.inPlace != 0 {
		return p.overwrite(content)
	}
	err := p.replace(content)
	if errors.Is(err, unix.EBUSY) { // a mount point, as of a file given to a container
		p.inPlace = os.O_TRUNC
		return p.overwrite(content)
	}
	return err
}

func (p place) overwrite(content func(io.Writer) error) error {
	file, err := os.OpenFile(p.path, os.O_WRONLY|p.inPlace, 0)
	if err != nil {
		return err
	}
	return fill(file, content)
}

func (p place) replace(content func(io.Writer) error) error {
	file, err := createBeside(p.path)
	if err != nil {
		return err
	}
	if info, statErr := os.Stat(p.path); statErr == nil {
		err = file.Chmod(info.Mode().Perm())
	}
	if err = errors.Join(err, fill(file, content)); err == nil {
		err = os.Rename(file.Name(), p.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// fill writes a content and closes the file.
func fill(file *os.File, content func(io.Writer) error) error {
	buffered := bufio.NewWriter(file)
	err := content(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	return errors.Join(err, file.Close())
}
