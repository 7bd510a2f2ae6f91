package dockerfile

import (
	"os"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	content, err := os.ReadFile("../../../test/corpus/good/dockerfiles/ruby-rails.Dockerfile")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode("Dockerfile", content, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
