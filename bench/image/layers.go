package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ownLayer is a layer that we made, in both forms.
type ownLayer struct {
	plain, compressed part
}

// source is a file of the Go distribution and its size.
type source struct {
	name string
	size int64
}

// makeLayers fills ownLayers layers with as many bytes together, as far as the Go distribution reaches.
func makeLayers(ctx context.Context, dir string, bytes int64) ([]ownLayer, error) {
	root, err := goRoot(ctx)
	if err != nil {
		return nil, err
	}
	files, err := sources(root)
	if err != nil {
		return nil, fmt.Errorf("read the Go distribution: %w", err)
	}
	var layers []ownLayer
	for i := range ownLayers {
		var chosen []source
		for size := int64(0); len(files) > 0 && size < bytes/ownLayers; files = files[1:] {
			chosen, size = append(chosen, files[0]), size+tarSize(files[0].size)
		}
		layer, err := makeLayer(filepath.Join(dir, fmt.Sprintf("layer%d", i)), root, chosen)
		if err != nil {
			return nil, fmt.Errorf("make a layer: %w", err)
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

// tarSize is the room that a file takes in an archive: its header and its content in blocks of 512 bytes.
func tarSize(size int64) int64 {
	return 512 + (size+511)/512*512
}

func goRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(output)), nil
}

// sources lists the regular files of the Go distribution in lexical order.
func sources(root string) ([]source, error) {
	var files []source
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files = append(files, source{name: name, size: info.Size()})
		return nil
	})
	return files, err
}

// output is a file that is hashed while it is written.
type output struct {
	file *os.File
	hash hash.Hash
	size int64
}

func newOutput(name string) (*output, error) {
	file, err := os.Create(name)
	return &output{file: file, hash: sha256.New()}, err
}

func (o *output) Write(data []byte) (int, error) {
	o.hash.Write(data)
	n, err := o.file.Write(data)
	o.size += int64(n)
	return n, err
}

func (o *output) finish() (part, error) {
	digest := fmt.Sprintf("sha256:%x", o.hash.Sum(nil))
	return part{file: o.file.Name(), size: o.size, digest: digest}, o.file.Close()
}

// makeLayer writes the files below /usr/local/go of a layer, plain and compressed.
func makeLayer(name, root string, files []source) (layer ownLayer, err error) {
	plain, err := newOutput(name + ".tar")
	if err != nil {
		return layer, err
	}
	small, err := newOutput(name + ".tar.gz")
	if err != nil {
		return layer, err
	}
	compressor := gzip.NewWriter(small)
	archive := tar.NewWriter(io.MultiWriter(plain, compressor))
	for _, file := range files {
		if err := addFile(archive, root, file); err != nil {
			return layer, err
		}
	}
	if err := archive.Close(); err != nil {
		return layer, err
	}
	if err := compressor.Close(); err != nil {
		return layer, err
	}
	if layer.plain, err = plain.finish(); err != nil {
		return layer, err
	}
	layer.compressed, err = small.finish()
	return layer, err
}

func addFile(archive *tar.Writer, root string, file source) error {
	content, err := os.Open(filepath.Join(root, file.name))
	if err != nil {
		return err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: "usr/local/go/" + file.name, Size: file.size,
		Mode: int64(info.Mode().Perm()), ModTime: time.Unix(1735689600, 0),
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, content)
	return err
}
