package store

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrNone says that there is no database.
var ErrNone = errors.New("there is no advisory database")

// Version is a version of the database on disk, with its manifest verified.
type Version struct {
	Dir      string
	Manifest *Manifest
	// sums are the checksums of the files' pages, nil if there are none.
	sums []byte
}

// Path gives the place of a file of the version.
func (v *Version) Path(f File) string { return filepath.Join(v.Dir, f.Name) }

// Open verifies the manifest of the database in use. The files it lists are
// checked by who opens them.
func Open(home string) (*Version, error) {
	db := filepath.Join(home, "db")
	// A version may be removed between the reading of the link and of the
	// manifest, if two switches happen just now: then the link is read again.
	for attempt := 1; ; attempt++ {
		target, err := os.Readlink(filepath.Join(db, "current"))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w in %s", ErrNone, home)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot open the advisory database: %w", err)
		}
		v, err := openVersion(home, filepath.Join(db, target))
		if err == nil || attempt == 10 || !errors.Is(err, fs.ErrNotExist) {
			return v, err
		}
	}
}

func openVersion(home, dir string) (*Version, error) {
	manifest, err := readBounded(filepath.Join(dir, manifestName), maxManifest)
	if err != nil {
		return nil, fmt.Errorf("cannot open the advisory database: %w", err)
	}
	sig, err := readBounded(filepath.Join(dir, signatureName), 4096)
	if err != nil {
		return nil, fmt.Errorf("cannot open the advisory database: %w", err)
	}
	local, err := readKey(filepath.Join(home, "keys", "local.pub"), ed25519.PublicKeySize)
	if err != nil {
		return nil, fmt.Errorf("cannot verify the advisory database: %w", err)
	}
	key, err := signer(manifest, sig)
	if err != nil {
		return nil, fmt.Errorf("the advisory database in %s is not used: %w; run `seawall db update`", home, err)
	}
	if !slices.Equal(key, local) {
		return nil, fmt.Errorf("the advisory database in %s is not used: it is signed by the key %s, not by the one in keys/local.pub; run `seawall db update`", home, Fingerprint(key))
	}
	m, err := parseManifest(manifest)
	if err != nil {
		return nil, fmt.Errorf("the advisory database in %s is not used: %w; run `seawall db update`", home, err)
	}
	return &Version{Dir: dir, Manifest: m, sums: readSums(dir, m)}, nil
}

// Verify reads a whole file and compares it with the manifest.
func (v *Version) Verify(f File) error {
	opened, err := os.Open(v.Path(f))
	if err != nil {
		return err
	}
	defer opened.Close()
	return f.verify(opened)
}

func (f File) verify(content io.Reader) error {
	sum, size, err := hashOf(content)
	if err != nil {
		return err
	}
	if size != f.Size || sum != f.SHA256 {
		return errors.New("its content is not what the manifest says")
	}
	return nil
}

// CopyTo puts a file of the version into another folder, as a hard link where
// the file system allows it.
func (v *Version) CopyTo(dir string, f File) error {
	from, to := v.Path(f), filepath.Join(dir, f.Name)
	if err := os.Link(from, to); err == nil {
		return nil
	}
	if err := copyFile(from, to); err != nil {
		return fmt.Errorf("cannot copy %s of the advisory database: %w", f.Label(), err)
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// Seal fills in the size and hash of a file in a folder.
func Seal(dir string, f *File) error {
	opened, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return err
	}
	defer opened.Close()
	f.SHA256, f.Size, err = hashOf(opened)
	return err
}

func hashOf(content io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(h, content)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
