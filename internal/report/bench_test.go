package report

import (
	"fmt"
	"io"
	"testing"

	"seawall/internal/asset"
)

// Every format, for an image of 1,000 packages with 1,000 findings.
func BenchmarkWrite(b *testing.B) {
	d := many(1000)
	for i := range 1000 {
		name := fmt.Sprintf("package-%d", i)
		d.Assets[0].Packages = append(d.Assets[0].Packages, Package{Package: asset.Package{
			Name: name, Version: "1.0", Type: "deb", Ecosystem: "Debian:11", PURL: "pkg:deb/debian/" + name + "@1.0", Licenses: []string{"GPL-2+", "Expat"},
			Locations: []asset.Location{{Path: "var/lib/dpkg/status"}}, Source: asset.SourcePackage{Name: name, Version: "1.0"},
		}})
	}
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(io.Discard, d, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
