package version

import "testing"

// benchmarks are pairs as a check meets them: a package and its fix.
var benchmarks = []struct {
	name   string
	scheme Scheme
	a, b   string
}{
	{"dpkg", Dpkg, "1:2.36.1-8+deb12u1", "1:2.36.1-8+deb12u2"},
	{"rpm", RPM, "0:4.18.0-372.13.1.el8_6", "0:4.18.0-372.9.1.el8"},
	{"apk", APK, "3.1.4_rc1-r5", "3.1.4-r6"},
	{"semver", SemVer, "4.17.21", "4.17.20"},
	{"semver-pre", SemVer, "7.0.0-beta.11", "7.0.0-beta.2"},
	{"go-pseudo", Go, "v0.0.0-20220310190112-c0c966dc31e2", "0.0.0-20241013234402-fb3ad845df46"},
	{"bitnami", Bitnami, "7.0.5-1", "7.0.5"},
	{"nuget", NuGet, "13.0.1-beta2", "13.0.1-BETA1"},
	{"pypi", PEP440, "4.2.11", "4.2.8"},
	{"pypi-suffixes", PEP440, "2.0.0rc1.post1.dev3", "2.0.0rc1"},
	{"maven", Maven, "2.9.10.8", "2.9.10.7"},
	{"maven-qualifier", Maven, "5.3.0.RELEASE", "5.3.1-SNAPSHOT"},
	{"rubygems", RubyGems, "6.1.3.1", "6.1.3.a"},
	{"composer", Composer, "v2.4.5-p8", "2.4.4-p9"},
	{"cran", CRAN, "0.1.4-2", "0.1.18"},
	{"hackage", Hackage, "2.0.3.1", "2.0.3"},
}

func BenchmarkCompare(b *testing.B) {
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bench.scheme.Compare(bench.a, bench.b); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCompareAllocatesNothing guards what the matcher relies on: it compares
// about 100,000 times for an image.
func TestCompareAllocatesNothing(t *testing.T) {
	for _, bench := range benchmarks {
		allocations := testing.AllocsPerRun(100, func() {
			_, _ = bench.scheme.Compare(bench.a, bench.b)
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations, want none", bench.name, allocations)
		}
	}
}
