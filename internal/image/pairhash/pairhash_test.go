package pairhash

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// pairs are the implementations that this processor can run.
func pairs() map[string]func() pair {
	all := map[string]func() pair{"standard": func() pair { return newStandard() }}
	if newFast() != nil {
		all["fast"] = newFast
	}
	return all
}

// TestPair cuts a stream at random and compares with the standard library.
func TestPair(t *testing.T) {
	for name, newPair := range pairs() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(2000) {
				random := rand.New(rand.NewPCG(seed, 2))
				stream := make([]byte, random.IntN(3000))
				for i := range stream {
					stream[i] = byte(random.Uint32())
				}
				check(t, newPair(), stream, random)
			}
		})
	}
}

func check(t *testing.T, p pair, stream []byte, random *rand.Rand) {
	t.Helper()
	begun := 0
	for at := 0; at < len(stream); {
		switch random.IntN(4) {
		case 0:
			p.begin()
			begun = at
		case 1:
			if got := p.part(); got != sha256.Sum256(stream[begun:at]) {
				t.Fatalf("the hash of [%d:%d] is wrong", begun, at)
			}
		}
		next := min(len(stream), at+random.IntN(200))
		if random.IntN(2) == 0 {
			next = min(len(stream), (next+blockAlign-1)&^(blockAlign-1))
		}
		p.write(stream[at:next])
		at = next
	}
	if got := p.part(); got != sha256.Sum256(stream[begun:]) {
		t.Fatalf("the hash of [%d:] is wrong", begun)
	}
	if got := p.whole(); got != sha256.Sum256(stream) {
		t.Fatal("the hash of the whole stream is wrong")
	}
}

const blockAlign = 64

func FuzzPair(f *testing.F) {
	f.Add([]byte("header"), []byte("content"), []byte("padding"))
	f.Add(make([]byte, 512), bytes.Repeat([]byte("x"), 1000), make([]byte, 24))
	f.Fuzz(func(t *testing.T, before, part, after []byte) {
		for name, newPair := range pairs() {
			p := newPair()
			p.write(before)
			p.begin()
			p.write(part)
			if p.part() != sha256.Sum256(part) {
				t.Errorf("%s: the part's hash is wrong", name)
			}
			p.write(after)
			if p.whole() != sha256.Sum256(bytes.Join([][]byte{before, part, after}, nil)) {
				t.Errorf("%s: the whole hash is wrong", name)
			}
		}
	})
}

func BenchmarkPair(b *testing.B) {
	data := make([]byte, 1<<20)
	for name, newPair := range pairs() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			p := newPair()
			for b.Loop() {
				p.write(data)
			}
		})
	}
	b.Run("one hash", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		h := sha256.New()
		for b.Loop() {
			h.Write(data)
		}
	})
}
