// Package mapped opens files as read-only memory.
package mapped

import (
	"fmt"
	"os"
	"syscall"
)

// File is a file mapped into memory. Its bytes are valid until Close. Nobody
// may truncate a file that is mapped: Seawall replaces files by renaming.
type File struct {
	Data []byte
}

// Open maps a regular file of 1 to max bytes.
func Open(path string, max int64) (*File, error) {
	// Without O_NONBLOCK a pipe in the place of the file would block for ever.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() < 1 || info.Size() > max {
		return nil, fmt.Errorf("%s is no file of 1 to %d bytes", path, max)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("cannot map %s into memory: %w", path, err)
	}
	return &File{Data: data}, nil
}

// Close unmaps the file.
func (f *File) Close() error {
	data := f.Data
	f.Data = nil
	if data == nil {
		return nil
	}
	return syscall.Munmap(data)
}
