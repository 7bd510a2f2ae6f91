package image

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// spillSize is the size in bytes above which a file that must be read whole
// from a stream goes to an unlinked temporary file instead of memory.
const spillSize = 16 << 20

// memory is a file's content in memory.
type memory []byte

func (m memory) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(p, m[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m memory) bytes() []byte { return m }

// fileBuffer holds the content of one file at a time and is used again for
// the next.
type fileBuffer struct {
	memory []byte
	spill  *os.File
}

// read takes a whole file from a tar. What is mapped, or stands
// whole in the stream's buffer, is not copied. The content is valid until the
// next read from the tar.
func (b *fileBuffer) read(t *tarReader, size int64) (io.ReaderAt, error) {
	if size == 0 {
		return memory(nil), nil
	}
	first, err := t.take(int(min(size, 1<<30)))
	if err != nil {
		return nil, err
	}
	if int64(len(first)) == size {
		return memory(first), nil
	}
	if size > spillSize {
		return b.readToFile(t, first)
	}
	return b.readToMemory(t, size, first)
}

func (b *fileBuffer) readToMemory(t *tarReader, size int64, first []byte) (io.ReaderAt, error) {
	if int64(cap(b.memory)) < size {
		b.memory = make([]byte, 0, size)
	}
	b.memory = append(b.memory[:0], first...)
	for {
		chunk, err := t.take(streamBuffer)
		if errors.Is(err, io.EOF) {
			return memory(b.memory), nil
		}
		if err != nil {
			return nil, err
		}
		b.memory = append(b.memory, chunk...)
	}
}

func (b *fileBuffer) readToFile(t *tarReader, chunk []byte) (io.ReaderAt, error) {
	b.close()
	file, err := UnlinkedFile()
	if err != nil {
		return nil, err
	}
	b.spill = file
	for {
		if _, err := file.Write(chunk); err != nil {
			return nil, fmt.Errorf("cannot keep a large file while it is read: %w; free some space in %s or set TMPDIR", err, os.TempDir())
		}
		chunk, err = t.take(streamBuffer)
		if errors.Is(err, io.EOF) {
			return file, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// close gives the spill file's space back.
func (b *fileBuffer) close() {
	if b.spill != nil {
		b.spill.Close()
		b.spill = nil
	}
}

// UnlinkedFile makes a temporary file without a name, which is gone when it is
// closed, however the process ends.
func UnlinkedFile() (*os.File, error) {
	file, err := os.CreateTemp("", "seawall-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file: %w; set TMPDIR to a folder that can be written", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot unlink the temporary file: %w", err)
	}
	return file, nil
}
