package mapped

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// PageSize is what one checksum covers, in bytes: small enough to be checked in
// about a microsecond, large enough for the checksums of a whole database to be
// read whenever it is opened.
const PageSize = 16 << 10

// sumSize is the size of a checksum, in bytes.
const sumSize = 4

// castagnoli is the CRC-32C of RFC 3720, section 12.1, which processors compute.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Pages gives the number of pages of so many bytes.
func Pages(size int64) int { return int((size + PageSize - 1) / PageSize) }

// SumsSize gives the size of the checksums of so many bytes.
func SumsSize(size int64) int { return Pages(size) * sumSize }

// Checksums reads to the end and gives the CRC-32C of each page, little-endian.
func Checksums(r io.Reader) ([]byte, error) {
	var sums []byte
	page := make([]byte, PageSize)
	for {
		n, err := io.ReadFull(r, page)
		if n > 0 {
			sums = binary.LittleEndian.AppendUint32(sums, crc32.Checksum(page[:n], castagnoli))
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return sums, nil
		case err != nil:
			return nil, fmt.Errorf("cannot make checksums: %w", err)
		}
	}
}

func (f *File) matches(page uint64) bool {
	from := page * PageSize
	to := min(from+PageSize, uint64(len(f.Data)))
	return crc32.Checksum(f.Data[from:to], castagnoli) == binary.LittleEndian.Uint32(f.sums[page*sumSize:])
}
