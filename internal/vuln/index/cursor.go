package index

import "encoding/binary"

// cursor reads a byte string from the front. After a failed read ok is false,
// and every later read gives zero.
type cursor struct {
	data []byte
	ok   bool
}

func newCursor(data []byte) cursor { return cursor{data: data, ok: true} }

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.data)
	if !c.ok || n <= 0 {
		c.ok = false
		return 0
	}
	c.data = c.data[n:]
	return v
}

// count reads a number of things that may be at most max.
func (c *cursor) count(max int) int {
	v := c.uvarint()
	if v > uint64(max) {
		c.ok = false
		return 0
	}
	return int(v)
}

func (c *cursor) bytes(max int) []byte {
	n := c.count(max)
	if !c.ok || n > len(c.data) {
		c.ok = false
		return nil
	}
	b := c.data[:n]
	c.data = c.data[n:]
	return b
}

func (c *cursor) byte() byte {
	if !c.ok || len(c.data) == 0 {
		c.ok = false
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return b
}

func (c *cursor) text() string { return string(c.bytes(maxText)) }

func (c *cursor) list() []string {
	n := c.count(maxList)
	var list []string
	for i := 0; i < n && c.ok; i++ {
		list = append(list, c.text())
	}
	return list
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendList(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}
