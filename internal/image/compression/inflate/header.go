package inflate

import "sync"

// Sizes of the alphabets (RFC 1951 sections 3.2.5 to 3.2.7).
const (
	litlenSymbols  = 288 // of which the last two mean nothing
	offsetSymbols  = 32  // of which the last two mean nothing
	precodeSymbols = 19
	maxLitlen      = 286
	maxOffset      = 30
)

// precodeOrder is in which the lengths of the code for code lengths are stored
// (RFC 1951 section 3.2.7).
var precodeOrder = [precodeSymbols]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readHeader reads what a block begins with (RFC 1951 section 3.2.3).
func (r *Reader) readHeader() error {
	header, err := r.take(3)
	if err != nil {
		return err
	}
	r.final = header&1 != 0
	switch header >> 1 {
	case 0:
		return r.startStored()
	case 1:
		fixed := fixedCodes()
		r.litlen, r.offset = &fixed.litlen, &fixed.offset
		r.block = huffmanBlock
		return nil
	case 2:
		return r.startDynamic()
	}
	return ErrCorrupt
}

// startStored reads LEN and NLEN, which begin at the next byte.
func (r *Reader) startStored() error {
	r.bits, r.count = 0, 0
	length, err := r.take(16)
	if err != nil {
		return err
	}
	complement, err := r.take(16)
	if err != nil {
		return err
	}
	if length != ^complement&0xffff {
		return ErrCorrupt
	}
	r.stored, r.block = int(length), storedBlock
	return nil
}

// startDynamic reads the two codes of a block (RFC 1951 section 3.2.7).
func (r *Reader) startDynamic() error {
	sizes, err := r.take(5 + 5 + 4)
	if err != nil {
		return err
	}
	litlens, offsets, precodes := int(sizes&31)+257, int(sizes>>5&31)+1, int(sizes>>10)+4
	if litlens > maxLitlen || offsets > maxOffset {
		return ErrCorrupt
	}
	if err := r.readPrecode(precodes); err != nil {
		return err
	}
	var lengths [maxLitlen + maxOffset]uint8
	if err := r.readLengths(lengths[:litlens+offsets]); err != nil {
		return err
	}
	if !build(r.ownLitlen[:], litlenBits, lengths[:litlens], litlenEntries[:]) ||
		!build(r.ownOffset[:], offsetBits, lengths[litlens:litlens+offsets], offsetEntries[:]) {
		return ErrCorrupt
	}
	pairLiterals(&r.ownLitlen)
	r.litlen, r.offset = &r.ownLitlen, &r.ownOffset
	r.block = huffmanBlock
	return nil
}

// readPrecode reads the code that the code lengths are written in.
func (r *Reader) readPrecode(n int) error {
	var lengths [precodeSymbols]uint8
	for _, symbol := range precodeOrder[:n] {
		length, err := r.take(3)
		if err != nil {
			return err
		}
		lengths[symbol] = uint8(length)
	}
	if !build(r.precode[:], precodeBits, lengths[:], precodeEntries[:]) {
		return ErrCorrupt
	}
	return nil
}

// readLengths reads code lengths, in which runs are written short.
func (r *Reader) readLengths(lengths []uint8) error {
	for i := 0; i < len(lengths); {
		entry, err := r.symbol(r.precode[:], precodeBits)
		if err != nil {
			return err
		}
		if entry&exceptional != 0 {
			return ErrCorrupt
		}
		r.drop(entry.total())
		symbol := uint8(entry >> valueShift)
		if symbol < 16 {
			lengths[i] = symbol
			i++
			continue
		}
		value, repeat, err := r.readRun(symbol, lengths[:i])
		if err != nil {
			return err
		}
		if repeat > len(lengths)-i {
			return ErrCorrupt
		}
		for range repeat {
			lengths[i] = value
			i++
		}
	}
	return nil
}

// readRun reads how often a length occurs: the previous one (16) or zero.
func (r *Reader) readRun(symbol uint8, previous []uint8) (value uint8, repeat int, err error) {
	extra, least := uint(2), 3
	switch symbol {
	case 16:
		if len(previous) == 0 {
			return 0, 0, ErrCorrupt
		}
		value = previous[len(previous)-1]
	case 17:
		extra = 3
	case 18:
		extra, least = 7, 11
	}
	more, err := r.take(extra)
	return value, least + int(more), err
}

// fixedCodes are those of RFC 1951 section 3.2.6.
var fixedCodes = sync.OnceValue(func() *fixed {
	var litlens [litlenSymbols]uint8
	for symbol := range litlens {
		switch {
		case symbol < 144:
			litlens[symbol] = 8
		case symbol < 256:
			litlens[symbol] = 9
		case symbol < 280:
			litlens[symbol] = 7
		default:
			litlens[symbol] = 8
		}
	}
	var offsets [offsetSymbols]uint8
	for symbol := range offsets {
		offsets[symbol] = 5
	}
	codes := new(fixed)
	build(codes.litlen[:], litlenBits, litlens[:], litlenEntries[:])
	build(codes.offset[:], offsetBits, offsets[:], offsetEntries[:])
	pairLiterals(&codes.litlen)
	return codes
})

type fixed struct {
	litlen litlenTable
	offset offsetTable
}
