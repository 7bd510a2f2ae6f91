package image

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A record's file: recordMagic; the counts and sizes of what follows, each u64;
// rows; names; order; results; problems; and a CRC-32C of all before it. The
// rows and names are the bytes that stand in memory.
const recordMagic = "seawall record 1\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// writeTo writes the record's file.
func (r *Record) writeTo(w io.Writer) error {
	sum := crc32.New(castagnoli)
	buffered := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	e := encoder{w: buffered}
	e.bytes([]byte(recordMagic))
	e.number(uint64(r.count))
	e.number(uint64(r.namesLen()))
	e.number(uint64(len(r.order)))
	e.number(uint64(r.size))
	e.number(uint64(r.tarSize))
	for _, chunk := range r.rows {
		e.bytes(chunk)
	}
	for _, chunk := range r.names {
		e.bytes(chunk)
	}
	for _, index := range r.order {
		e.number32(index)
	}
	e.number(uint64(len(r.results)))
	for _, result := range r.results {
		e.text([]byte(result.analyzer))
		e.text([]byte(result.path))
		e.text(result.data)
	}
	e.number(uint64(len(r.problems)))
	for _, problem := range r.problems {
		e.text([]byte(problem.Path))
		e.text([]byte(problem.Message))
	}
	if err := buffered.Flush(); err != nil { // the first error of any write
		return err
	}
	_, err := w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

func (r *Record) namesLen() int {
	if len(r.names) == 0 {
		return 0
	}
	last := len(r.names) - 1
	return last*nameChunk + len(r.names[last])
}

// encoder keeps the first error, so that writing reads as a list.
type encoder struct {
	w   *bufio.Writer
	err error
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
}
func (e *encoder) number(n uint64)   { e.bytes(binary.LittleEndian.AppendUint64(nil, n)) }
func (e *encoder) number32(n uint32) { e.bytes(binary.LittleEndian.AppendUint32(nil, n)) }

func (e *encoder) text(b []byte) {
	e.number(uint64(len(b)))
	e.bytes(b)
}

var errBadRecord = errors.New("the record is damaged")

// readRecord reads a record's file. The record keeps file.
func readRecord(file []byte) (*Record, error) {
	end := len(file) - crc32.Size
	if end < 0 || checksum(file[:end]) != binary.LittleEndian.Uint32(file[end:]) {
		return nil, errBadRecord
	}
	d := decoder{left: file[:end]}
	if string(d.bytes(uint64(len(recordMagic)))) != recordMagic {
		return nil, errBadRecord
	}
	r := &Record{}
	count, names, order := d.number(), d.number(), d.number()
	r.size, r.tarSize = int64(d.number()), int64(d.number())
	r.count = int(min(count, uint64(len(file))))
	r.rows = split(d.array(count, rowSize), rowsPerChunk*rowSize)
	r.names = split(d.bytes(names), nameChunk)
	r.order = d.order(order, count)
	for range d.items() {
		r.results = append(r.results, result{analyzer: string(d.text()), path: string(d.text()), data: d.text()})
	}
	for range d.items() {
		r.problems = append(r.problems, Problem{Path: string(d.text()), Message: string(d.text())})
	}
	if d.bad || len(d.left) > 0 || !r.sound(names) {
		return nil, errBadRecord
	}
	return r, nil
}

// split cuts into chunks of n bytes.
func split(b []byte, n int) [][]byte {
	var chunks [][]byte
	for len(b) > n {
		chunks = append(chunks, b[:n:n])
		b = b[n:]
	}
	return append(chunks, b)
}

// sound tells if every text of every row stands within the names.
func (r *Record) sound(names uint64) bool {
	holds := func(offset uint32, length uint16) bool {
		return uint64(offset)+uint64(length) <= names && offset%nameChunk+uint32(length) <= nameChunk
	}
	for i := range r.count {
		w := r.rowAt(i)
		if !holds(w.nameAt()) || !holds(w.linkAt()) || !holds(w.capabilityAt()) {
			return false
		}
	}
	return true
}

// decoder reads within bounds; what does not fit makes it bad and reads as empty.
type decoder struct {
	left []byte
	bad  bool
}

func (d *decoder) bytes(n uint64) []byte {
	if d.bad || n > uint64(len(d.left)) {
		d.bad = true
		return nil
	}
	taken := d.left[:n:n]
	d.left = d.left[n:]
	return taken
}

// array takes n elements of size bytes.
func (d *decoder) array(n, size uint64) []byte {
	if n > uint64(len(d.left))/size {
		d.bad = true
		return nil
	}
	return d.bytes(n * size)
}

func (d *decoder) number() uint64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

func (d *decoder) text() []byte { return d.bytes(d.number()) }

// items reads how many items follow; each is at least a length.
func (d *decoder) items() uint64 { return min(d.number(), uint64(len(d.left))/8+1) }

func (d *decoder) order(n, count uint64) []uint32 {
	packed := d.array(n, 4)
	if len(packed) == 0 {
		return nil
	}
	order := make([]uint32, n)
	for i := range order {
		order[i] = binary.LittleEndian.Uint32(packed[i*4:])
		d.bad = d.bad || uint64(order[i]) >= count
	}
	return order
}
