package manifest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// store is content in memory.
type store map[digest.Digest][]byte

func (s store) fetch(_ context.Context, d v1.Descriptor, _ int64) ([]byte, error) {
	content, ok := s[d.Digest]
	if !ok {
		return nil, errors.New("not found")
	}
	return content, nil
}

func (s store) put(t testing.TB, mediaType string, document any) v1.Descriptor {
	t.Helper()
	content, ok := document.([]byte)
	if !ok {
		var err error
		if content, err = json.Marshal(document); err != nil {
			t.Fatal(err)
		}
	}
	d := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	s[d.Digest] = content
	return d
}

type fields map[string]any

var (
	layerA = v1.Descriptor{MediaType: v1.MediaTypeImageLayerGzip, Digest: digest.FromString("blob a"), Size: 10}
	layerB = v1.Descriptor{MediaType: v1.MediaTypeImageLayerZstd, Digest: digest.FromString("blob b"), Size: 20}
	amd64  = Platform{OS: "linux", Architecture: "amd64"}
)

// image stores an image of two layers for a platform.
func (s store) image(t testing.TB, os, arch, variant string) v1.Descriptor {
	t.Helper()
	config := s.put(t, v1.MediaTypeImageConfig, fields{
		"os": os, "architecture": arch, "variant": variant,
		"rootfs": fields{"type": "layers", "diff_ids": []digest.Digest{digest.FromString("a"), digest.FromString("b")}},
	})
	d := s.put(t, v1.MediaTypeImageManifest, fields{"schemaVersion": 2, "config": config, "layers": []v1.Descriptor{layerA, layerB}})
	d.Platform = &v1.Platform{OS: os, Architecture: arch, Variant: variant}
	return d
}

func (s store) index(t testing.TB, manifests ...v1.Descriptor) v1.Descriptor {
	t.Helper()
	return s.put(t, v1.MediaTypeImageIndex, fields{"schemaVersion": 2, "mediaType": v1.MediaTypeImageIndex, "manifests": manifests})
}

func TestOpenReadsIdentityAndLayers(t *testing.T) {
	s := store{}
	root := s.image(t, "linux", "amd64", "")
	img, err := Open(t.Context(), root, s.fetch, amd64)
	if err != nil {
		t.Fatal(err)
	}
	if img.Facts.Digest != root.Digest.String() || img.Facts.OS != "linux" || len(img.Layers) != 2 {
		t.Errorf("digest %s, OS %s, %d layers", img.Facts.Digest, img.Facts.OS, len(img.Layers))
	}
	second := img.Layers[1]
	if second.DiffID != digest.FromString("b").String() || second.Digest != layerB.Digest.String() ||
		second.Size != 20 || second.MediaType != v1.MediaTypeImageLayerZstd {
		t.Errorf("second layer is %+v", second)
	}
	if facts := img.Facts.Layers[1]; facts.Digest != second.Digest || facts.Size != second.Size {
		t.Errorf("second layer's facts are %+v", facts)
	}
}

