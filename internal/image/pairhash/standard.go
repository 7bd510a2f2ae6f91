package pairhash

import (
	"crypto/sha256"
	"hash"
)

// standard hashes everything twice with the standard library.
type standard struct{ all, some hash.Hash }

func newStandard() *standard { return &standard{sha256.New(), sha256.New()} }

func (s *standard) write(p []byte) {
	s.all.Write(p)
	s.some.Write(p)
}

func (s *standard) begin()            { s.some.Reset() }
func (s *standard) part() [Size]byte  { return [Size]byte(s.some.Sum(nil)) }
func (s *standard) whole() [Size]byte { return [Size]byte(s.all.Sum(nil)) }
