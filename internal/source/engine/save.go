package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"

	"seawall/internal/image"
	"seawall/internal/image/archive"
)

// openSave has the engine export the image. The index of the archive stands at
// its end, so it is kept in a file without a name until it has been read.
func (s *source) openSave(ctx context.Context) (*image.Image, error) {
	want := s.want()
	var platform *v1.Platform
	if s.found.Descriptor != nil { // an image store that holds several
		platform = &v1.Platform{OS: want.OS, Architecture: want.Architecture, Variant: want.Variant}
	}
	stream, err := s.client.SaveImage(ctx, s.found.ID, platform)
	if err != nil {
		return nil, fmt.Errorf("the engine does not export it: %w", err)
	}
	defer stream.Close()
	file, err := image.UnlinkedFile()
	if err != nil {
		return nil, err
	}
	if err := keep(file, stream); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return archive.OpenFile(ctx, file, archive.Options{Platform: want})
}

func keep(file *os.File, stream io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{file}, stream, make([]byte, 1<<20))
	if errors.Is(err, unix.ENOSPC) {
		return fmt.Errorf("there is no room for the exported image in %s, set TMPDIR to a folder with more: %w", os.TempDir(), err)
	}
	if err != nil {
		return fmt.Errorf("the engine's export broke off: %w", err)
	}
	return nil
}
