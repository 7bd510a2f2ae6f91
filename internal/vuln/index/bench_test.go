package index

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"seawall/internal/mapped"
	"seawall/internal/vuln/osv"
)

const (
	benchPackages = 103_000
	benchRanges   = 1_000_000
)

// largeSegment writes a million ranges over 103,000 packages, with a skew as
// real ones have and versions as distributions write them. Four ranges belong
// to one advisory.
func largeSegment(b *testing.B) string {
	b.Helper()
	random := rand.New(rand.NewPCG(9, 10))
	w := newTestWriter(b)
	for i := range benchRanges / 4 {
		advisory := Advisory{
			ID: fmt.Sprintf("DEBIAN-CVE-2024-%05d", i), CVEs: []string{fmt.Sprintf("CVE-2024-%05d", i)},
			Details:    fmt.Sprintf("A flaw numbered %d in the handling of %x lets a remote attacker read %x.", i, random.Uint64(), random.Uint64()),
			References: []string{fmt.Sprintf("https://security-tracker.debian.org/tracker/CVE-2024-%05d", i)},
			Published:  time.Unix(int64(1_600_000_000+i), 0),
		}
		name := packageName(int(float64(benchPackages) * random.Float64() * random.Float64()))
		fixed := fmt.Sprintf("%d.%d.%d-%d", random.IntN(12), random.IntN(30), random.IntN(20), random.IntN(9))
		var entries []Entry
		for release := range 4 {
			e := Entry{Release: fmt.Sprintf("Debian:%d", 11+release), Name: name}
			e.Ranges = []osv.Range{{{Kind: osv.Introduced, Version: "0"}, {Kind: osv.Fixed, Version: fmt.Sprintf("%s+deb%du%d", fixed, 11+release, random.IntN(5))}}}
			entries = append(entries, e)
		}
		if err := w.Add(advisory, entries); err != nil {
			b.Fatal(err)
		}
	}
	return written(b, w)
}

func pageSums(tb testing.TB, path string) []byte {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	sums, err := mapped.Checksums(f)
	if err != nil {
		tb.Fatal(err)
	}
	return sums
}

// reportCPU adds the processor time of each operation: on a busy machine the
// wall clock says little.
func reportCPU(b *testing.B, run func()) {
	b.Helper()
	before := cpuTime(b)
	run()
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func cpuTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func packageName(i int) string { return fmt.Sprintf("lib%x-package-%d", i*2654435761%4096, i) }

func BenchmarkSegment(b *testing.B) {
	path := largeSegment(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	sums := pageSums(b, path)
	openWithSums := func() *Reader {
		file, err := mapped.Open(path, MaxFileSize, sums)
		if err != nil {
			b.Fatal(err)
		}
		r, err := Open(file)
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	r := openWithSums()
	defer r.Close()
	details := r.sections[sectionDetails].length + r.sections[sectionBlocks].length + r.sections[sectionAdvisories].length
	b.Run("open", func(b *testing.B) {
		reportCPU(b, func() {
			for b.Loop() {
				openWithSums().Close()
			}
		})
		b.ReportMetric(float64(info.Size())/1e6, "MB/file")
		b.ReportMetric(float64(info.Size()-int64(details))/1e6, "MB/match-index")
	})
	names := make([]string, 1<<16)
	random := rand.New(rand.NewPCG(11, 12))
	for i := range names {
		names[i] = packageName(random.IntN(benchPackages))
	}
	b.Run("lookup", func(b *testing.B) {
		found := 0
		reportCPU(b, func() {
			for i := 0; b.Loop(); i++ {
				entry, err := r.find("Debian:12", names[i&(len(names)-1)])
				if err != nil {
					b.Fatal(err)
				}
				found += len(entry)
			}
		})
		b.ReportMetric(float64(found)/float64(b.N), "bytes/entry")
	})
	b.Run("lookup-and-decode", func(b *testing.B) {
		b.ReportAllocs()
		ranges := 0
		reportCPU(b, func() {
			for i := 0; b.Loop(); i++ {
				err := r.Lookup("Debian:12", names[i&(len(names)-1)], func(a *Affected) error { ranges += len(a.Ranges); return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.ReportMetric(float64(ranges)/float64(b.N), "ranges/op")
	})
}
