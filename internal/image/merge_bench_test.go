package image

import (
	"fmt"
	"testing"

	"seawall/internal/asset"
)

// manyRecords are fourteen layers with 46,000 entries, as many as a usual large
// image has.
func manyRecords() []*Record {
	records := make([]*Record, 14)
	for layer := range records {
		r := &Record{}
		for i := range 3300 {
			path := fmt.Sprintf("usr/lib/python3/dist-packages/package%03d/module%02d/file%05d.py", i%100, i%7, i*14+layer)
			r.add([]byte(path), nil, asset.FileEntry{Type: asset.Regular, Mode: 0o644}, 0)
		}
		r.seal()
		records[layer] = r
	}
	return records
}

// BenchmarkMerge lays the layers over each other.
func BenchmarkMerge(b *testing.B) {
	records := manyRecords()
	b.ReportAllocs()
	for b.Loop() {
		if visible := merge(records); len(visible) < 46_000 {
			b.Fatal(len(visible))
		}
	}
}

// BenchmarkEntriesWith seeks what nearly no file is.
func BenchmarkEntriesWith(b *testing.B) {
	snapshot := newSnapshot(make([]asset.Layer, 14), manyRecords())
	b.ReportAllocs()
	for b.Loop() {
		for e := range snapshot.EntriesWith(func(_ asset.FileType, mode uint32, capable bool) bool { return capable || mode&0o6000 != 0 }) {
			b.Fatal(e)
		}
	}
}

func BenchmarkEntries(b *testing.B) {
	snapshot := newSnapshot(make([]asset.Layer, 14), manyRecords())
	b.ReportAllocs()
	for b.Loop() {
		for range snapshot.Entries() {
		}
	}
}

func BenchmarkComparePaths(b *testing.B) {
	x := []byte("usr/lib/python3/dist-packages/package/module/file00001.py")
	y := []byte("usr/lib/python3/dist-packages/package/module/file00002.py")
	for b.Loop() {
		comparePaths(x, y)
	}
}
