package inflate

import (
	"bytes"
	"math/bits"
	"testing"
)

// bitWriter writes DEFLATE by hand.
type bitWriter struct {
	out   []byte
	count uint
}

// number writes n bits from the lowest, code from the highest (RFC 1951 section
// 3.1.1).
func (w *bitWriter) number(value, n uint) {
	for i := range n {
		if w.count%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << (w.count % 8)
		w.count++
	}
}

func (w *bitWriter) code(value, n uint) {
	w.number(bits.Reverse(value)>>(bits.UintSize-n), n)
}

func (w *bitWriter) fixedBlock() {
	w.number(1, 1)
	w.number(1, 2)
}

// symbol writes one of the fixed literal and length code (section 3.2.6).
func (w *bitWriter) symbol(symbol uint) {
	switch {
	case symbol < 144:
		w.code(0x30+symbol, 8)
	case symbol < 256:
		w.code(0x190+symbol-144, 9)
	case symbol < 280:
		w.code(symbol-256, 7)
	default:
		w.code(0xc0+symbol-280, 8)
	}
}

func (w *bitWriter) literal(b byte) { w.symbol(uint(b)) }
func (w *bitWriter) endOfBlock()    { w.symbol(256) }

// match writes length and distance as the tables of section 3.2.5 say, written
// down again here.
func (w *bitWriter) match(length, distance int) {
	symbol := uint(285)
	var base, extra uint = 258, 0
	if length != 258 {
		symbol, base, extra = find(uint(length), 257, []uint{
			3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 259,
		})
	}
	w.symbol(symbol)
	w.number(uint(length)-base, extra)
	symbol, base, extra = find(uint(distance), 0, []uint{
		1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
		12289, 16385, 24577, 32769,
	})
	w.code(symbol, 5)
	w.number(uint(distance)-base, extra)
}

func find(value, symbol uint, bases []uint) (found, base, extra uint) {
	i := 0
	for bases[i+1] <= value {
		i++
	}
	return symbol + uint(i), bases[i], uint(bits.Len(bases[i+1]-bases[i]) - 1)
}

func (w *bitWriter) bytes() []byte { return append(w.out, make([]byte, 64)...) }

// dynamicBlock writes a header whose code lengths are sent by a code of four
// bits for 0 to 15, so that any lengths can be sent.
func (w *bitWriter) dynamicBlock(litlens, offsets []uint) {
	w.number(1, 1)
	w.number(2, 2)
	w.number(uint(len(litlens)-257), 5)
	w.number(uint(len(offsets)-1), 5)
	w.number(19-4, 4)
	for _, symbol := range precodeOrder {
		if symbol < 16 {
			w.number(4, 3)
		} else {
			w.number(0, 3)
		}
	}
	for _, length := range append(append([]uint(nil), litlens...), offsets...) {
		w.code(length, 4)
	}
}

// lengths gives a code for n symbols with the lengths of some.
func lengths(n int, some map[int]uint) []uint {
	all := make([]uint, n)
	for symbol, length := range some {
		all[symbol] = length
	}
	return all
}

