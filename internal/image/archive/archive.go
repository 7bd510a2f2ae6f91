// Package archive opens images that are stored in files: `docker save`
// archives, and OCI layouts as a folder or a tar. Layers are read where
// they stand: nothing is unpacked to disk.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"seawall/internal/image"
	"seawall/internal/image/compression"
	"seawall/internal/image/manifest"
)

// Options say which image of a store of several is meant.
type Options struct {
	// Select is a tag, a reference or a digest; "" if there is only one image.
	Select   string
	Platform manifest.Platform
}

// Open opens an archive or an OCI layout by its path.
func Open(ctx context.Context, path string, o Options) (*image.Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, cause(err))
	}
	if info.IsDir() {
		return openFolder(ctx, path, o)
	}
	file, err := image.OpenRegular(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, cause(err))
	}
	img, err := OpenFile(ctx, file, o)
	if err != nil {
		return nil, fmt.Errorf("cannot read the image archive %s: %w", path, err)
	}
	img.Facts.Reference = path
	return img, nil
}

// OpenFile opens an archive that is open already, and closes it in the end, at
// once if it cannot be read. A compressed one is unpacked to a temporary file
// without a name, because its members are not in order.
func OpenFile(ctx context.Context, file *os.File, o Options) (*image.Image, error) {
	plain, err := unpacked(ctx, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	img, err := openTar(ctx, plain, o)
	if err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	img.Close = plain.Close
	return img, nil
}

// unpacked gives the file itself, or in its place what it holds compressed.
func unpacked(ctx context.Context, file *os.File) (*os.File, error) {
	header := make([]byte, compression.HeaderSize)
	n, err := file.ReadAt(header, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch compression.Detect(header[:n]) {
	case compression.Gzip, compression.Zstd:
	default:
		return file, nil
	}
	plain, _, err := compression.NewReader(contextReader{ctx, file}, compression.Limit{})
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	into, err := image.UnlinkedFile()
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyBuffer(onlyWriter{into}, plain, make([]byte, 1<<20)); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot unpack it: %w", err), into.Close())
	}
	return into, file.Close()
}

// contextReader stops a long read when the context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// onlyWriter hides ReadFrom, so that io.CopyBuffer uses the buffer.
type onlyWriter struct{ io.Writer }

// openTar tells a Docker archive from an OCI layout. Docker writes both since
// version 25; the layout says more.
func openTar(ctx context.Context, file io.ReaderAt, o Options) (*image.Image, error) {
	if err := refuseOther(file); err != nil {
		return nil, err
	}
	members, err := index(file)
	if err != nil {
		return nil, err
	}
	if _, err := members.get("index.json"); err == nil {
		return openLayout(ctx, members, o)
	}
	if _, err := members.get("manifest.json"); err == nil {
		return openDocker(members, o)
	}
	return nil, errors.New("it is neither a `docker save` archive (there is no manifest.json) nor an OCI layout (there is no index.json)")
}

// openFolder opens an OCI layout that is a folder.
func openFolder(ctx context.Context, path string, o Options) (*image.Image, error) {
	folder := &folder{root: path, opened: map[string]*os.File{}}
	if _, err := folder.get("index.json"); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not an OCI layout (there is no index.json): for an unpacked file system write rootfs:%s", path, path)
	} else if err != nil {
		return nil, fmt.Errorf("cannot read the OCI layout %s: index.json: %w", path, err)
	}
	img, err := openLayout(ctx, folder, o)
	if err != nil {
		_ = folder.close()
		return nil, fmt.Errorf("cannot read the OCI layout %s: %w", path, err)
	}
	img.Facts.Reference = path
	img.Close = folder.close
	return img, nil
}

// members give the content of a store by name. Of what is not there the error
// is fs.ErrNotExist.
type members interface {
	get(name string) (*io.SectionReader, error)
}

// document reads a small member.
func document(m members, name string, limit int64) ([]byte, error) {
	member, err := m.get(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: save the image again", name)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	if member.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, member.Size(), limit)
	}
	content := make([]byte, member.Size())
	if _, err := member.ReadAt(content, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot read %s: %w", name, cause(err))
	}
	return content, nil
}

// folder opens the files of a folder as they are asked for.
type folder struct {
	root   string
	opened map[string]*os.File
}

func (f *folder) get(name string) (*io.SectionReader, error) {
	file, known := f.opened[name]
	if !known {
		if !filepath.IsLocal(name) || strings.ContainsRune(name, 0) {
			return nil, fs.ErrNotExist
		}
		var err error
		if file, err = image.OpenRegular(filepath.Join(f.root, name)); err != nil {
			return nil, cause(err)
		}
		f.opened[name] = file
	}
	info, err := file.Stat()
	if err != nil {
		return nil, cause(err)
	}
	return io.NewSectionReader(file, 0, info.Size()), nil
}

func (f *folder) close() error {
	var errs []error
	for _, file := range f.opened {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// cause leaves out the path that an *fs.PathError repeats, and says what to do
// where a right is missing.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w, run as root or as a user who may read it", err)
	}
	return err
}
