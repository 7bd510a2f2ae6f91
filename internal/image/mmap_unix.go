//go:build unix

package image

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// MapFile maps a whole file for reading. unmap gives it back, after which data
// must not be touched.
func MapFile(file *os.File) (data []byte, unmap func() error, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", file.Name())
	}
	if info.Size() == 0 {
		return nil, func() error { return nil }, nil
	}
	data, err = unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot map %s: %w", file.Name(), err)
	}
	_ = unix.Madvise(data, unix.MADV_SEQUENTIAL) // only a hint
	return data, func() error { return unix.Munmap(data) }, nil
}
