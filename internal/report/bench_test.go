package report

import (
	"fmt"
	"runtime"
	"testing"

	"seawall/internal/asset"
)

// Every format, for an image of so many packages with a finding each.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1000, 20_000} {
		d := many(n)
		for i := range n {
			name := fmt.Sprintf("package-%d", i)
			d.Assets[0].Packages = append(d.Assets[0].Packages, Package{Package: asset.Package{
				Name: name, Version: "1.0", Type: "deb", Ecosystem: "Debian:11", PURL: "pkg:deb/debian/" + name + "@1.0", Licenses: []string{"GPL-2+", "Expat"},
				Locations: []asset.Location{{Path: "var/lib/dpkg/status"}}, Source: asset.SourcePackage{Name: name, Version: "1.0"},
			}})
		}
		for _, f := range Formats {
			b.Run(fmt.Sprintf("%s-%d", f.Name, n), func(b *testing.B) { benchmarkFormat(b, f, d) })
		}
	}
}

func benchmarkFormat(b *testing.B, f Format, d *Document) {
	b.ReportAllocs()
	runtime.GC()
	peak := peakWriter{before: heap()}
	for b.Loop() {
		if err := f.Write(&peak, d, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(peak.most-peak.before)/1e6, "peak-MB")
}

// peakWriter looks at the heap at every hundredth write, and so at the end of
// a format that writes once.
type peakWriter struct {
	writes       int
	before, most uint64
}

func (p *peakWriter) Write(data []byte) (int, error) {
	if p.writes%100 == 0 {
		p.most = max(p.most, heap())
	}
	p.writes++
	return len(data), nil
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
