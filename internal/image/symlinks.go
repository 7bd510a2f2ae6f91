package image

import (
	"bytes"
	"strings"
)

// symlinks are the symbolic links that a layer has brought so far. Extracting
// the layer follows them, so an entry below one stands where the link leads.
type symlinks struct {
	targets map[string]string
	// dir was resolved last, to real; most entries stand where the one before did.
	dir, real []byte
	found     bool
}

// resolve gives the path at which extracting an entry puts it. It is false if
// links lead in a circle.
func (s *symlinks) resolve(path []byte) ([]byte, bool) {
	dir := parent(path)
	if len(s.targets) == 0 || len(dir) == 0 {
		return path, true
	}
	if s.dir == nil || !bytes.Equal(dir, s.dir) {
		s.dir = bytes.Clone(dir)
		s.real, s.found = s.directory(string(dir))
	}
	if bytes.Equal(s.dir, s.real) || !s.found {
		return path, s.found
	}
	base := path[len(dir)+1:]
	if len(s.real) == 0 {
		return base, true
	}
	return bytes.Join([][]byte{s.real, base}, []byte{'/'}), true
}

// directory follows the links in a directory's path.
func (s *symlinks) directory(dir string) ([]byte, bool) {
	for range maxLinks {
		link := s.firstLink(dir)
		if link == "" {
			return []byte(dir), true
		}
		dir = string(resolveLink([]byte(link), []byte(s.targets[link]), []byte(dir[len(link):])))
		if len(dir) > maxPath {
			return nil, false
		}
	}
	return nil, false
}

// firstLink is the shortest part of a path that is a link, "" for none.
func (s *symlinks) firstLink(dir string) string {
	for at := 0; at < len(dir); at++ {
		next := strings.IndexByte(dir[at:], '/')
		if next < 0 {
			at = len(dir)
		} else {
			at += next
		}
		if _, is := s.targets[dir[:at]]; is {
			return dir[:at]
		}
	}
	return ""
}

// note takes in an entry: a link is followed from now on, anything else
// replaces a link that stood there.
func (s *symlinks) note(path, target []byte, isLink bool) {
	_, known := s.targets[string(path)]
	switch {
	case isLink && s.targets == nil:
		s.targets = map[string]string{string(path): string(target)}
	case isLink:
		s.targets[string(path)] = string(target)
	case known:
		delete(s.targets, string(path))
	default:
		return
	}
	s.dir = nil
}
