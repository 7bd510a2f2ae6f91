package version

import (
	"path/filepath"
	"testing"
)

func FuzzDpkg(f *testing.F)        { fuzz(f, Dpkg) }
func FuzzRPM(f *testing.F)         { fuzz(f, RPM) }
func FuzzAPK(f *testing.F)         { fuzz(f, APK) }
func FuzzSemVer(f *testing.F)      { fuzz(f, SemVer) }
func FuzzSemVerBuild(f *testing.F) { fuzz(f, SemVerBuild) }
func FuzzGo(f *testing.F)          { fuzz(f, Go) }
func FuzzBitnami(f *testing.F)     { fuzz(f, Bitnami) }
func FuzzNuGet(f *testing.F)       { fuzz(f, NuGet) }
func FuzzPEP440(f *testing.F)      { fuzz(f, PEP440) }
func FuzzMaven(f *testing.F)       { fuzz(f, Maven) }
func FuzzRubyGems(f *testing.F)    { fuzz(f, RubyGems) }
func FuzzComposer(f *testing.F)    { fuzz(f, Composer) }
func FuzzCRAN(f *testing.F)        { fuzz(f, CRAN) }
func FuzzHackage(f *testing.F)     { fuzz(f, Hackage) }

// fuzz checks that s neither panics nor contradicts itself on any text.
func fuzz(f *testing.F, s Scheme) {
	for _, o := range oracles {
		if o.scheme != s {
			continue
		}
		_, pairs, _ := readTable(f, filepath.Join("testdata", o.name+".txt"))
		for i := range pairs[1:] {
			f.Add(pairs[i].a, pairs[i].b, pairs[i+1].a)
		}
	}
	f.Add("1.0", "1.0-1", "1:1.0~rc1+b^c_p1")
	f.Add("\x00", "1\xff", "１.٣")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		checkOrder(t, s, a, b, c)
	})
}
