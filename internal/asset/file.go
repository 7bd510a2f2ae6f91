package asset

import (
	"encoding/hex"
	"time"
)

// FileType is what a path in an image is.
type FileType uint8

// The file types a layer can hold.
const (
	Regular FileType = iota + 1
	Directory
	Symlink
	CharDevice
	BlockDevice
	FIFO
)

// String gives the type's name as reports print it.
func (t FileType) String() string {
	names := [...]string{"unknown", "file", "directory", "symlink", "character device", "block device", "fifo"}
	if int(t) >= len(names) {
		return names[0]
	}
	return names[t]
}

// FileEntry is one path of an image's file system.
type FileEntry struct {
	// Path is relative to the root, without a leading slash, in bytes as the
	// layer spells it (not necessarily UTF-8).
	Path string
	Type FileType
	// Size is in bytes; 0 for anything but a regular file.
	Size int64
	// Mode holds the permission, setuid, setgid and sticky bits as chmod(2)
	// numbers them (0o7777).
	Mode     uint32
	UID, GID uint32
	ModTime  time.Time
	// SHA256 is the hash of a regular file's content, zero if not computed.
	SHA256 [32]byte
	// Link is a symbolic link's target as written.
	Link string
	// Capabilities is the raw security.capability attribute, if any.
	Capabilities string
	// Layer is the index of the layer the entry comes from, the base first.
	Layer int
}

// Hash gives SHA256 in hexadecimal, or "" if it was not computed.
func (e FileEntry) Hash() string {
	if e.SHA256 == [32]byte{} {
		return ""
	}
	return hex.EncodeToString(e.SHA256[:])
}
