package pairhash

import (
	"crypto/sha256"
	"encoding/binary"
)

const blockSize = sha256.BlockSize

// initial is the initial hash value of FIPS 180-4, section 5.3.3.
var initial = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// hasSHA tells if the processor has SHA, SSSE3 and SSE4.1 instructions.
func hasSHA() bool

// blocks adds whole blocks to two hashes (FIPS 180-4, section 6.2.2).
//
//go:noescape
func blocks(a, b *[8]uint32, p []byte)

var fastWorks = hasSHA()

// longestCall is how many bytes are hashed at once, about 50 µs: the garbage
// collector cannot stop a goroutine in assembly, and turns in a circle until
// it returns.
const longestCall = 64 << 10

// fast keeps both hashes at the same place within a block, so that one carry
// serves both. That holds as long as a part begins on a block's border; one
// that does not is left to the standard library.
type fast struct {
	all, some   [8]uint32
	carry       [blockSize]byte
	carried     int
	length      uint64
	begun       uint64
	misaligned  *standard
	scratch     [8]uint32
	paddedBlock [2 * blockSize]byte
}

func newFast() pair {
	if !fastWorks {
		return nil
	}
	return &fast{all: initial, some: initial}
}

func (f *fast) write(p []byte) {
	f.length += uint64(len(p))
	if f.misaligned != nil {
		f.misaligned.some.Write(p)
	}
	if f.carried > 0 {
		n := copy(f.carry[f.carried:], p)
		f.carried += n
		p = p[n:]
		if f.carried < blockSize {
			return
		}
		blocks(&f.all, &f.some, f.carry[:])
		f.carried = 0
	}
	for len(p) >= blockSize {
		n := min(len(p)&^(blockSize-1), longestCall)
		blocks(&f.all, &f.some, p[:n])
		p = p[n:]
	}
	f.carried = copy(f.carry[:], p)
}

func (f *fast) begin() {
	f.some, f.begun, f.misaligned = initial, f.length, nil
	if f.carried > 0 {
		f.misaligned = newStandard()
	}
}

func (f *fast) part() [Size]byte {
	if f.misaligned != nil {
		return f.misaligned.part()
	}
	return f.finish(f.some, f.length-f.begun)
}

func (f *fast) whole() [Size]byte { return f.finish(f.all, f.length) }

// finish pads a copy of a hash (FIPS 180-4, section 5.1.1).
func (f *fast) finish(state [8]uint32, length uint64) [Size]byte {
	f.paddedBlock = [2 * blockSize]byte{}
	n := copy(f.paddedBlock[:], f.carry[:f.carried])
	f.paddedBlock[n] = 0x80
	end := blockSize
	if n+9 > blockSize {
		end = 2 * blockSize
	}
	binary.BigEndian.PutUint64(f.paddedBlock[end-8:], length*8)
	blocks(&state, &f.scratch, f.paddedBlock[:end])
	var sum [Size]byte
	for i, word := range state {
		binary.BigEndian.PutUint32(sum[i*4:], word)
	}
	return sum
}
