package image

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	gopath "path"
	"strings"
)

// maxLinks is how many symbolic links are followed for one path, as Linux does
// (path_resolution(7)).
const maxLinks = 40

// comparePaths orders paths so that a directory stands directly before all
// that is in it: '/' sorts before every other byte.
func comparePaths(a, b []byte) int {
	i := commonPrefix(a, b)
	switch {
	case i == len(a) || i == len(b):
		return len(a) - len(b)
	case a[i] == '/':
		return -1
	case b[i] == '/':
		return 1
	}
	return int(a[i]) - int(b[i])
}

// commonPrefix is how many bytes two paths begin with alike, eight at a time:
// most paths that are compared stand in the same directory.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if differ := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); differ != 0 {
			return i + bits.TrailingZeros64(differ)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// within tells if path stands below dir. Everything is below the root, "".
func within(path, dir []byte) bool {
	if len(dir) == 0 {
		return len(path) > 0
	}
	return len(path) > len(dir) && path[len(dir)] == '/' && bytes.HasPrefix(path, dir)
}

// parent is the directory that a path stands in, "" for the root.
func parent(path []byte) []byte {
	i := bytes.LastIndexByte(path, '/')
	if i < 0 {
		return path[:0]
	}
	return path[:i]
}

// cleanPath gives a tar entry's name as a path below the root: no leading
// slash, no empty or "." part. It is false for a name that leaves the root,
// which container engines refuse too.
func cleanPath(name []byte) ([]byte, bool) {
	if isClean(name) {
		return name, true
	}
	var parts []string
	for part := range strings.SplitSeq(string(name), "/") {
		switch part {
		case "", ".":
		case "..":
			if len(parts) == 0 {
				return nil, false
			}
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, part)
		}
	}
	return []byte(strings.Join(parts, "/")), true
}

// isClean is the common case, told without an allocation.
func isClean(name []byte) bool {
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		part := name[start:i]
		if len(part) == 0 || part[0] == '.' && (len(part) == 1 || len(part) == 2 && part[1] == '.') {
			return false
		}
		start = i + 1
	}
	return len(name) > 0
}

// resolveLink gives the path that rest (empty or "/…") below the link at path
// stands for. As in a container, ".." stays at the root.
func resolveLink(path, target, rest []byte) []byte {
	joined := string(target) + string(rest)
	if !strings.HasPrefix(joined, "/") {
		joined = string(parent(path)) + "/" + joined
	}
	return []byte(strings.TrimPrefix(gopath.Clean("/"+joined), "/"))
}
