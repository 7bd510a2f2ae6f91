package store

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Draft is a new version in the making. Until Commit nothing of it is seen.
type Draft struct {
	Dir  string
	home string
	lock *os.File
	old  *Version
}

// Begin locks the database against other writers and makes a folder for a new
// version. End it with Commit or Discard.
func Begin(home string) (*Draft, error) {
	versions := filepath.Join(home, "db", "versions")
	if err := makeFolder(home, "db", "versions"); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(home, "db", "lock"))
	if err != nil {
		return nil, err
	}
	d := &Draft{home: home, lock: lock}
	if err := d.start(versions); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

func (d *Draft) start(versions string) error {
	// Left behind by a run that was killed: nobody else can be at work, as the
	// lock is ours.
	leftovers, err := filepath.Glob(filepath.Join(versions, ".new-*"))
	if err != nil {
		return err
	}
	for _, dir := range leftovers {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("cannot remove an unfinished database: %w", err)
		}
	}
	if d.Dir, err = os.MkdirTemp(versions, ".new-"); err != nil {
		return fmt.Errorf("cannot make a folder for the new database: %w", err)
	}
	// An unusable old database is no reason not to make a new one.
	d.old, _ = Open(d.home)
	return nil
}

func lockFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the advisory database: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		lock.Close()
		return nil, errors.New("another `seawall db` command is changing the advisory database: wait for it to end")
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("cannot lock the advisory database: %w", err)
	}
	return lock, nil
}

// Old gives the files of the version in use, none if there is no such.
func (d *Draft) Old() []File {
	if d.old == nil {
		return nil
	}
	return d.old.Manifest.Files
}

// Keep takes a file of the version in use over into the draft.
func (d *Draft) Keep(f File) error {
	return d.old.CopyTo(d.Dir, f)
}

// Seal fills in the size and hash of a file that was written into the draft.
func (d *Draft) Seal(f *File) error { return Seal(d.Dir, f) }

// Commit signs the manifest and switches to the new version. The one before
// stays for those who read it; older ones go.
func (d *Draft) Commit(files []File, now time.Time) error {
	defer d.lock.Close()
	key, err := LocalKey(d.home)
	if err != nil {
		return errors.Join(err, os.RemoveAll(d.Dir))
	}
	dir, err := d.publish(files, now, key)
	if err != nil {
		return errors.Join(fmt.Errorf("cannot switch to the new advisory database: %w", err), os.RemoveAll(d.Dir))
	}
	return d.removeOlder(dir)
}

func (d *Draft) publish(files []File, now time.Time, key ed25519.PrivateKey) (dir string, err error) {
	m := newManifest(files, now)
	if m.PageSums, err = writeSums(d.Dir, m.Files); err != nil {
		return "", err
	}
	if err := writeManifest(d.Dir, m, key); err != nil {
		return "", err
	}
	if err := d.openToAll(files); err != nil {
		return "", err
	}
	name := now.UTC().Format("20060102T150405") + strings.TrimPrefix(filepath.Base(d.Dir), ".new")
	dir = filepath.Join(filepath.Dir(d.Dir), name)
	if err := os.Rename(d.Dir, dir); err != nil {
		return "", err
	}
	d.Dir = dir
	db := filepath.Join(d.home, "db")
	next := filepath.Join(db, ".current")
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Symlink(filepath.Join("versions", name), next); err != nil {
		return "", err
	}
	return dir, os.Rename(next, filepath.Join(db, "current"))
}

// openToAll lets everybody read the version, whatever the umask was.
func (d *Draft) openToAll(files []File) error {
	for _, f := range files {
		if err := os.Chmod(filepath.Join(d.Dir, f.Name), 0o644); err != nil {
			return err
		}
	}
	return os.Chmod(d.Dir, 0o755)
}

func newManifest(files []File, now time.Time) Manifest {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return Manifest{Schema: Schema, Built: now.UTC(), Files: files}
}

func writeManifest(dir string, m Manifest, key ed25519.PrivateKey) error {
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if _, err := parseManifest(manifest); err != nil {
		return err
	}
	sig, err := sign(manifest, key)
	if err != nil {
		return err
	}
	return errors.Join(
		writeFile(filepath.Join(dir, manifestName), manifest, 0o644),
		writeFile(filepath.Join(dir, signatureName), sig, 0o644),
	)
}

func (d *Draft) removeOlder(current string) error {
	entries, err := os.ReadDir(filepath.Dir(current))
	if err != nil {
		return err
	}
	for _, e := range entries {
		dir := filepath.Join(filepath.Dir(current), e.Name())
		if dir == current || (d.old != nil && e.Name() == filepath.Base(d.old.Dir)) {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("the new advisory database is in use, but an older one cannot be removed: %w", err)
		}
	}
	return nil
}

// Discard removes the draft and leaves the version in use as it is.
func (d *Draft) Discard() error { return errors.Join(os.RemoveAll(d.Dir), d.lock.Close()) }

// VerifyOld reads a whole file of the version in use and compares it with the
// manifest: a damaged one is not to be kept as "unchanged".
func (d *Draft) VerifyOld(f File) error { return d.old.Verify(f) }

// Downloads gives the folder for downloads. It outlives the draft, so that one
// that broke off is resumed by the next.
func (d *Draft) Downloads() (string, error) {
	return filepath.Join(d.home, "db", "downloads"), makeFolder(d.home, "db", "downloads")
}
