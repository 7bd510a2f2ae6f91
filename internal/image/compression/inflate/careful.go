package inflate

// take reads n bits, at most 16, as a number (RFC 1951 section 3.1.1).
func (r *Reader) take(n uint) (uint64, error) {
	if err := r.need(n); err != nil {
		return 0, err
	}
	value := r.bits & (1<<n - 1)
	r.drop(n)
	return value, nil
}

// need reads bytes until there are n bits. It never reads more, because what
// follows the stream belongs to somebody else.
func (r *Reader) need(n uint) error {
	for r.count < n {
		b, err := r.src.ReadByte()
		if err != nil {
			return err
		}
		r.bits |= uint64(b) << r.count
		r.count += 8
	}
	return nil
}

func (r *Reader) drop(n uint) {
	r.bits >>= n
	r.count -= n
}

// symbol finds the entry of the next code and has all bits of the symbol read,
// but does not drop them. Bits not yet read are taken for zeros: an entry that
// needs no more than are there cannot depend on them.
func (r *Reader) symbol(table []entry, firstBits uint) (entry, error) {
	for {
		e := table[r.bits&(1<<firstBits-1)]
		if e&link != 0 && r.count > firstBits {
			e = table[e.value()+int(r.bits>>firstBits&(1<<e.codeLength()-1))]
		}
		if e.total() <= r.count && e&link == 0 {
			return e, nil
		}
		if err := r.need(r.count + 1); err != nil {
			return 0, err
		}
	}
}

// decodeOne decodes a symbol, or two literals, where the fast loop has not
// enough input to read ahead (RFC 1951 section 3.2.3).
func (r *Reader) decodeOne() error {
	e, err := r.symbol(r.litlen[:], litlenBits)
	if err != nil {
		return err
	}
	switch {
	case e&literal != 0:
		r.buffer[r.made], r.buffer[r.made+1] = byte(e>>valueShift), byte(e>>(valueShift+8))
		r.made += 1 + int(e>>pairShift&1)
	case e&exceptional == 0:
		return r.copyOne(e)
	case e.value() == endOfBlock.value():
		r.block = blockHeader
	default:
		return ErrCorrupt
	}
	r.drop(e.total())
	return nil
}

// copyOne carries out a match, of whose length this is the entry.
func (r *Reader) copyOne(lengthEntry entry) error {
	length := lengthEntry.with(r.bits)
	r.drop(lengthEntry.total())
	e, err := r.symbol(r.offset[:], offsetBits)
	if err != nil {
		return err
	}
	distance := e.with(r.bits)
	if e&exceptional != 0 || distance > r.made {
		return ErrCorrupt
	}
	r.drop(e.total())
	for range length {
		r.buffer[r.made] = r.buffer[r.made-distance]
		r.made++
	}
	return nil
}
