package main

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

// writeManyFiles makes one layer of three million files with a few bytes each, a thousand to a folder.
func writeManyFiles(name string) error {
	const files = 3_000_000
	return writeImage(name, 1, func(layer *tar.Writer, _ int) error {
		for i := range files {
			content := fmt.Appendf(nil, "file %d\n", i)
			if err := addFile(layer, fmt.Sprintf("srv/%04d/%03d.txt", i/1000, i%1000), int64(len(content)), func() error {
				_, err := layer.Write(content)
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeLargeFiles makes eight layers of one gigabyte: sixteen files of 64 MB of noise each.
func writeLargeFiles(name string) error {
	const layers, files, size = 8, 16, 64_000_000
	return writeImage(name, layers, func(layer *tar.Writer, index int) error {
		noise := rand.NewChaCha8([32]byte{byte(index)})
		for i := range files {
			err := addFile(layer, fmt.Sprintf("srv/data-%d-%d.bin", index, i), size, func() error {
				_, err := io.CopyN(layer, noise, size)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func addFile(layer *tar.Writer, name string, size int64, write func() error) error {
	if err := layer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size}); err != nil {
		return err
	}
	return write()
}

// writeImage writes a `docker save` archive with plain layers. Each layer is generated twice: once for its size and digest,
// which stand before it, and once into the archive.
func writeImage(name string, layers int, fill func(layer *tar.Writer, index int) error) (err error) {
	file, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	defer file.Close()
	buffered := bufio.NewWriterSize(file, 1<<20)
	archive := tar.NewWriter(buffered)
	diffIDs, paths := []string{}, []string{}
	for i := range layers {
		path := fmt.Sprintf("layer-%d/layer.tar", i)
		diffID, err := writeLayer(archive, path, func(layer *tar.Writer) error { return fill(layer, i) })
		if err != nil {
			return err
		}
		diffIDs, paths = append(diffIDs, diffID), append(paths, path)
	}
	config := map[string]any{"architecture": "amd64", "os": "linux", "config": map[string]any{}, "rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs}}
	if err := addJSON(archive, "config.json", config); err != nil {
		return err
	}
	manifest := []map[string]any{{"Config": "config.json", "RepoTags": []string{"seawall-extreme:1"}, "Layers": paths}}
	if err := addJSON(archive, "manifest.json", manifest); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

// counter counts what is written.
type counter int64

func (c *counter) Write(data []byte) (int, error) {
	*c += counter(len(data))
	return len(data), nil
}

func writeLayer(archive *tar.Writer, name string, fill func(*tar.Writer) error) (string, error) {
	var size counter
	digest := sha256.New()
	if err := writeTar(io.MultiWriter(&size, digest), fill); err != nil {
		return "", err
	}
	err := addFile(archive, name, int64(size), func() error { return writeTar(archive, fill) })
	return fmt.Sprintf("sha256:%x", digest.Sum(nil)), err
}

func writeTar(w io.Writer, fill func(*tar.Writer) error) error {
	layer := tar.NewWriter(w)
	if err := fill(layer); err != nil {
		return err
	}
	return layer.Close()
}

func addJSON(archive *tar.Writer, name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return addFile(archive, name, int64(len(data)), func() error {
		_, err := archive.Write(data)
		return err
	})
}
