package vuln

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"seawall/internal/asset"
)

// BenchmarkDatabase opens a database and looks packages up in it. Set
// SEAWALL_BENCH_HOME to a home with a real one.
func BenchmarkDatabase(b *testing.B) {
	home := os.Getenv("SEAWALL_BENCH_HOME")
	if home == "" {
		b.Skip("set SEAWALL_BENCH_HOME to a folder that holds a database")
	}
	b.Run("open", func(b *testing.B) {
		before := cpuTime(b)
		for b.Loop() {
			db, err := Open(home)
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
	})
	var packages []asset.Package
	for _, source := range []string{"openssl", "curl", "glibc", "systemd", "zlib"} {
		for i := range 80 {
			packages = append(packages, built("Debian:11", fmt.Sprintf("%s-%d", source, i), "1", source, "1"))
		}
	}
	b.Run("open-and-find-in-400-packages", func(b *testing.B) {
		found := 0
		for b.Loop() {
			db, err := Open(home)
			if err != nil {
				b.Fatal(err)
			}
			findings, _ := db.Findings("image:x", "x", packages)
			found = len(findings)
			db.Close()
		}
		b.ReportMetric(float64(found), "findings")
	})
}

// cpuTime is the process's processor time in nanoseconds: on a busy machine the
// wall clock says little.
func cpuTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
