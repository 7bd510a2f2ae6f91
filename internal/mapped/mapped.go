// Package mapped opens files as read-only memory, whose pages are compared with
// checksums when they are first used.
package mapped

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// ErrDamaged says that a file's content is not what its checksums were made of.
var ErrDamaged = errors.New("the file is damaged")

// File is a file mapped into memory. Its bytes are valid until Close. Nobody
// may truncate a file that is mapped: Seawall replaces files by renaming. It may
// be used by several goroutines at once.
type File struct {
	// Data is the whole file; see Check.
	Data []byte

	name    string
	mapping []byte
	sums    []byte
	// intact has a bit for each page that was found to match its checksum.
	intact []atomic.Uint64
}

// New gives the content of a file that is in memory already.
func New(data []byte) *File { return &File{Data: data} }

// OpenFile opens a file that is to be mapped.
func OpenFile(path string) (*os.File, error) {
	// Without O_NONBLOCK a pipe in the place of the file would block for ever.
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// Map maps a regular file of 1 to max bytes, which may be closed then. Sums are
// what Checksums gave for it; without (nil) the caller vouches for the content.
func Map(f *os.File, max int64, sums []byte) (*File, error) {
	name := filepath.Base(f.Name())
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() < 1 || info.Size() > max {
		return nil, fmt.Errorf("%s is no file of 1 to %d bytes", name, max)
	}
	pages := Pages(info.Size())
	if sums != nil && len(sums) != pages*sumSize {
		return nil, fmt.Errorf("%w: %s has %d pages and checksums of %d", ErrDamaged, name, pages, len(sums)/sumSize)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("cannot map %s into memory: %w", name, err)
	}
	return &File{Data: data, name: name, mapping: data, sums: sums, intact: make([]atomic.Uint64, (pages+63)/64)}, nil
}

// Open opens and maps a file.
func Open(path string, max int64, sums []byte) (*File, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Map(f, max, sums)
}

// Check compares the pages that hold the bytes from..to-1 of Data with their
// checksums, each page once. Nothing of Data is to be relied on before.
func (f *File) Check(from, to uint64) error {
	if f.sums == nil || from >= to {
		return nil
	}
	if to > uint64(len(f.Data)) {
		return fmt.Errorf("%w: %s ends before byte %d", ErrDamaged, f.name, to)
	}
	for page := from / PageSize; page <= (to-1)/PageSize; page++ {
		word, bit := &f.intact[page/64], uint64(1)<<(page%64)
		if word.Load()&bit != 0 {
			continue
		}
		if !f.matches(page) {
			return fmt.Errorf("%w: the content of %s does not match its checksums", ErrDamaged, f.name)
		}
		word.Or(bit)
	}
	return nil
}

// Close unmaps the file.
func (f *File) Close() error {
	mapping := f.mapping
	f.Data, f.mapping = nil, nil
	if mapping == nil {
		return nil
	}
	return syscall.Munmap(mapping)
}
