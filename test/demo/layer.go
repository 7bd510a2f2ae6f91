package main

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"strings"
	"time"
)

// layer is one uncompressed image layer under construction.
type layer struct {
	file *os.File
	hash hash.Hash // over the tar stream: its digest is the diff ID
	tar  *tar.Writer
	seen map[string]bool // directories and links that are already in the layer
	now  time.Time
}

func newLayer(name string) (*layer, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("make a layer: %w", err)
	}
	l := &layer{file: file, hash: sha256.New(), seen: map[string]bool{}, now: time.Now().Truncate(time.Second)}
	l.tar = tar.NewWriter(io.MultiWriter(file, l.hash))
	return l, nil
}

// close ends the layer and returns its diff ID.
func (l *layer) close() (string, error) {
	if err := l.tar.Close(); err != nil {
		return "", fmt.Errorf("end layer %s: %w", l.file.Name(), err)
	}
	if err := l.file.Close(); err != nil {
		return "", fmt.Errorf("end layer %s: %w", l.file.Name(), err)
	}
	return fmt.Sprintf("%x", l.hash.Sum(nil)), nil
}

// copy writes one entry of another archive; directories that are already there are left out.
func (l *layer) copy(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeDir || header.Typeflag == tar.TypeSymlink {
		if l.seen[path.Clean(header.Name)] {
			return nil
		}
		l.seen[path.Clean(header.Name)] = true
	}
	header.Format = tar.FormatUnknown // lets the writer choose what the names and numbers need
	if err := l.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s to layer %s: %w", header.Name, l.file.Name(), err)
	}
	if _, err := io.Copy(l.tar, content); err != nil {
		return fmt.Errorf("write %s to layer %s: %w", header.Name, l.file.Name(), err)
	}
	return nil
}

func (l *layer) addFile(name string, mode int64, content string) error {
	if err := l.addDir(path.Dir(name)); err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content)), ModTime: l.now}
	return l.copy(header, strings.NewReader(content))
}

// addDir adds a directory and its parents, all with mode 755 and owned by root.
func (l *layer) addDir(name string) error {
	if name == "." {
		return nil
	}
	if err := l.addDir(path.Dir(name)); err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, ModTime: l.now}
	return l.copy(header, strings.NewReader(""))
}

func (l *layer) addSymlink(name, target string) error {
	header := &tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777, ModTime: l.now}
	return l.copy(header, strings.NewReader(""))
}
