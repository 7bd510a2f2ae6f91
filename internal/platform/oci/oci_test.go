package oci

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
)

const (
	diffA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	diffB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestDecode(t *testing.T) {
	config := `{
		"created": "2025-06-10T00:00:00.5Z", "os": "linux", "architecture": "arm64", "variant": "v8",
		"container_config": {"Env": 7}, "docker_version": "20.10", "author": null,
		"config": {
			"User": "app", "WorkingDir": "/srv", "StopSignal": "SIGQUIT",
			"Env": ["PATH=/bin", "A=b=c", "LONE"],
			"Entrypoint": "/start", "Cmd": ["-v"], "Shell": ["/bin/bash", "-c"],
			"ExposedPorts": {"8080/tcp": {}, "53/UDP": {}, "22": {}, "9-10/tcp": {}},
			"Volumes": {"/var/lib/b": {}, "/a": null}, "Labels": {"k": "v"},
			"OnBuild": ["RUN x"], "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5}
		},
		"rootfs": {"type": "layers", "diff_ids": ["` + diffA + `"]},
		"history": [{"created_by": "COPY a b # buildkit"}]
	}`
	got, err := Decode([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	want := asset.Image{
		ID: got.Facts.ID, OS: "linux", Architecture: "arm64", Variant: "v8",
		Created: time.Date(2025, 6, 10, 0, 0, 0, 5e8, time.UTC),
		User:    "app", WorkingDir: "/srv", StopSignal: "SIGQUIT",
		Env:        []asset.EnvVar{{Name: "PATH", Value: "/bin"}, {Name: "A", Value: "b=c"}, {Name: "LONE"}},
		Entrypoint: []string{"/start"}, Cmd: []string{"-v"}, Shell: []string{"/bin/bash", "-c"},
		ExposedPorts: []asset.Port{{Number: -1, Protocol: "tcp"}, {Number: 22, Protocol: "tcp"}, {Number: 53, Protocol: "udp"}, {Number: 8080, Protocol: "tcp"}},
		Volumes:      []string{"/a", "/var/lib/b"}, Labels: map[string]string{"k": "v"},
		OnBuild: []string{"RUN x"}, Healthcheck: asset.Healthcheck{Test: []string{"CMD", "true"}},
		History: []asset.HistoryEntry{{CreatedBy: "COPY a b # buildkit", Instruction: "COPY", Arguments: "a b"}},
		Layers:  []asset.Layer{{DiffID: diffA, CreatedBy: "COPY a b # buildkit"}},
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Error(diff)
	}
	if _, ok := got.Origins["user"]; ok {
		t.Error("a written user has an origin, it should be explicit")
	}
	if got.Origins["uid"].Kind != asset.Unknown {
		t.Error("uid is known before the image's files were read")
	}
}

func TestDecodeID(t *testing.T) {
	got, err := Decode([]byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	// printf '{}' | sha256sum
	if want := "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"; got.Facts.ID != want {
		t.Errorf("ID is %s, want %s", got.Facts.ID, want)
	}
}

func TestDecodeNulls(t *testing.T) {
	got, err := Decode([]byte(`{"created": null, "config": {"User": null, "Env": null, "Cmd": null, "ExposedPorts": null,
		"Labels": null, "Healthcheck": null, "OnBuild": null}, "rootfs": null, "history": null}`))
	if err != nil {
		t.Fatal(err)
	}
	for field, kind := range map[string]asset.OriginKind{
		"user": asset.PlatformDefault, "healthcheck": asset.PlatformDefault, "created": asset.Unknown,
	} {
		if got.Origins[field].Kind != kind {
			t.Errorf("origin of %s is %q, want %q", field, got.Origins[field].Kind, kind)
		}
	}
}

func TestUIDOrigin(t *testing.T) {
	tests := []struct {
		config string
		want   asset.OriginKind
	}{
		{`{}`, asset.PlatformDefault},
		{`{"config": {"User": "1000"}}`, asset.Unknown},
		{`{"os": "windows", "config": {"User": "ContainerUser"}}`, asset.Inexpressible},
	}
	for _, test := range tests {
		got, err := Decode([]byte(test.config))
		if err != nil {
			t.Fatal(err)
		}
		if kind := got.Origins["uid"].Kind; kind != test.want {
			t.Errorf("%s: uid is %q, want %q", test.config, kind, test.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"not JSON", `hello`, "not valid JSON"},
		{"truncated", `{"config": {"User": "a"`, "not valid JSON"},
		{"two documents", `{} {}`, "not valid JSON"},
		{"number for a string", `{"config": {"User": 0}}`, `"config.User" holds a JSON number`},
		{"string for a list", `{"config": {"Env": "A=b"}}`, `"config.Env" holds a JSON string`},
		{"number in a list", `{"history": [{"created_by": 1}]}`, "holds a JSON number"},
		{"bad digest", `{"rootfs": {"diff_ids": ["sha256:12"]}}`, "rootfs.diff_ids[0]"},
		{"bad type", `{"rootfs": {"type": "tarballs"}}`, "rootfs.type"},
		{"long list", `{"config": {"Env": [` + strings.Repeat(`"",`, maxItems) + `""]}}`, "more than the 10000"},
		{"too large", strings.Repeat(" ", MaxConfigSize) + "{}", "more than the 4194304"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode([]byte(test.config))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want it to contain %q", err, test.want)
			}
		})
	}
}

func TestDecodeBadDate(t *testing.T) {
	got, err := Decode([]byte(`{"created": "yesterday", "config": {"User": "app"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Facts.User != "app" || !strings.Contains(got.Origins["created"].Reason, "yesterday") {
		t.Errorf("got user %q and origin %+v", got.Facts.User, got.Origins["created"])
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"config": {"Cmd": "a", "Env": [null], "ExposedPorts": {"1/tcp": {}}}, "rootfs": {"diff_ids": ["` + diffA + `"]}, "history": [{"empty_layer": true}]}`))
	f.Add([]byte(`{"history": [{"created_by": "a"}, {}], "rootfs": {"diff_ids": ["` + diffA + `", "` + diffB + `"]}}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		subject, err := Decode(config)
		if err != nil {
			return
		}
		if !json.Valid(config) {
			t.Fatalf("accepted %q, which is not JSON", config)
		}
		for _, step := range subject.Facts.History {
			if step.Layer >= len(subject.Facts.Layers) {
				t.Fatalf("step links to layer %d of %d", step.Layer, len(subject.Facts.Layers))
			}
		}
	})
}
