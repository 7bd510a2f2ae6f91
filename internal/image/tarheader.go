package image

import (
	"bytes"
	"encoding/binary"
	"math"
)

// checksumHolds compares a header's checksum with the sum of its bytes, the
// checksum field taken as blanks. Some old tars summed signed bytes.
func checksumHolds(b []byte) bool {
	want, ok := parseNumber(b[148:156])
	if !ok {
		return false
	}
	return want == unsignedSum(b) || want == signedSum(b)
}

// unsignedSum adds eight bytes at a time in four lanes of 16 bits, which 64
// words cannot overflow.
func unsignedSum(b []byte) int64 {
	const lanes = 0x00ff00ff00ff00ff
	var sum uint64
	for i := 0; i < blockSize; i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		if i == 144 {
			word = word&0x00000000ffffffff | 0x2020202000000000
		} else if i == 152 {
			word = word&0xffffffff00000000 | 0x20202020
		}
		sum += word&lanes + word>>8&lanes
	}
	return int64(sum&0xffff + sum>>16&0xffff + sum>>32&0xffff + sum>>48)
}

func signedSum(b []byte) int64 {
	var sum int64
	for i, c := range b[:blockSize] {
		if 148 <= i && i < 156 {
			c = ' '
		}
		sum += int64(int8(c))
	}
	return sum
}

// parseNumber reads an octal number, or GNU's base-256 one.
func parseNumber(field []byte) (int64, bool) {
	if len(field) > 0 && field[0]&0x80 != 0 {
		return parseBase256(field)
	}
	field = bytes.Trim(field, " \x00")
	if i := bytes.IndexByte(field, 0); i >= 0 {
		field = field[:i]
	}
	var n int64
	for _, c := range bytes.TrimRight(field, " ") {
		if c < '0' || c > '7' || n > math.MaxInt64>>3 {
			return 0, false
		}
		n = n<<3 | int64(c-'0')
	}
	return n, true
}

// parseBase256 reads a big-endian two's complement number whose top bit is a mark.
func parseBase256(field []byte) (int64, bool) {
	negative := field[0]&0x40 != 0
	var fill byte
	if negative {
		fill = 0xff
	}
	first := field[0] &^ 0x80
	if negative {
		first = field[0]
	}
	digits := append([]byte{first}, field[1:]...)
	for len(digits) > 8 {
		if digits[0] != fill {
			return 0, false
		}
		digits = digits[1:]
	}
	var wide [8]byte
	for i := range wide {
		wide[i] = fill
	}
	copy(wide[8-len(digits):], digits)
	n := int64(binary.BigEndian.Uint64(wide[:]))
	return n, (n < 0) == negative
}
