package index

import "bufio"

// sections writes the parts of a segment behind each other and remembers where
// they are.
type sections struct {
	w      *bufio.Writer
	place  int64
	offset [sectionCount]int64
	length [sectionCount]int64
	err    error
}

func (s *sections) begin(section int) { s.offset[section] = s.place }
func (s *sections) end(section int)   { s.length[section] = s.sectionLength(section) }

func (s *sections) sectionLength(section int) int64 { return s.place - s.offset[section] }

func (s *sections) append(data []byte) {
	if s.err != nil {
		return
	}
	n, err := s.w.Write(data)
	s.place += int64(n)
	s.err = err
}

func (s *sections) add(section int, data []byte) {
	s.begin(section)
	s.append(data)
	s.end(section)
}

func (s *sections) flush() error {
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}

func (s *sections) header() []byte {
	header := append(make([]byte, 0, headerSize), magic...)
	header = order.AppendUint64(header, uint64(s.place))
	for i := range sectionCount {
		header = order.AppendUint64(header, uint64(s.offset[i]))
		header = order.AppendUint64(header, uint64(s.length[i]))
	}
	return header
}
