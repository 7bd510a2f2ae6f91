// Package index keeps the advisories of one ecosystem in one file, a segment,
// that is searched where it lies in memory.
//
// Layout, all numbers little-endian:
//
//	header      magic, file size, then offset and length of each section
//	releases    the releases, length-prefixed; their places number them
//	slots       open-addressing hash table: 32 bits of the key's hash and the
//	            place of its entry plus one, zero for an empty slot
//	entries     per key: number of the release, package, affected versions
//	strings     pool of length-prefixed package names and versions
//	advisories  per advisory: the block of its details, and its place in there
//	blocks      per block: place, packed and unpacked length
//	details     zstd blocks with what is only wanted for a hit
//	ratings     CVSS vectors by CVE, sorted
//
// The reader trusts none of it: every place and length is checked, every count
// is bounded, and a damaged part gives an error about this part. That the bytes
// are those that were written is what the pages' checksums say, see package
// mapped.
package index

import (
	"encoding/binary"
	"errors"
)

// FormatVersion changes whenever an older reader or writer would be wrong. It
// is the last byte of the magic.
const FormatVersion = 1

const magic = "SWADVIS" + string(rune(FormatVersion))

const (
	sectionReleases = iota
	sectionSlots
	sectionEntries
	sectionStrings
	sectionAdvisories
	sectionBlocks
	sectionDetails
	sectionRatings
	sectionCount
)

const (
	headerSize   = 16 + sectionCount*16
	slotSize     = 8
	advisorySize = 8
	blockSize    = 16
	ratingSize   = 16
)

// Bounds of what is written and read.
const (
	// MaxFileSize is the largest segment, in bytes.
	MaxFileSize = 2 << 30
	// maxVersion is the longest version string, in bytes.
	maxVersion  = 512
	maxEvents   = 4096
	maxRanges   = 4096
	maxVersions = 1 << 16
	// blockTarget is how much text is packed together; a block ends with the
	// advisory that passes it.
	blockTarget = 64 << 10
	maxBlock    = 1 << 20
	maxText     = 4096
	maxList     = 512
	maxReleases = 1 << 12
)

// ErrCorrupt says that a segment is not what a writer wrote.
var ErrCorrupt = errors.New("the segment is damaged")

// ErrTooLarge says that an advisory is beyond what a segment can hold.
var ErrTooLarge = errors.New("the advisory is too large")

// hash is FNV-1a: short, and the same in every run.
func hash(release uint32, name string) uint64 {
	const prime = 1099511628211
	h := (uint64(14695981039346656037) ^ uint64(release)) * prime
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return h ^ h>>32
}

var order = binary.LittleEndian