func TestPlatformChoice(t *testing.T) {
	s := store{}
	amd, amd3 := s.image(t, "linux", "amd64", ""), s.image(t, "linux", "amd64", "v3")
	arm6, arm7, arm64 := s.image(t, "linux", "arm", "v6"), s.image(t, "linux", "arm", "v7"), s.image(t, "linux", "arm64", "v8")
	attestation := s.put(t, v1.MediaTypeImageManifest, fields{"schemaVersion": 2})
	attestation.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
	nameless := s.image(t, "linux", "s390x", "")
	nameless.Platform = nil

	tests := []struct {
		name, platform string
		manifests      []v1.Descriptor
		want           v1.Descriptor
	}{
		{"the one asked for", "linux/arm64", []v1.Descriptor{amd, arm64}, arm64},
		{"another name for it", "linux/aarch64/v8", []v1.Descriptor{amd, arm64}, arm64},
		{"plain before newer processors", "linux/amd64", []v1.Descriptor{amd3, amd}, amd},
		{"newer processors if asked for", "linux/amd64/v3", []v1.Descriptor{amd, amd3}, amd3},
		{"plain where there is no variant", "linux/amd64/v3", []v1.Descriptor{arm64, amd}, amd},
		{"exact ARM", "linux/arm/v6", []v1.Descriptor{arm7, arm6}, arm6},
		{"older ARM runs too", "linux/arm/v8", []v1.Descriptor{arm6, arm7}, arm7},
		{"newest ARM by default", "linux/arm", []v1.Descriptor{arm6, arm7}, arm7},
		{"Debian's name for ARM", "linux/armel", []v1.Descriptor{arm7, arm6}, arm6},
		{"attestation skipped", "linux/amd64", []v1.Descriptor{attestation, amd}, amd},
		{"nested index", "linux/arm64", []v1.Descriptor{amd, s.index(t, arm7, s.index(t, arm64))}, arm64},
		{"the only image, without a platform", "linux/amd64", []v1.Descriptor{nameless, attestation}, nameless},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			platform, err := ParsePlatform(tt.platform)
			if err != nil {
				t.Fatal(err)
			}
			img, err := Open(t.Context(), s.index(t, tt.manifests...), s.fetch, platform)
			if err != nil {
				t.Fatal(err)
			}
			if img.Facts.Digest != tt.want.Digest.String() {
				t.Errorf("chose %s/%s/%s", img.Facts.OS, img.Facts.Architecture, img.Facts.Variant)
			}
		})
	}
}

func TestPlatformNotThere(t *testing.T) {
	s := store{}
	root := s.index(t, s.image(t, "linux", "arm64", ""), s.image(t, "windows", "amd64", ""), s.image(t, "linux", "arm", "v7"))
	for _, platform := range []string{"linux/amd64", "linux/arm/v6"} {
		want, err := ParsePlatform(platform)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), root, s.fetch, want)
		if err == nil || !strings.Contains(err.Error(), "linux/arm/v7, linux/arm64, windows/amd64") {
			t.Errorf("%s: error %v, want a list of what there is", platform, err)
		}
	}
}

func TestSingleImageIsTakenWhateverItIsFor(t *testing.T) {
	s := store{}
	img, err := Open(t.Context(), s.image(t, "linux", "riscv64", ""), s.fetch, amd64)
	if err != nil || img.Facts.Architecture != "riscv64" {
		t.Errorf("image %+v, error %v", img, err)
	}
}

func TestParsePlatformRefuses(t *testing.T) {
	for _, text := range []string{"linux", "linux/", "/amd64", "linux/arm/v7/x", "linux//v7"} {
		if p, err := ParsePlatform(text); err == nil {
			t.Errorf("ParsePlatform(%q) = %v, want an error", text, p)
		}
	}
}

