package image

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// spillSize is the size in bytes above which a file that must be read whole
// from a stream goes to an unlinked temporary file instead of memory.
const spillSize = 32 << 20

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

// taker gives content piece by piece: a tarReader or a sparseReader.
type taker interface {
	// take gives the next 1 to n bytes, and io.EOF after the last.
	take(n int) ([]byte, error)
	// begin gives the first n bytes, fewer of a shorter content, before any is
	// taken. What cannot be read is left out: take says why.
	begin(n int) []byte
}

// read takes a whole file from a tar. What fits into the tar's buffer is not
// copied, and what can be read again where it stands is not held. The content
// is valid until the next read from the tar.
func (b *fileBuffer) read(t *tarReader, size int64) (io.ReaderAt, error) {
	switch {
	case size <= bufferSize:
		return readBuffered(t, int(size))
	case t.content.again != nil:
		start := t.read
		return io.NewSectionReader(t.content.again, start, size), t.skipContent()
	}
	return b.copy(t, size)
}

// copy holds a whole file, in memory or in a temporary file.
func (b *fileBuffer) copy(t taker, size int64) (io.ReaderAt, error) {
	if size <= spillSize {
		return b.readToMemory(t, size)
	}
	return b.readToFile(t)
}

func readBuffered(t *tarReader, size int) (io.ReaderAt, error) {
	if size == 0 {
		return memory(nil), nil
	}
	if _, err := t.content.peek(size); err != nil {
		return nil, err
	}
	whole, err := t.take(size)
	if err == nil && len(whole) < size {
		err = io.ErrUnexpectedEOF
	}
	return memory(whole), err
}

func (b *fileBuffer) readToMemory(t taker, size int64) (io.ReaderAt, error) {
	if int64(cap(b.memory)) < size {
		b.memory = make([]byte, 0, size)
	}
	b.memory = b.memory[:0]
	err := eachChunk(t, func(chunk []byte) error {
		b.memory = append(b.memory, chunk...)
		return nil
	})
	return memory(b.memory), err
}

func (b *fileBuffer) readToFile(t taker) (io.ReaderAt, error) {
	b.close()
	file, err := UnlinkedFile()
	if err != nil {
		return nil, err
	}
	b.spill = file
	return file, eachChunk(t, func(chunk []byte) error {
		if _, err := file.Write(chunk); err != nil {
			return fmt.Errorf("cannot keep a large file while it is read: %w; free some space in %s or set TMPDIR", err, os.TempDir())
		}
		return nil
	})
}

// eachChunk takes all that is left, piece by piece.
func eachChunk(t taker, use func(chunk []byte) error) error {
	for {
		chunk, err := t.take(bufferSize)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := use(chunk); err != nil {
			return err
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

// OpenRegular opens a regular file for reading. Anything else is an error at
// once: opening a pipe would wait for its writer for ever.
func OpenRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is neither a file nor a folder")
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ReadRegular reads a regular file of at most limit bytes.
func ReadRegular(path string, limit int64) ([]byte, error) {
	file, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("%s has more than the %d bytes that are read", path, limit)
	}
	return content, err
}
