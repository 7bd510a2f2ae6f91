package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const block = 512

// readMapped steps through the layer in place: of each header it looks at the type and the size alone. Names in extension
// entries are skipped like content; numbers are octal (files under 8 GiB).
func readMapped(b blob, hash bool) (total, error) {
	var sum total
	start := b.offset / int64(os.Getpagesize()) * int64(os.Getpagesize())
	data, err := syscall.Mmap(int(b.file.Fd()), start, int(b.offset-start+b.size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return sum, fmt.Errorf("map the archive: %w", err)
	}
	defer syscall.Munmap(data) //nolint:errcheck // the process ends
	layer := data[b.offset-start:]
	if layer[0] == 0x1f && layer[1] == 0x8b {
		return sum, errors.New("the layer is compressed")
	}
	for len(layer) >= block && layer[0] != 0 {
		size, err := strconv.ParseInt(strings.Trim(string(layer[124:136]), " \x00"), 8, 64)
		if err != nil || block+size > int64(len(layer)) {
			return sum, errors.New("a header has no usable size")
		}
		switch layer[156] {
		case '0', 0:
			sum.entries, sum.files, sum.bytes = sum.entries+1, sum.files+1, sum.bytes+size
			if hash {
				sha256.Sum256(layer[block : block+size])
			}
		case 'x', 'g', 'L', 'K': // belongs to the next entry
		default:
			sum.entries++
		}
		layer = layer[block+(size+block-1)/block*block:]
	}
	return sum, nil
}