// TestOpenRefuses gives stores that lie or hold something else; every error
// must say what it is.
func TestOpenRefuses(t *testing.T) {
	s := store{}
	config := s.put(t, v1.MediaTypeImageConfig, fields{"os": "linux", "rootfs": fields{"diff_ids": []digest.Digest{digest.FromString("a")}}})
	chart := s.put(t, "application/vnd.cncf.helm.config.v1+json", fields{"name": "chart"})
	manifest := func(f fields) v1.Descriptor { return s.put(t, v1.MediaTypeImageManifest, f) }

	lying := s.put(t, v1.MediaTypeImageManifest, []byte(`{"schemaVersion":2}`))
	s[lying.Digest] = []byte(`{"schemaVersion":3}`)
	large := config
	large.Size = 1 << 40
	missing := config
	missing.Digest = digest.FromString("nobody has this")
	deep := manifest(fields{"schemaVersion": 2, "config": config, "layers": []v1.Descriptor{layerA}})
	for range 8 {
		deep = s.index(t, deep)
	}
	wide := make([]v1.Descriptor, 20)
	for i := range wide {
		wide[i] = s.index(t, v1.Descriptor{Platform: &v1.Platform{OS: "plan9", Architecture: fmt.Sprint(i)}})
	}

	tests := []struct {
		name string
		root v1.Descriptor
		says string
	}{
		{"other content", lying, "instead of"},
		{"empty", manifest(nil), "neither an image's manifest nor an index"},
		{"broken JSON", s.put(t, v1.MediaTypeImageManifest, []byte("{")), "not valid"},
		{"schema 1", s.put(t, dockerSchema1Signed, fields{"schemaVersion": 1, "fsLayers": []fields{}}), "schema 1"},
		{"index and image in one", manifest(fields{"config": config, "layers": []v1.Descriptor{}, "manifests": []v1.Descriptor{config}}), "in one"},
		{"declared as an index", s.put(t, v1.MediaTypeImageIndex, fields{"config": config, "layers": []v1.Descriptor{layerA}}), "something else"},
		{"too many layers", manifest(fields{"config": config, "layers": make([]v1.Descriptor, MaxLayers+1)}), "more than 2000"},
		{"too many manifests", manifest(fields{"manifests": make([]v1.Descriptor, MaxLayers+1)}), "more than 2000"},
		{"layers that are no list", manifest(fields{"config": config, "layers": fields{}}), "no list"},
		{"layers that the configuration lacks", manifest(fields{"config": config, "layers": []v1.Descriptor{layerA, layerB}}), "damaged"},
		{"a chart", manifest(fields{"config": chart, "layers": []v1.Descriptor{layerA}}), "helm"},
		{"configuration too large", manifest(fields{"config": large, "layers": []v1.Descriptor{layerA}}), "the limit is"},
		{"configuration missing", manifest(fields{"config": missing, "layers": []v1.Descriptor{layerA}}), "not found"},
		{"bad layer digest", manifest(fields{"config": config, "layers": []fields{{"digest": "sha256:../../etc/passwd"}}}), "digest"},
		{"negative size", manifest(fields{"config": config, "layers": []fields{{"digest": layerA.Digest, "size": -1}}}), "-1 bytes"},
		{"indexes in indexes", deep, "nested"},
		{"many indexes", s.index(t, wide...), "nested"},
		{"empty index", s.index(t, []v1.Descriptor{}...), "no image"},
		{"no digest", v1.Descriptor{}, "digest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(t.Context(), tt.root, s.fetch, amd64)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one with %q", err, tt.says)
			}
		})
	}
}

func TestEmbeddedContentIsVerified(t *testing.T) {
	s := store{}
	root := s.image(t, "linux", "amd64", "")
	root.Data = s[root.Digest]
	delete(s, root.Digest)
	if _, err := Open(t.Context(), root, s.fetch, amd64); err != nil {
		t.Errorf("embedded manifest: %v", err)
	}
	root.Data = []byte(`{"schemaVersion":2,"manifests":[]}`)
	if _, err := Open(t.Context(), root, s.fetch, amd64); err == nil {
		t.Error("embedded content with another digest was taken")
	}
}

// FuzzOpen hands any bytes to the manifest's reader: no panic, and no image
// with layers that could not be read.
func FuzzOpen(f *testing.F) {
	s := store{}
	image := s.image(f, "linux", "amd64", "")
	f.Add(s[image.Digest], image.MediaType)
	index := s.index(f, image)
	f.Add(s[index.Digest], index.MediaType)
	f.Add([]byte(`{"schemaVersion":1,"fsLayers":[]}`), "")
	f.Add([]byte(`{"manifests":[{"digest":"sha256:00","platform":{}}]}`), "text/plain; charset")
	f.Fuzz(func(t *testing.T, raw []byte, mediaType string) {
		root := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(raw), Data: raw}
		img, err := Open(t.Context(), root, s.fetch, amd64)
		if err != nil {
			return
		}
		if len(img.Layers) != len(img.Facts.Layers) {
			t.Errorf("%d layers, %d in the facts", len(img.Layers), len(img.Facts.Layers))
		}
		for _, l := range img.Layers {
			if digest.Digest(l.DiffID).Validate() != nil || digest.Digest(l.Digest).Validate() != nil {
				t.Errorf("layer %+v", l)
			}
		}
	})
}
