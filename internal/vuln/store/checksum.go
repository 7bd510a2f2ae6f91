package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"seawall/internal/mapped"
)

// sumsName is the file with the checksums of the pages of all files, behind
// each other in the order of the manifest. The manifest holds its SHA-256, so
// that the signature vouches for every page.
const sumsName = "pages.crc32c"

// writeSums compares each file of a folder with its SHA-256, writes the
// checksums of its pages, and gives the SHA-256 of those.
func writeSums(dir string, files []File) (sum string, err error) {
	var sums []byte
	for _, f := range files {
		pages, err := sumPages(dir, f)
		if err != nil {
			return "", fmt.Errorf("cannot make the checksums of %s: %w", f.Name, err)
		}
		sums = append(sums, pages...)
	}
	return hexSum(sums), writeFile(filepath.Join(dir, sumsName), sums, 0o644)
}

func sumPages(dir string, f File) ([]byte, error) {
	in, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	whole := sha256.New()
	sums, err := mapped.Checksums(io.TeeReader(in, whole))
	if err == nil && hex.EncodeToString(whole.Sum(nil)) != f.SHA256 {
		err = errors.New("its content changed while the database was made: try again")
	}
	return sums, err
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readSums reads the checksums of the pages, nil if they are not what the
// manifest says, or if it comes from before there were any.
func readSums(dir string, m *Manifest) []byte {
	size := 0
	for _, f := range m.Files {
		size += mapped.SumsSize(f.Size)
	}
	sums, err := readBounded(filepath.Join(dir, sumsName), int64(size))
	if err != nil || len(sums) != size || hexSum(sums) != m.PageSums {
		return nil
	}
	return sums
}

func (v *Version) sumsOf(f File) []byte {
	if v.sums == nil {
		return nil
	}
	place := 0
	for _, listed := range v.Manifest.Files {
		end := place + mapped.SumsSize(listed.Size)
		if listed.Name == f.Name {
			return v.sums[place:end]
		}
		place = end
	}
	return nil
}
