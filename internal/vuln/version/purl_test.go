package version

import "testing"

func TestComparePURL(t *testing.T) {
	for _, test := range []struct {
		purl, a, b string
		want       int
	}{
		{"pkg:deb/debian/bash@5", "1.0~rc1", "1.0", -1},
		{"pkg:pypi/x", "1.0.post1", "1.0", 1},
		{"pkg:npm/%40a/b@1", "1.2.3", "1.2.3", 0},
	} {
		if got, err := ComparePURL(test.purl, test.a, test.b); err != nil || got != test.want {
			t.Errorf("ComparePURL(%q, %q, %q) = %d, %v; want %d", test.purl, test.a, test.b, got, err, test.want)
		}
	}
	if _, err := ComparePURL("pkg:swid/x", "1", "2"); err == nil {
		t.Error("an unknown type was compared")
	}
}
