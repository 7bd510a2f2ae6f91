// Package pairhash computes two SHA-256 hashes over a stream in one pass: that
// of the whole stream, and that of a part of it. A layer needs both of every
// byte, its diff ID and the file's hash, and hashing is what reading a plain
// layer costs.
//
// A file's content begins at a multiple of 512 bytes in a tar, so both hashes
// see the same blocks. The message schedule is computed once for both, and two
// chains of rounds keep a processor busy that would wait for one: on processors
// with SHA instructions the second hash is nearly free. Elsewhere the standard
// library hashes twice.
package pairhash

import "crypto/sha256"

// Size is the size of a hash, in bytes.
const Size = sha256.Size

// Pair hashes a stream and a part of it. The zero value is not ready: use New.
type Pair struct{ pair }

// pair is the implementation for this processor.
type pair interface {
	write(p []byte)
	begin()
	part() [Size]byte
	whole() [Size]byte
}

// New gives a pair that has seen nothing.
func New() *Pair {
	if p := newFast(); p != nil {
		return &Pair{p}
	}
	return &Pair{newStandard()}
}

// Write appends to the stream, and to the part that Begin began.
func (p *Pair) Write(b []byte) { p.write(b) }

// Begin begins a part with the next byte.
func (p *Pair) Begin() { p.begin() }

// Part gives the hash of what was written since Begin.
func (p *Pair) Part() [Size]byte { return p.part() }

// Whole gives the hash of all that was written.
func (p *Pair) Whole() [Size]byte { return p.whole() }
