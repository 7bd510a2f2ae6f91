package inflate

import "encoding/binary"

const (
	wordSize = 8
	// inputNeeded is what one round of the fast loop may read: two refills, each
	// of which goes on by up to 7 bytes and loads 8.
	inputNeeded = 7 + wordSize
)

// decodeFast decodes as long as a whole round's input is buffered and its
// output has room, so that neither is looked at more than once a round.
//
// It is one long function because its state, the bits, their count and both
// positions, must stay in registers; for the same reason
// the steps of a literal are written out three times. A round is up to three look-ups of
// literals or a match, with at most 56 bits between two refills: a match with
// its longest codes and extra bits has 48.
func (r *Reader) decodeFast() error { //nolint:funlen,cyclop // its state must stay in registers, see above
	in, err := r.src.Peek(r.src.Buffered())
	if err != nil {
		return err
	}
	var (
		litlen, offset = r.litlen, r.offset
		bits, count    = r.bits, r.count
		buffer         = &r.buffer
		next, made     = 0, r.made
		last           = len(in) - inputNeeded
	)
	for next < last && made < fillLimit {
		bits |= binary.LittleEndian.Uint64(in[next:]) << (count & 63)
		next += int((63 - count&63) >> 3)
		count |= 56

		e := litlen[bits&(1<<litlenBits-1)]
		if e&literal != 0 {
			binary.LittleEndian.PutUint16(buffer[made:], uint16(e>>valueShift))
			made += 1 + int(e>>pairShift&1)
			bits >>= e & 63
			count -= uint(e)
			e = litlen[bits&(1<<litlenBits-1)]
			if e&literal != 0 {
				binary.LittleEndian.PutUint16(buffer[made:], uint16(e>>valueShift))
				made += 1 + int(e>>pairShift&1)
				bits >>= e & 63
				count -= uint(e)
				e = litlen[bits&(1<<litlenBits-1)]
				if e&literal != 0 {
					binary.LittleEndian.PutUint16(buffer[made:], uint16(e>>valueShift))
					made += 1 + int(e>>pairShift&1)
					bits >>= e & 63
					count -= uint(e)
					continue
				}
			}
			bits |= binary.LittleEndian.Uint64(in[next:]) << (count & 63)
			next += int((63 - count&63) >> 3)
			count |= 56
		}
		if e&exceptional != 0 {
			if e&link != 0 {
				e = litlen[(e.value()+int(bits>>litlenBits&(1<<e.codeLength()-1)))&(len(litlen)-1)]
			}
			if e&literal != 0 {
				buffer[made] = byte(e >> valueShift)
				made++
				bits >>= e & 63
				count -= uint(e)
				continue
			}
			if e&exceptional != 0 {
				bits >>= e & 63
				count -= uint(e)
				if e.value() == endOfBlock.value() {
					r.block = blockHeader
				} else {
					err = ErrCorrupt
				}
				break
			}
		}
		length := e.with(bits)
		bits >>= e & 63
		count -= uint(e)

		e = offset[bits&(1<<offsetBits-1)]
		if e&exceptional != 0 {
			if e&link != 0 {
				e = offset[(e.value()+int(bits>>offsetBits&(1<<e.codeLength()-1)))&(len(offset)-1)]
			}
			if e&exceptional != 0 {
				err = ErrCorrupt
				break
			}
		}
		distance := e.with(bits)
		bits >>= e & 63
		count -= uint(e)
		if distance > made {
			err = ErrCorrupt
			break
		}
		from, to := made-distance, made
		made += length
		if distance >= wordSize {
			for to < made {
				copyWord(buffer, to, from)
				copyWord(buffer, to+wordSize, from+wordSize)
				to, from = to+2*wordSize, from+2*wordSize
			}
			continue
		}
		if distance == 1 {
			run := uint64(buffer[from]) * 0x0101010101010101
			for to < made {
				binary.LittleEndian.PutUint64(buffer[to:], run)
				to += wordSize
			}
			continue
		}
		for to < made {
			copyWord(buffer, to, from)
			to, from = to+distance, from+distance
		}
	}
	// Whole bytes that were read ahead go back.
	count &= 63
	next -= int(count >> 3)
	r.count = count & 7
	r.bits = bits & (1<<r.count - 1)
	r.made = made
	if _, discarded := r.src.Discard(next); discarded != nil {
		return discarded
	}
	return err
}

func copyWord(buffer *[bufferSize]byte, to, from int) {
	binary.LittleEndian.PutUint64(buffer[to:], binary.LittleEndian.Uint64(buffer[from:]))
}
