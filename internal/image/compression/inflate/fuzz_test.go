package inflate

import "testing"

// FuzzInflate must agree with the standard library on any bytes, and on any way
// in which they come.
func FuzzInflate(f *testing.F) {
	data := samples()
	for _, compress := range compressors() {
		for _, kind := range []string{"empty", "few", "mixed", "skewed"} {
			f.Add(compress(f, data[kind][:min(len(data[kind]), 3000)]))
		}
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		agree(t, stored)
	})
}
