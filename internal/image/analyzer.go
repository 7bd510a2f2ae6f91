package image

import (
	"context"
	"fmt"
	"io"
)

// Analyzer reads some of the files of a layer while the layer streams by. Its
// results are kept in the layer's record, so they must depend on nothing but
// the file: what needs other files or other layers is worked out after the
// merge, from the results.
type Analyzer struct {
	// Name and Version are part of the cache key: raise Version when the same
	// file would give another result.
	Name    string
	Version int
	// Patterns select the files. A file that matches any of them is read.
	Patterns []Pattern
	// MaxSize is the size in bytes above which a file is reported as a problem
	// instead of read; 0 stands for 32 MiB.
	MaxSize int64
	// Analyze gives what is to be kept of the file, nil for nothing. An error
	// is reported with the file's path, which it need not repeat; the other
	// files are read all the same. It is called from several goroutines at once.
	Analyze func(ctx context.Context, f File) ([]byte, error)
}

const defaultMaxSize = 32 << 20

func (a *Analyzer) maxSize() int64 {
	if a.MaxSize == 0 {
		return defaultMaxSize
	}
	return a.MaxSize
}

func (a *Analyzer) tooLarge(size int64) string {
	return fmt.Sprintf("the file has %d bytes, more than the %d that %s reads: it was not read", size, a.maxSize(), a.Name)
}

// Pattern selects files; all its non-empty parts must hold. Paths have no
// leading slash.
type Pattern struct {
	// Dir is the directory that the file stands in, in full: "var/lib/dpkg/info".
	Dir string
	// ParentSuffix is how the name of the file's directory ends: ".dist-info".
	ParentSuffix string
	// Base is the file's name, Suffix how it ends.
	Base, Suffix string
	// Executable asks for an execute bit in the mode.
	Executable bool
	// Magic is how the content begins, at most 16 bytes.
	Magic string
}

// File is a regular file as an Analyzer gets it. It is valid during the call only.
type File struct {
	Path string
	Size int64
	Mode uint32
	// Content reads the file's bytes, where they stand or from a buffer.
	Content io.ReaderAt
}

// Bytes reads the whole content. The slice may be shared with a
// buffer that is used again: don't change it and don't keep it.
func (f File) Bytes() ([]byte, error) {
	if b, ok := f.Content.(byteser); ok {
		return b.bytes(), nil
	}
	content := make([]byte, f.Size)
	if _, err := f.Content.ReadAt(content, 0); err != nil && err != io.EOF {
		return nil, err
	}
	return content, nil
}

// byteser is content that is in memory already.
type byteser interface{ bytes() []byte }

// Result is what an Analyzer kept of one file that is visible in the image.
type Result struct {
	Path  string
	Layer int
	Data  []byte
}
