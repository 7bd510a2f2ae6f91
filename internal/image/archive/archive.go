// Package archive opens images that are stored in files: `docker save`
// archives, and OCI layouts as a folder or a tar. Layers are mapped, not
// copied: nothing is unpacked to disk.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot open %s: it is neither a file nor a folder", path) // opening a pipe would wait for ever
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, cause(err))
	}
	defer file.Close() // the mapping stays
	img, err := OpenFile(ctx, file, o)
	if err != nil {
		return nil, fmt.Errorf("cannot read the image archive %s: %w", path, err)
	}
	img.Facts.Reference = path
	return img, nil
}

// OpenFile opens an archive that is open already. A compressed one is unpacked
// to a temporary file without a name, because its members are not in order.
func OpenFile(ctx context.Context, file *os.File, o Options) (*image.Image, error) {
	data, unmap, err := image.MapFile(file)
	if err != nil {
		return nil, err
	}
	if compression.Detect(data[:min(len(data), compression.HeaderSize)]) != compression.Plain {
		_ = unmap()
		if data, unmap, err = mapUnpacked(ctx, file); err != nil {
			return nil, err
		}
	}
	img, err := openTar(ctx, data, o)
	if err != nil {
		_ = unmap()
		return nil, err
	}
	img.Close = unmap
	return img, nil
}

// mapUnpacked maps what a compressed archive holds.
func mapUnpacked(ctx context.Context, file *os.File) ([]byte, func() error, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	plain, _, err := compression.NewReader(contextReader{ctx, file}, compression.Limit{})
	if err != nil {
		return nil, nil, err
	}
	defer plain.Close()
	unpacked, err := image.UnlinkedFile()
	if err != nil {
		return nil, nil, err
	}
	defer unpacked.Close()
	if _, err := io.CopyBuffer(onlyWriter{unpacked}, plain, make([]byte, 1<<20)); err != nil {
		return nil, nil, fmt.Errorf("cannot unpack it: %w", err)
	}
	return image.MapFile(unpacked)
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
func openTar(ctx context.Context, data []byte, o Options) (*image.Image, error) {
	members, err := index(data)
	if err != nil {
		return nil, err
	}
	if _, isLayout := members.get("index.json"); isLayout {
		return openLayout(ctx, members, o)
	}
	if _, isDocker := members.get("manifest.json"); isDocker {
		return openDocker(members, o)
	}
	return nil, errors.New("it is neither a `docker save` archive (there is no manifest.json) nor an OCI layout (there is no index.json)")
}

// openFolder opens an OCI layout that is a folder.
func openFolder(ctx context.Context, path string, o Options) (*image.Image, error) {
	folder := &folder{root: path, mapped: map[string][]byte{}}
	if _, found := folder.get("index.json"); !found {
		return nil, fmt.Errorf("%s is not an OCI layout (there is no index.json): for an unpacked file system write rootfs:%s", path, path)
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

// members give the content of a store by name.
type members interface {
	get(name string) ([]byte, bool)
}

// folder maps the files of a folder as they are asked for.
type folder struct {
	root   string
	mapped map[string][]byte
	unmaps []func() error
}

func (f *folder) get(name string) ([]byte, bool) {
	if data, known := f.mapped[name]; known {
		return data, true
	}
	if !filepath.IsLocal(name) || strings.ContainsRune(name, 0) {
		return nil, false
	}
	file, err := os.Open(filepath.Join(f.root, name))
	if err != nil {
		return nil, false
	}
	defer file.Close()
	data, unmap, err := image.MapFile(file)
	if err != nil {
		return nil, false
	}
	f.mapped[name] = data
	f.unmaps = append(f.unmaps, unmap)
	return data, true
}

func (f *folder) close() error {
	var errs []error
	for _, unmap := range f.unmaps {
		errs = append(errs, unmap())
	}
	return errors.Join(errs...)
}

// cause leaves out the path that an *os.PathError repeats.
func cause(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
