package api

import (
	"bytes"
	"strings"
	"testing"

	contentv1 "github.com/containerd/containerd/api/services/content/v1"
	imagesv1 "github.com/containerd/containerd/api/services/images/v1"
	introspectionv1 "github.com/containerd/containerd/api/services/introspection/v1"
	versionv1 "github.com/containerd/containerd/api/services/version/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func marshal(t testing.TB, message proto.Message) []byte {
	t.Helper()
	encoded, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// samples are answers with every field set, also those that are not looked at.
func samples(t testing.TB) [][]byte {
	image := &imagesv1.Image{
		Name: "n", Labels: map[string]string{"a": "b"}, CreatedAt: timestamppb.Now(), UpdatedAt: timestamppb.Now(),
		Target: &types.Descriptor{MediaType: "m", Digest: "sha256:ä", Size: -1, Annotations: map[string]string{"c": "d"}},
	}
	other := &imagesv1.Image{Target: &types.Descriptor{Digest: "other"}}
	return [][]byte{
		nil,
		marshal(t, &versionv1.VersionResponse{Version: "1.7.24", Revision: "r"}),
		marshal(t, &imagesv1.GetImageResponse{Image: image}),
		marshal(t, &imagesv1.ListImagesResponse{Images: []*imagesv1.Image{image, other}}),
		marshal(t, &imagesv1.ListImagesResponse{Images: []*imagesv1.Image{{Name: "without a target"}, other}}),
		marshal(t, &contentv1.InfoResponse{Info: &contentv1.Info{Digest: "d", Size: 1 << 62, Labels: map[string]string{"e": "f"}}}),
		marshal(t, &contentv1.ReadContentResponse{Offset: 5, Data: []byte("data")}),
		marshal(t, &introspectionv1.PluginsResponse{Plugins: []*introspectionv1.Plugin{
			{Type: "t", ID: "i", Requires: []string{"r"}, Exports: map[string]string{"other": "x", "root": ""}, Platforms: []*types.Platform{{OS: "linux"}}},
			{Exports: map[string]string{"other": "x", "root": "/r"}, Capabilities: []string{"c"}},
			{Exports: map[string]string{"root": "/second"}},
		}}),
		append(marshal(t, &imagesv1.GetImageResponse{Image: image}), marshal(t, &imagesv1.GetImageResponse{Image: other})...), // merged
		[]byte("\x0b\x0c"),         // a group, which is skipped
		[]byte("\x08\x01\x10\x02"), // numbers where texts are
		[]byte("\x0a\x02\xff\xfe"), // not UTF-8
	}
}

// damaged are no messages at all.
var damaged = map[string][]byte{
	"longer than there is":  []byte("\x0a\xff"),
	"group without an end":  []byte("\x0b\x0b\x0b\x0c"),
	"end without a group":   []byte("\x0c"),
	"field 0":               []byte("\x00\x01"),
	"groups in groups":      []byte(strings.Repeat("\x0b", 20_000)),
	"number without an end": bytes.Repeat([]byte("\xff"), 20),
}

// requireSame wants what the generated types make of an answer of any kind,
// unless they refuse it.
func requireSame(t *testing.T, message []byte) {
	t.Helper()
	version, err := decodeVersion(message)
	var theirVersion versionv1.VersionResponse
	compare(t, message, &theirVersion, err, func() bool { return version == theirVersion.GetVersion() })

	image, err := decodeImage(message)
	var theirImage imagesv1.GetImageResponse
	compare(t, message, &theirImage, err, func() bool { return image == descriptor(theirImage.GetImage()) })

	first, found, err := decodeFirstImage(message)
	var theirList imagesv1.ListImagesResponse
	compare(t, message, &theirList, err, func() bool {
		images := theirList.GetImages()
		return found == (len(images) > 0) && (!found || first == descriptor(images[0]))
	})

	size, err := decodeSize(message)
	var theirInfo contentv1.InfoResponse
	compare(t, message, &theirInfo, err, func() bool { return size == theirInfo.GetInfo().GetSize() })

	data, err := decodeData(message)
	var theirData contentv1.ReadContentResponse
	compare(t, message, &theirData, err, func() bool { return bytes.Equal(data, theirData.GetData()) })

	root, err := decodeRoot(message)
	var theirPlugins introspectionv1.PluginsResponse
	compare(t, message, &theirPlugins, err, func() bool {
		for _, plugin := range theirPlugins.GetPlugins() {
			if want := plugin.GetExports()["root"]; want != "" {
				return root == want
			}
		}
		return root == ""
	})
}

func compare(t *testing.T, message []byte, theirs proto.Message, err error, same func() bool) {
	t.Helper()
	if proto.Unmarshal(message, theirs) != nil {
		return
	}
	if err != nil || !same() {
		t.Errorf("%q: error %v, want %s %v", message, err, theirs.ProtoReflect().Descriptor().FullName(), theirs)
	}
}

func descriptor(image *imagesv1.Image) Descriptor {
	d := image.GetTarget()
	return Descriptor{MediaType: d.GetMediaType(), Digest: d.GetDigest(), Size: d.GetSize()}
}

func TestDecode(t *testing.T) {
	for _, message := range samples(t) {
		requireSame(t, message)
	}
	for name, message := range damaged {
		if version, err := decodeVersion(message); err == nil {
			t.Errorf("%s: version %q", name, version)
		}
	}
	if _, err := decodeVersion([]byte("\x0a\x02\xff\xfe")); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("a version that is not UTF-8: %v", err)
	}
}

