package store

import (
	"archive/tar"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"
)

// WriteBundle packs the files of a folder into one portable file, a tar archive
// compressed with zstd: manifest.json, manifest.sig, then the files. The output
// appears only when it is whole.
func WriteBundle(ctx context.Context, dir string, files []File, now time.Time, key ed25519.PrivateKey, output string) (err error) {
	if err := writeManifest(dir, newManifest(files, now), key); err != nil {
		return fmt.Errorf("cannot write the manifest of the database file: %w", err)
	}
	out, err := os.CreateTemp(filepath.Dir(output), "."+filepath.Base(output)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write the database file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	err = errors.Join(pack(ctx, dir, files, out), out.Chmod(0o644), out.Sync(), out.Close())
	if err != nil {
		return fmt.Errorf("cannot write the database file %s: %w", output, err)
	}
	return os.Rename(out.Name(), output)
}

func pack(ctx context.Context, dir string, files []File, out io.Writer) error {
	packed, err := zstd.NewWriter(out)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(packed)
	names := []string{manifestName, signatureName}
	for _, f := range files {
		names = append(names, f.Name)
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, packed.Close())
		}
		if err := packFile(archive, filepath.Join(dir, name)); err != nil {
			return errors.Join(err, packed.Close())
		}
	}
	return errors.Join(archive.Close(), packed.Close())
}

func packFile(archive *tar.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: filepath.Base(path), Mode: 0o644, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}

// Bundle is what was imported from a portable file.
type Bundle struct {
	Files []File
	// Signer is the fingerprint of the key that signed it. Learned is true if
	// the key is trusted only since this import.
	Signer  string
	Learned bool
}

// ReadBundle checks the signature of a portable file, then unpacks its files
// into the draft, each checked against the manifest while it is written.
func (d *Draft) ReadBundle(ctx context.Context, path string, trust Trust) (*Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the database file: %w", err)
	}
	defer f.Close()
	bundle, err := d.unpack(ctx, f, trust)
	if err != nil {
		return nil, fmt.Errorf("cannot import the database file %s: %w", path, err)
	}
	return bundle, nil
}

func (d *Draft) unpack(ctx context.Context, in io.Reader, trust Trust) (*Bundle, error) {
	unpacked, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	archive := tar.NewReader(unpacked)
	manifest, err := member(archive, manifestName, maxManifest)
	if err != nil {
		return nil, err
	}
	sig, err := member(archive, signatureName, 4096)
	if err != nil {
		return nil, err
	}
	key, err := signer(manifest, sig)
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(manifest)
	if err != nil {
		return nil, err
	}
	unknown, err := trust.check(key)
	if err != nil {
		return nil, err
	}
	bundle := &Bundle{Signer: Fingerprint(key), Learned: unknown}
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := d.unpackFile(archive, f); err != nil {
			return nil, err
		}
		f.Signer = bundle.Signer
		bundle.Files = append(bundle.Files, f)
	}
	if unknown {
		return bundle, trust.add(key)
	}
	return bundle, nil
}

// member reads the next member of the archive, which must have this name.
func member(archive *tar.Reader, name string, max int64) ([]byte, error) {
	header, err := archive.Next()
	if err != nil || header.Name != name || header.Size > max {
		return nil, errors.Join(fmt.Errorf("it is no Seawall database file: %s is not where it should be", name), err)
	}
	return io.ReadAll(io.LimitReader(archive, max))
}

func (d *Draft) unpackFile(archive *tar.Reader, f File) error {
	header, err := archive.Next()
	if err != nil || header.Name != f.Name || header.Size != f.Size {
		return errors.Join(fmt.Errorf("it does not hold %s as its manifest says", f.Name), err)
	}
	out, err := os.OpenFile(filepath.Join(d.Dir, f.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), archive)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("cannot unpack %s: %w", f.Name, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("the content of %s is not what its manifest says", f.Name)
	}
	return nil
}
