package image

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"seawall/internal/asset"
)

// maxDepth bounds how deep folders are followed; each level holds one open file.
const maxDepth = 512

// dirScanner makes a record of an unpacked folder: one of overlayfs's layers,
// or a whole root file system. It never leaves the folder: it opens each name
// relative to its directory and follows no symbolic link.
type dirScanner struct {
	collector
	hash   hash.Hash // nil to leave the hashes out
	skip   map[string]bool
	buffer []byte
	inodes map[inode]int // rows of files with several names
}

// inode identifies a file with several names.
type inode struct{ dev, ino uint64 }

// scanDir reads a folder. Folders named in skip (paths below root) are left out.
func scanDir(ctx context.Context, root string, m *matcher, hashes bool, skip map[string]bool) (*Record, error) {
	s := &dirScanner{collector: collector{matcher: m, record: &Record{}}, skip: skip, inodes: map[inode]int{}}
	if hashes {
		s.hash, s.buffer = sha256.New(), make([]byte, bufferSize)
	}
	dir, err := os.Open(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	err = s.walk(ctx, dir, "", 0)
	s.record.seal()
	return s.record, err
}

// walk reads one directory. Only cancellation ends the whole walk: what cannot
// be read is that path's problem.
func (s *dirScanner) walk(ctx context.Context, dir *os.File, path string, depth int) error {
	for {
		names, err := dir.Readdirnames(1024)
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.entry(ctx, dir, name, joinPath(path, name), depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			s.failed(path, err)
			return nil
		}
	}
}

func (s *dirScanner) entry(ctx context.Context, dir *os.File, name, path string, depth int) error {
	var stat unix.Stat_t
	if err := unix.Fstatat(int(dir.Fd()), name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		if !errors.Is(err, unix.ENOENT) {
			s.failed(path, err)
		}
		return nil // gone since it was listed
	}
	e := asset.FileEntry{Mode: uint32(stat.Mode) & 0o7777, UID: stat.Uid, GID: stat.Gid, ModTime: time.Unix(stat.Mtim.Unix())}
	switch uint32(stat.Mode) & unix.S_IFMT {
	case unix.S_IFREG:
		return s.regular(ctx, dir, name, path, &stat, e)
	case unix.S_IFDIR:
		return s.directory(ctx, dir, name, path, depth, e)
	case unix.S_IFLNK:
		return s.symlink(dir, name, path, e)
	case unix.S_IFCHR:
		e.Type = asset.CharDevice
		if stat.Rdev == 0 {
			e = asset.FileEntry{Type: whiteout} // as overlayfs marks a removed name
		}
	case unix.S_IFBLK:
		e.Type = asset.BlockDevice
	case unix.S_IFIFO:
		e.Type = asset.FIFO
	default:
		return nil // a socket is no part of an image
	}
	return s.add(path, "", e)
}

func (s *dirScanner) add(path, link string, e asset.FileEntry) error {
	if len(path) > maxPath || s.record.count >= maxEntries || !s.record.add([]byte(path), []byte(link), e, 0) {
		return fmt.Errorf("the folder has more than %d entries or paths too long to keep", maxEntries)
	}
	return nil
}

func (s *dirScanner) symlink(dir *os.File, name, path string, e asset.FileEntry) error {
	target := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(dir.Fd()), name, target)
	if err != nil {
		s.failed(path, err)
		return nil
	}
	e.Type = asset.Symlink
	return s.add(path, string(target[:n]), e)
}

func (s *dirScanner) directory(ctx context.Context, above *os.File, name, path string, depth int, e asset.FileEntry) error {
	e.Type = asset.Directory
	if err := s.add(path, "", e); err != nil || s.skip[path] {
		return err
	}
	if depth == maxDepth {
		s.problem(path, fmt.Sprintf("folders are nested more than %d deep", maxDepth))
		return nil
	}
	dir, err := openAt(above, name, unix.O_DIRECTORY)
	if err != nil {
		s.failed(path, err)
		return nil
	}
	defer dir.Close()
	if isOpaque(dir) {
		if err := s.add(path, "", asset.FileEntry{Type: opaque}); err != nil {
			return err
		}
	}
	return s.walk(ctx, dir, path, depth+1)
}

