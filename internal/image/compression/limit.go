package compression

import "fmt"

// Limit bounds what comes out of a stream. Zero fields stand for the defaults.
type Limit struct {
	// Max is the most that may come out, in bytes; 64 GiB by default.
	Max int64
	// Ratio is how many times the bytes read so far may have come out, once
	// more than Floor bytes did: 200 and 2 GiB by default. Small streams of
	// zeros are common and harmless, gzip reaches 1,032 and zstd far more.
	Ratio, Floor int64
}

func (l Limit) withDefaults() Limit {
	if l.Max == 0 {
		l.Max = 64 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 200
	}
	if l.Floor == 0 {
		l.Floor = 2 << 30
	}
	return l
}

// check reports a stream that gave out bytes for in bytes read.
func (l Limit) check(kind Kind, in, out int64) error {
	if out > l.Max {
		return fmt.Errorf("%w: the %s stream has given %d bytes and more are to come; the limit is %d", ErrBomb, kind, out, l.Max)
	}
	if out > l.Floor && out/l.Ratio > in {
		return fmt.Errorf("%w: the %s stream has given %d bytes for %d read; beyond %d bytes the limit is %d times",
			ErrBomb, kind, out, in, l.Floor, l.Ratio)
	}
	return nil
}