func TestRequest(t *testing.T) {
	for _, value := range []string{"", "a", strings.Repeat("ä", 1000)} {
		var get imagesv1.GetImageRequest
		var list imagesv1.ListImagesRequest
		var info contentv1.InfoRequest
		var read contentv1.ReadContentRequest
		var plugins introspectionv1.PluginsRequest
		for _, message := range []proto.Message{&get, &list, &info, &read, &plugins} {
			if err := proto.Unmarshal(request(value), message); err != nil {
				t.Fatal(err)
			}
		}
		for _, got := range []string{get.GetName(), info.GetDigest(), read.GetDigest(), strings.Join(list.GetFilters(), "|"), strings.Join(plugins.GetFilters(), "|")} {
			if got != value {
				t.Errorf("%q arrives as %q", value, got)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, message := range samples(f) {
		f.Add(message)
	}
	for _, message := range damaged {
		f.Add(message)
	}
	f.Fuzz(requireSame)
}

// FuzzDecodeGenerated has answers that the generated types encode.
func FuzzDecodeGenerated(f *testing.F) {
	f.Add("application/json", "sha256:aa", int64(3), []byte("data"), "root")
	f.Add("", "", int64(-1), []byte{}, "")
	f.Fuzz(func(t *testing.T, mediaType, digest string, size int64, data []byte, export string) {
		image := &imagesv1.Image{Name: export, Target: &types.Descriptor{MediaType: mediaType, Digest: digest, Size: size}}
		for _, message := range []proto.Message{
			&versionv1.VersionResponse{Version: mediaType, Revision: digest},
			&imagesv1.GetImageResponse{Image: image},
			&imagesv1.ListImagesResponse{Images: []*imagesv1.Image{image, {Name: digest}}},
			&contentv1.InfoResponse{Info: &contentv1.Info{Digest: digest, Size: size, Labels: map[string]string{export: digest}}},
			&contentv1.ReadContentResponse{Offset: size, Data: data},
			&introspectionv1.PluginsResponse{Plugins: []*introspectionv1.Plugin{{ID: digest, Exports: map[string]string{export: mediaType, "root": digest}}}},
		} {
			if encoded, err := proto.Marshal(message); err == nil { // only texts in UTF-8 can be encoded
				requireSame(t, encoded)
			}
		}
	})
}