func openAt(dir *os.File, name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// isOpaque tells if overlayfs hides what lower layers have in a directory
// (Linux, Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").
func isOpaque(dir *os.File) bool {
	var value [1]byte
	for _, name := range []string{"trusted.overlay.opaque", "user.overlay.opaque"} {
		if n, err := unix.Fgetxattr(int(dir.Fd()), name, value[:]); err == nil && n == 1 && value[0] == 'y' {
			return true
		}
	}
	return false
}

// regular reads a regular file: for its hash, for the analyzers, or not at all.
func (s *dirScanner) regular(ctx context.Context, dir *os.File, name, path string, stat *unix.Stat_t, e asset.FileEntry) error {
	e.Type, e.Size = asset.Regular, stat.Size
	candidates := s.matcher.match(nil, []byte(path), e.Mode)
	if row, known := s.seen(stat); known && len(candidates) == 0 {
		known := s.record.rowAt(row)
		e.SHA256, e.Capabilities = known.sha256(), string(s.record.text(known.capabilityAt()))
	} else if err := s.read(ctx, dir, name, path, candidates, &e); err != nil {
		return err
	}
	if stat.Nlink > 1 {
		s.inodes[inode{uint64(stat.Dev), stat.Ino}] = s.record.count
	}
	s.record.size += e.Size
	return s.add(path, "", e)
}

func (s *dirScanner) seen(stat *unix.Stat_t) (int, bool) {
	if stat.Nlink < 2 {
		return 0, false
	}
	row, known := s.inodes[inode{uint64(stat.Dev), stat.Ino}]
	return row, known
}

// read opens a file if its content, or an attribute of it, is asked for.
func (s *dirScanner) read(ctx context.Context, dir *os.File, name, path string, candidates []candidate, e *asset.FileEntry) error {
	if s.hash == nil && len(candidates) == 0 && e.Mode&0o111 == 0 {
		return nil
	}
	file, err := openAt(dir, name, 0)
	if err != nil {
		s.failed(path, err)
		return nil
	}
	defer file.Close()
	e.Capabilities = capability(file)
	if err := s.analyze(ctx, file, path, candidates, e); err != nil || s.hash == nil {
		return err
	}
	s.hash.Reset()
	if _, err := io.CopyBuffer(s.hash, onlyReader{io.NewSectionReader(file, 0, e.Size)}, s.buffer); err != nil {
		s.failed(path, err)
		return nil
	}
	s.hash.Sum(e.SHA256[:0])
	return nil
}

// onlyReader hides WriterTo, so that io.CopyBuffer uses the buffer.
type onlyReader struct{ io.Reader }

// maxCapability is the size in bytes of the longest security.capability
// attribute (linux/capability.h, vfs_ns_cap_data).
const maxCapability = 24

func capability(file *os.File) string {
	var value [maxCapability]byte
	n, err := unix.Fgetxattr(int(file.Fd()), "security.capability", value[:])
	if err != nil {
		return ""
	}
	return string(value[:n])
}

func (s *dirScanner) analyze(ctx context.Context, file *os.File, path string, candidates []candidate, e *asset.FileEntry) error {
	if len(candidates) == 0 {
		return nil
	}
	begin := make([]byte, min(maxMagic, e.Size))
	if _, err := file.ReadAt(begin, 0); err != nil && !errors.Is(err, io.EOF) {
		s.failed(path, err)
		return nil
	}
	for _, i := range withMagic(candidates, begin) {
		a := s.matcher.analyzers[i]
		if e.Size > a.maxSize() {
			s.problem(path, a.tooLarge(e.Size))
			continue
		}
		if err := s.keep(ctx, i, File{Path: path, Size: e.Size, Mode: e.Mode, Content: file}); err != nil {
			return err
		}
	}
	return nil
}

// failed keeps what went wrong with a path, without the path a second time.
func (s *dirScanner) failed(path string, err error) {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	s.problem(path, err.Error())
}