// TestAcceptsAndRefuses tries what the format forbids, or allows only just, and
// has the standard library say the same.
func TestAcceptsAndRefuses(t *testing.T) {
	// 'a' is 0, end of block 10, length 3 is 11.
	litlens := lengths(258, map[int]uint{'a': 1, 256: 2, 257: 2})
	tests := []struct {
		name  string
		write func(w *bitWriter)
		want  string // "" is a refusal
	}{
		{"block type 3", func(w *bitWriter) { w.number(7, 3) }, ""},
		{"stored, lengths that differ", func(w *bitWriter) { w.number(1, 8); w.number(5, 16); w.number(5, 16) }, ""},
		{"distance beyond the start", func(w *bitWriter) {
			w.fixedBlock()
			w.literal('a')
			w.match(3, 2)
			w.endOfBlock()
		}, ""},
		{"distance to the start", func(w *bitWriter) {
			w.fixedBlock()
			w.literal('a')
			w.match(3, 1)
			w.endOfBlock()
		}, "aaaa"},
		{"length symbol 286", func(w *bitWriter) { w.fixedBlock(); w.literal('a'); w.symbol(286); w.number(0, 5); w.endOfBlock() }, ""},
		{"length symbol 287", func(w *bitWriter) { w.fixedBlock(); w.literal('a'); w.symbol(287); w.number(0, 5); w.endOfBlock() }, ""},
		{"distance symbol 30", func(w *bitWriter) { w.fixedBlock(); w.literal('a'); w.symbol(257); w.code(30, 5); w.endOfBlock() }, ""},
		{"distance symbol 31", func(w *bitWriter) { w.fixedBlock(); w.literal('a'); w.symbol(257); w.code(31, 5); w.endOfBlock() }, ""},
		{"287 literals and lengths", func(w *bitWriter) {
			w.dynamicBlock(lengths(287, map[int]uint{'a': 1, 256: 1}), []uint{1})
			w.code(1, 1)
		}, ""},
		{"31 distances", func(w *bitWriter) {
			w.dynamicBlock(litlens, lengths(31, map[int]uint{0: 1}))
			w.code(2, 2)
		}, ""},
		{"no distances, none used", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{0})
			w.code(0, 1)
			w.code(2, 2)
		}, "a"},
		{"no distances, one used", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{0})
			w.code(0, 1)
			w.code(3, 2)
			w.code(2, 2)
		}, ""},
		{"one distance of one bit", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{1})
			w.code(0, 1)
			w.code(3, 2)
			w.code(0, 1)
			w.code(2, 2)
		}, "aaaa"},
		{"the bit that is no distance", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{1})
			w.code(0, 1)
			w.code(3, 2)
			w.code(1, 1)
			w.code(2, 2)
		}, ""},
		{"one distance of two bits", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{2})
			w.code(0, 1)
			w.code(2, 2)
		}, ""},
		{"too many distances", func(w *bitWriter) {
			w.dynamicBlock(litlens, []uint{1, 1, 1})
			w.code(0, 1)
			w.code(2, 2)
		}, ""},
		{"too few literals", func(w *bitWriter) {
			w.dynamicBlock(lengths(257, map[int]uint{'a': 2, 256: 1}), []uint{1})
			w.code(0, 1)
		}, ""},
		{"too many literals", func(w *bitWriter) {
			w.dynamicBlock(lengths(257, map[int]uint{'a': 1, 'b': 1, 256: 1}), []uint{1})
			w.code(0, 1)
		}, ""},
		{"end of block alone", func(w *bitWriter) {
			w.dynamicBlock(lengths(257, map[int]uint{256: 1}), []uint{0})
			w.code(0, 1)
		}, "nothing"},
		{"no end of block", func(w *bitWriter) { w.dynamicBlock(lengths(257, map[int]uint{'a': 1, 'b': 1}), []uint{0}) }, ""},
		{"no codes at all", func(w *bitWriter) { w.dynamicBlock(lengths(257, nil), []uint{0}) }, ""},
		{"the longest codes", func(w *bitWriter) {
			some := map[int]uint{256: 15}
			for i := range 15 {
				some['a'+i] = uint(i + 1)
			}
			w.dynamicBlock(lengths(257, some), []uint{0})
			for i := range uint(14) {
				w.code(1<<(i+1)-2, i+1)
			}
			w.code(1<<15-2, 15)
			w.code(1<<15-1, 15)
		}, "abcdefghijklmno"},
		{"repeat before the first length", func(w *bitWriter) { w.runs(16, 0) }, ""},
		{"repeat beyond the last length", func(w *bitWriter) { w.runs(18, 127, 18, 127) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var w bitWriter
			tt.write(&w)
			got, _, err := inflateAll(bytes.NewReader(w.bytes()))
			if (err == nil) != (tt.want != "") || err == nil && string(got) != tt.want && tt.want != "nothing" {
				t.Errorf("%q, error %v; want %q", got, err, tt.want)
			}
			agree(t, w.bytes())
		})
	}
}

// runs writes a header of two kinds of code lengths: zeros in runs (18) and one
// other symbol, one bit each.
func (w *bitWriter) runs(symbolAndExtra ...uint) {
	w.number(1, 1)
	w.number(2, 2)
	w.number(0, 5)
	w.number(0, 5)
	w.number(19-4, 4)
	for _, symbol := range precodeOrder {
		if symbol == 16 || symbol == 18 {
			w.number(1, 3)
		} else {
			w.number(0, 3)
		}
	}
	extra := map[uint]uint{16: 2, 18: 7}
	for i := 0; i < len(symbolAndExtra); i += 2 {
		w.code((symbolAndExtra[i]-16)/2, 1)
		w.number(symbolAndExtra[i+1], extra[symbolAndExtra[i]])
	}
}

// agree compares with the standard library: what is accepted, what comes out,
// what is left in the source.
func agree(t *testing.T, stored []byte) {
	t.Helper()
	got, rest, err := inflateAll(bytes.NewReader(stored))
	want, wantRest, wantErr := standard(stored)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("error %v; the standard library says %v", err, wantErr)
	}
	if err == nil && (!bytes.Equal(got, want) || !bytes.Equal(rest, wantRest)) {
		t.Fatalf("%d bytes, %d left; the standard library reads %d and leaves %d", len(got), len(rest), len(want), len(wantRest))
	}
	if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
		t.Fatalf("before %v other bytes come out than from the standard library", err)
	}
}
