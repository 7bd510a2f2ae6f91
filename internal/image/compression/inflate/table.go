package inflate

import "math/bits"

// maxCode is the longest code (RFC 1951 section 3.2.7).
const maxCode = 15

// A table is looked up by the next bits of the stream, as many as its first
// level has: 11 for literals and lengths, since hardly any code is longer, and
// a cache holds the 8 KiB. Longer codes have an entry there that leads to a
// subtable in the same array. The arrays are powers of two, so that a masked
// index is known to be inside; the most that complete codes need is 2342 and
// 402 entries (zlib's enough.c counts them).
const (
	litlenBits  = 11
	offsetBits  = 8
	precodeBits = 7
)

type (
	litlenTable  [4096]entry
	offsetTable  [512]entry
	precodeTable [1 << precodeBits]entry
)

// entry says all about a symbol:
//
//	bits 0-7    bits in the stream: the code and the extra bits after it
//	bits 8-11   bits of the code alone
//	bit  12     literal, or two of them
//	bit  13     the two
//	bit  14     exceptional: end of block, link or invalid
//	bit  15     link
//	bits 16-31  literals, the first one lowest; or the base value
//
// A link has the bits of the first level in bits 0-7, the bits of its subtable
// in bits 8-11, and the subtable's place in bits 16-31. Entries in subtables
// count the whole code. Where no code leads, an entry is invalid and 0 bits
// long.
type entry uint32

const (
	literal     entry = 1 << 12
	pairShift         = 13
	exceptional entry = 1 << 14
	link        entry = 1 << 15 // always exceptional too
	valueShift        = 16

	invalid          = exceptional
	endOfBlock entry = exceptional | 1<<valueShift
)

// total is the bits of the symbol in the stream.
func (e entry) total() uint { return uint(e & 0xff) }

// codeLength is the bits of the code, or of a link's subtable.
func (e entry) codeLength() uint { return uint(e >> 8 & 15) }

// value is a base, or a subtable's place.
func (e entry) value() int { return int(e >> valueShift) }

// with gives the base with the extra bits, which follow the code in bits.
func (e entry) with(bits uint64) int {
	return e.value() + int(bits&(1<<(e&63)-1)>>e.codeLength())
}

// Entries of the symbols before their codes are known: extra bits stand in
// bits 0-7 (RFC 1951 section 3.2.5).
var (
	litlenEntries  = makeLitlenEntries()
	offsetEntries  = makeOffsetEntries()
	precodeEntries = makePrecodeEntries()
)

func makeLitlenEntries() (entries [litlenSymbols]entry) {
	for symbol := range 256 {
		entries[symbol] = literal | entry(symbol)<<valueShift
	}
	entries[256] = endOfBlock
	base := entry(3)
	for symbol := 257; symbol < 285; symbol++ {
		extra := max(0, (symbol-261)/4)
		entries[symbol] = base<<valueShift | entry(extra)
		base += 1 << extra
	}
	entries[285] = maxMatch << valueShift
	entries[286], entries[287] = invalid, invalid
	return entries
}

func makeOffsetEntries() (entries [offsetSymbols]entry) {
	base := entry(1)
	for symbol := range maxOffset {
		extra := max(0, symbol/2-1)
		// A base is at most 24577 and fits.
		entries[symbol] = base<<valueShift | entry(extra)
		base += 1 << extra
	}
	entries[30], entries[31] = invalid, invalid
	return entries
}

func makePrecodeEntries() (entries [precodeSymbols]entry) {
	for symbol := range entries {
		entries[symbol] = entry(symbol) << valueShift
	}
	return entries
}

// build makes the table of a canonical code (RFC 1951 section 3.2.2) with the
// given lengths. It refuses what zlib and compress/flate refuse: a code must be
// complete, or have one symbol of one bit, or none at all, of which the bits
// that are no code are found invalid when they are met.
func build(table []entry, firstBits uint, lengths []uint8, entries []entry) bool {
	var counts [maxCode + 1]int
	for _, length := range lengths {
		counts[length]++
	}
	counts[0] = 0
	// first is where the symbols of a length begin in the sorted order.
	var first [maxCode + 2]int
	left := 1
	for length := 1; length <= maxCode; length++ {
		left = left<<1 - counts[length]
		if left < 0 {
			return false
		}
		first[length+1] = first[length] + counts[length]
	}
	used := first[maxCode+1]
	if left > 0 && used != 0 && (used != 1 || counts[1] != 1) {
		return false
	}
	var sorted [litlenSymbols]uint16
	place := first
	for symbol, length := range lengths {
		if length != 0 {
			sorted[place[length]] = uint16(symbol)
			place[length]++
		}
	}
	fillTable(table, firstBits, &counts, sorted[:used], entries)
	return true
}

// fillTable goes through the codes from the shortest to the longest. Codes are
// sent from their highest bit (RFC 1951 section 3.1.1) and the table is looked
// up by the lowest, so they are reversed. The table of codes up to n bits,
// twice, is where the table up to n+1 bits starts from.
func fillTable(table []entry, firstBits uint, counts *[maxCode + 1]int, sorted []uint16, entries []entry) {
	table[0], table[1] = invalid, invalid
	code := uint16(0)
	for length := uint(1); length <= firstBits; length++ {
		half := 1 << (length - 1)
		copy(table[half:2*half], table[:half])
		code <<= 1
		for range counts[length] {
			table[bits.Reverse16(code)>>(16-length)] = withCode(entries[sorted[0]], length)
			sorted = sorted[1:]
			code++
		}
	}
	end, prefix, linkBits := 1<<firstBits, -1, uint(0)
	start := 0
	for length := firstBits + 1; length <= maxCode; length++ {
		code <<= 1
		for range counts[length] {
			reversed := int(bits.Reverse16(code) >> (16 - length))
			if low := reversed & (1<<firstBits - 1); low != prefix {
				prefix, start = low, end
				linkBits = subtableBits(counts, length, firstBits)
				end += 1 << linkBits
				table[low] = exceptional | link | entry(start)<<valueShift | entry(linkBits)<<8 | entry(firstBits)
			}
			found := withCode(entries[sorted[0]], length)
			for i := reversed >> firstBits; i < 1<<linkBits; i += 1 << (length - firstBits) {
				table[start+i] = found
			}
			sorted = sorted[1:]
			counts[length]--
			code++
		}
	}
}

func withCode(e entry, length uint) entry {
	return e + entry(length)<<8 + entry(length)
}

// subtableBits is for the codes that begin as the next one does: the fewest
// bits that the codes still to come fill. counts are those of the codes left.
func subtableBits(counts *[maxCode + 1]int, length, firstBits uint) uint {
	width := length - firstBits
	for filled := counts[length]; filled < 1<<width; filled = filled<<1 + counts[firstBits+width] {
		width++
	}
	return width
}

// pairLiterals lets one look-up give two literals where both codes fit into the
// first level. It goes down, since what follows a code is found further up in
// the table, at a lower index, and must still be single.
func pairLiterals(table *litlenTable) {
	for i := 1<<litlenBits - 1; i >= 0; i-- {
		one := table[i]
		if one&literal == 0 {
			continue
		}
		two := table[i>>one.total()]
		if two&literal == 0 || one.total()+two.total() > litlenBits {
			continue
		}
		table[i] = literal | 1<<pairShift | one&(0xff<<valueShift) | two>>valueShift<<(valueShift+8) |
			entry(one.total()+two.total())
	}
}
