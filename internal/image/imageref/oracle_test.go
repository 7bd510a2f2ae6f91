package imageref

import (
	_ "crypto/sha256" // the oracle knows the algorithms that are linked in
	_ "crypto/sha512"
	"strings"
	"testing"

	"github.com/distribution/reference"
)

// oracle parses as the docker command does.
func oracle(text string) (Reference, bool) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil || reference.Domain(named) == "" { // no registry: Parse says why it differs
		return Reference{}, false
	}
	named = reference.TagNameOnly(named)
	ref := Reference{Text: text, Domain: reference.Domain(named), Path: reference.Path(named)}
	if tagged, ok := named.(reference.Tagged); ok {
		ref.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		ref.Digest = digested.Digest().String()
	}
	return ref, true
}

func compare(t *testing.T, text string) {
	t.Helper()
	want, accepted := oracle(text)
	if got, err := Parse(text); (err == nil) != accepted || got != want {
		t.Errorf("Parse(%q) = %+v, %v; the oracle says %+v, accepted: %t", text, got, err, want, accepted)
	}
}

// TestOracle puts parts that are right, wrong and on the edge together in every
// way.
func TestOracle(t *testing.T) {
	domains := []string{
		"", "localhost/", "LOCALHOST/", "docker.io/", "Docker.io/", "index.docker.io/", "a/", "A/", "a.b/", "a.b./", ".a/", "a-/", "a-.b/", "-a.b/",
		"a_b/", "a_b.c/", "a_b:1/", "a:1/", "a:/", "a:x/", "a:1:2/", "1.2.3.4:80/", "[::1]/", "[::1]:80/", "[::1]x/", "[::1/", "[]/", "[::g]/", "::1/",
		"[FE80::1]:5000/", "a]:1/", "/", "é/", "É/", "https://", "docker.io/library/", "\xff/",
	}
	paths := []string{
		"", "a", "A", "0", "a/b", "a//b", "a/", "a.b", "a..b", "a_b", "a__b", "a___b", "a-b", "a---b", "a.-b", "a-_b", ".a", "a.", "é", "a b", "a\n",
		strings.Repeat("a", 247), strings.Repeat("a", 248), strings.Repeat("a", 255), strings.Repeat("a", 256), strings.Repeat("f", 64), strings.Repeat("F", 64),
	}
	suffixes := []string{"", ":", ":1", ":A_b.c-d", ":-a", ":.a", ":_a", ":a/b", ":a:b", ":é", ":" + strings.Repeat("a", 128), ":" + strings.Repeat("a", 129)}
	digests := []string{
		"", "@", "@sha256", "@sha256:", "@sha256:" + strings.Repeat("a1", 32), "@sha256:" + strings.Repeat("A1", 32), "@sha256:" + strings.Repeat("a1", 33),
		"@SHA256:" + strings.Repeat("a1", 32), "@sha384:" + strings.Repeat("a1", 48), "@sha512:" + strings.Repeat("a1", 64), "@md5:" + strings.Repeat("a1", 16),
		"@sha256:" + strings.Repeat("a1", 32) + "@sha256:" + strings.Repeat("a1", 32),
	}
	for _, domain := range domains {
		for _, path := range paths {
			for _, suffix := range suffixes {
				for _, digest := range digests {
					compare(t, domain+path+suffix+digest)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"debian", "docker.io/debian:12", "localhost:5000/a/b:v1", "[::1]:5000/a-b__c.d:_x", "Host/a@sha256:" + strings.Repeat("a1", 32),
		"a_b.c/d", "a--b/c", strings.Repeat("a", 64), "user@host/x", "a@sha512:" + strings.Repeat("0", 128),
	} {
		f.Add(text)
	}
	f.Fuzz(compare)
}
