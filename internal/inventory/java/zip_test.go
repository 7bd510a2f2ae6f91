package java

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/image"
)

// TestReadsWhatArchiveZipReads compares names and contents with the standard
// library's reader.
func TestReadsWhatArchiveZipReads(t *testing.T) {
	var members []member
	for i := range 3_000 {
		members = append(members, member{fmt.Sprintf("folder/%d.txt", i), strings.Repeat("content ", i%50), i%3 == 0})
	}
	plain := archive(t, members...)
	for name, content := range map[string]string{
		"plain": plain, "behind a script": "#!/bin/sh\n" + plain, "empty": archive(t),
		"with a comment": plain[:len(plain)-2] + "\x05\x00hello",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			for _, f := range r.File {
				want[f.Name] = readAll(t, f)
			}
			z, err := openZip(strings.NewReader(content), int64(len(content)))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			err = z.walk(func(e zipEntry) error {
				data, err := z.read(e, 1<<20)
				got[string(e.name)] = string(data)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestZip64 rewrites the end of an archive as zip64 has it, and the sizes of its
// entry into the extra field.
func TestZip64(t *testing.T) {
	const text = "groupId=org.a\nartifactId=a\nversion=1.0\n"
	name := "META-INF/maven/org.a/a/pom.properties"
	var b bytes.Buffer
	u16 := func(v uint16) { _ = binary.Write(&b, little, v) }
	u32 := func(v uint32) { _ = binary.Write(&b, little, v) }
	u64 := func(v uint64) { _ = binary.Write(&b, little, v) }
	sum := uint32(0)
	{
		// The checksum comes from the standard library's writer.
		r, err := zip.NewReader(strings.NewReader(archive(t, member{"x", text, true})), int64(len(archive(t, member{"x", text, true}))))
		if err != nil {
			t.Fatal(err)
		}
		sum = r.File[0].CRC32
	}
	b.WriteString(markLocalHeader)
	u16(45)
	u16(0)
	u16(0)
	u32(0)
	u32(sum)
	u32(unknown32)
	u32(unknown32)
	u16(uint16(len(name)))
	u16(0)
	b.WriteString(name + text)
	directory := b.Len()
	b.WriteString(markEntry)
	u16(45)
	u16(45)
	u16(0)
	u16(0)
	u32(0)
	u32(sum)
	u32(unknown32)
	u32(unknown32)
	u16(uint16(len(name)))
	u16(28)
	u16(0)
	u16(0)
	u16(0)
	u32(0)
	u32(unknown32)
	b.WriteString(name)
	u16(zip64Extra)
	u16(24)
	u64(uint64(len(text)))
	u64(uint64(len(text)))
	u64(0)
	length := b.Len() - directory
	b.WriteString(markEnd64)
	u64(end64Size - 12)
	u16(45)
	u16(45)
	u32(0)
	u32(0)
	u64(1)
	u64(1)
	u64(uint64(length))
	u64(uint64(directory))
	b.WriteString(markEnd64Locator)
	u32(0)
	u64(uint64(directory + length))
	u32(1)
	b.WriteString(markEnd)
	u16(0)
	u16(0)
	u16(0xffff)
	u16(0xffff)
	u32(unknown32)
	u32(unknown32)
	u16(0)
	if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil {
		t.Fatalf("the test's own archive is wrong: %v", err)
	}
	packages, err := packagesOf(t, "a.jar", b.String())
	if err != nil || len(packages) != 1 || packages[0].Name != "org.a:a" {
		t.Errorf("%+v, %v", packages, err)
	}
}

// TestHostileArchives checks that what can be read is kept and the rest is named.
func TestHostileArchives(t *testing.T) {
	good := pomMember("org.a", "a", "1.0")
	plain := archive(t, good)
	deep := plain
	for range maxDepth + 3 {
		deep = archive(t, member{"x.jar", deep, false}, good)
	}
	encrypted := []byte(archive(t, good))
	encrypted[bytes.Index(encrypted, []byte(markEntry))+8] |= flagEncrypted
	wrongSum := []byte(archive(t, good))
	wrongSum[bytes.Index(wrongSum, []byte(markEntry))+16] ^= 1
	tests := []struct {
		name, content string
		want          int
		problem       string
	}{
		{"no archive", "PK, but nothing else", 0, "no zip directory"},
		{"truncated", plain[:len(plain)-30], 0, "no zip directory"},
		{"too deep", deep, maxDepth + 1, "nested deeper"},
		{"nested one is broken", archive(t, good, member{"lib/b.jar", "PK\x03\x04junk", true}), 1, "lib/b.jar cannot"},
		{"encrypted", string(encrypted), 0, "encrypted"},
		{"wrong checksum", string(wrongSum), 0, "checksum is wrong"},
		{"more artifacts than are listed", archive(t, manyPOMs(maxPOMs+1)...), maxPOMs, "more than the 5000 artifacts"},
		{"large properties", archive(t, good, member{"META-INF/maven/b/b/pom.properties", strings.Repeat("#\n", maxProperties), false}), 1, "larger than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			packages, err := packagesOf(t, "x.jar", tt.content)
			if len(packages) != tt.want {
				t.Errorf("%d packages, want %d", len(packages), tt.want)
			}
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("problem %v, want %q", err, tt.problem)
			}
		})
	}
}

// TestOverlappingArchives nests an archive whose directory lists one nested
// archive a thousand times: without a bound the work would be its fourth power.
func TestOverlappingArchives(t *testing.T) {
	content := archive(t, pomMember("org.a", "a", "1.0"))
	for range maxDepth {
		one := archive(t, member{"x.jar", content, true})
		at := strings.Index(one, markEntry)
		entry := one[at : at+entryHeaderSize+len("x.jar")]
		end := []byte(one[len(one)-endSize:])
		little.PutUint32(end[12:], uint32(1000*len(entry)))
		content = one[:at] + strings.Repeat(entry, 1000) + string(end)
	}
	s := scan{ctx: context.Background(), path: "x.jar", bytesLeft: 64 << 20, memoryLeft: 64 << 20, archivesLeft: 2_000}
	s.archive(strings.NewReader(content), int64(len(content)), "", 0)
	if len(s.found) > 2_000 || s.problem() == nil || s.archivesLeft < -5_000 {
		t.Errorf("%d artifacts, %d archives left, problem %v", len(s.found), s.archivesLeft, s.problem())
	}
}

// TestBomb has nested archives that unpack to much more than the bound.
func TestBomb(t *testing.T) {
	bomb := member{"x.jar", strings.Repeat("\x00", 8<<20), false}
	content := archive(t, bomb, member{"y.jar", bomb.content, false}, pomMember("org.a", "a", "1.0"))
	s := scan{ctx: context.Background(), path: "x.jar", bytesLeft: 64 << 20, memoryLeft: 4 << 20, archivesLeft: 10}
	s.archive(strings.NewReader(content), int64(len(content)), "", 0)
	if len(s.found) != 1 || s.problem() == nil || !strings.Contains(s.problem().Error(), "larger than") {
		t.Errorf("found %+v, problem %v", s.found, s.problem())
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	content := archive(t, pomMember("org.a", "a", "1.0"))
	if data, err := analyze(ctx, image.File{Path: "x.jar", Size: int64(len(content)), Content: strings.NewReader(content)}); data != nil || err == nil {
		t.Errorf("%s, %v", data, err)
	}
}

func FuzzArchive(f *testing.F) {
	library := archive(f, pomMember("org.a", "a", "1.0"), manifestMember("Implementation-Vendor-Id: org.x"))
	f.Add("a.jar", []byte(library))
	f.Add("x.ear", []byte(archive(f, member{"w.war", library, true}, member{"META-INF/maven/g/b/pom.xml", "<project><groupId>g</groupId></project>", false})))
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		packages, _ := packagesOf(t, path, string(content))
		for _, p := range packages {
			if p.Name == "" || p.Version == "" || (p.Ecosystem == "") != (p.NotMatched != "") {
				t.Fatalf("inconsistent package %+v", p)
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("Manifest-Version: 1.0\r\nBundle-License: a,\r\n b;c\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		m := parseManifest(content)
		_, _ = m.licenses(), m.supplier()
	})
}

func FuzzPOM(f *testing.F) {
	f.Add([]byte("<project><parent><groupId>g</groupId></parent><artifactId>a</artifactId><version>1</version></project>"))
	f.Add([]byte("groupId=g\nartifactId=a\nversion=1\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, c := range []coordinates{parsePOM(content), parseProperties(content)} {
			if c != c.cleaned() {
				t.Fatalf("not clean: %+v", c)
			}
		}
	})
}

// manyPOMs makes a shaded archive's members.
func manyPOMs(n int) []member {
	members := make([]member, 0, n)
	for i := range n {
		members = append(members, pomMember("org.a", fmt.Sprintf("a%d", i), "1.0"))
	}
	return members
}
