package oci

import (
	"encoding/json"
	"strconv"
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
	got, _, err := Decode([]byte(config))
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
	got, _, err := Decode([]byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	// printf '{}' | sha256sum
	if want := "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"; got.Facts.ID != want {
		t.Errorf("ID is %s, want %s", got.Facts.ID, want)
	}
}

func TestDecodeNulls(t *testing.T) {
	got, _, err := Decode([]byte(`{"created": null, "config": {"User": null, "Env": null, "Cmd": null, "ExposedPorts": null,
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
		{`{"config": {"User": "1000"}}`, ""},
		{`{"config": {"User": "root:root"}}`, ""},
		{`{"config": {"User": "app"}}`, asset.Unknown},
		{`{"config": {"User": "-1"}}`, asset.Unknown},
		{`{"config": {"User": "4294967296"}}`, asset.Unknown},
		{`{"os": "windows", "config": {"User": "ContainerUser"}}`, asset.Inexpressible},
	}
	for _, test := range tests {
		got, _, err := Decode([]byte(test.config))
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
		{"number for the layers", `{"rootfs": {"diff_ids": 5}}`, `field rootfs.diff_ids is a number`},
		{"number among the layers", `{"rootfs": {"diff_ids": ["` + diffA + `", 5]}}`, "is a number"},
		{"list for rootfs", `{"rootfs": []}`, `field rootfs is a list`},
		{"bad digest", `{"rootfs": {"diff_ids": ["sha256:12"]}}`, "rootfs.diff_ids[0]"},
		{"bad type", `{"rootfs": {"type": "tarballs"}}`, "rootfs.type"},
		{"many layers", `{"rootfs": {"diff_ids": [` + strings.Repeat(`"",`, maxItems) + `""]}}`, "more than the 10000"},
		{"too large", strings.Repeat(" ", MaxConfigSize) + "{}", "more than the 4194304"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Decode([]byte(test.config))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want it to contain %q", err, test.want)
			}
		})
	}
}

// TestDamagedField puts something wrong in the place of one field of a good
// configuration: that field's facts are unknown, all others as before.
func TestDamagedField(t *testing.T) {
	tests := []struct {
		place, value, reason string
		facts                []string
	}{
		{"created", `5`, "a created that cannot be read: it is a number", []string{"created"}},
		{"os", `{}`, "it is an object", []string{"os"}},
		{"architecture", `[]`, "it is a list", []string{"architecture"}},
		{"variant", `true`, "it is true or false", []string{"variant"}},
		{"history", `[{"created_by": 1}]`, "created_by is a number", []string{"history"}},
		{"history", `{}`, "it is an object", []string{"history"}},
		{"config.User", `0`, "a config.User that cannot be read: it is a number", []string{"user", "uid"}},
		{"config.Env", `"A=b"`, "it is a string", []string{"env"}},
		{"config.Env", `["A=b", 7]`, "it is a number", []string{"env"}},
		{"config.Env", `[` + strings.Repeat(`"",`, maxItems) + `""]`, "more than the 10000", []string{"env"}},
		{"config.Entrypoint", `{}`, "it is an object", []string{"entrypoint"}},
		{"config.Cmd", `5`, "it is a number", []string{"cmd"}},
		{"config.Cmd", `[[]]`, "it is a list", []string{"cmd"}},
		{"config.Shell", `false`, "it is true or false", []string{"shell"}},
		{"config.ExposedPorts", `[]`, "it is a list", []string{"exposedPorts"}},
		{"config.Volumes", `{"/a": 1}`, "it is a number", []string{"volumes"}},
		{"config.Labels", `{"a": 1}`, "it is a number", []string{"labels"}},
		{"config.Labels", manyLabels(), "more than the 10000", []string{"labels"}},
		{"config.WorkingDir", `[]`, "it is a list", []string{"workingDir"}},
		{"config.StopSignal", `9`, "it is a number", []string{"stopSignal"}},
		{"config.OnBuild", `""`, "it is a string", []string{"onBuild"}},
		{"config.Healthcheck", `"NONE"`, "it is a string", []string{"healthcheck"}},
		{"config.Healthcheck", `{"Test": 1}`, "Test is a number", []string{"healthcheck"}},
		{"config.StopTimeout", `"x"`, "", nil},
		{"config", `5`, "a config that cannot be read: it is a number", configFacts},
	}
	for _, test := range tests {
		t.Run(test.place+" "+test.value[:min(len(test.value), 20)], func(t *testing.T) {
			got, damage, err := Decode(withValue(t, test.place, test.value))
			if err != nil {
				t.Fatal(err)
			}
			for _, fact := range test.facts {
				if origin := got.Origins[fact]; origin.Kind != asset.Unknown || !strings.Contains(origin.Reason, test.reason) {
					t.Errorf("the origin of %s is %+v, want unknown because %q", fact, origin, test.reason)
				}
			}
			if problems := min(len(test.facts), 1); len(damage) != problems {
				t.Errorf("got the sentences %q, want %d", damage, problems)
			}
			want, _, err := Decode(withValue(t, test.place, "null"))
			if err != nil {
				t.Fatal(err)
			}
			want.Facts.ID, got.Facts.ID = "", ""
			if diff := cmp.Diff(want.Facts, got.Facts); diff != "" {
				t.Errorf("beside the field's own facts something changed: %s", diff)
			}
		})
	}
}

func manyLabels() string {
	labels := map[string]string{}
	for i := range maxItems + 1 {
		labels[strconv.Itoa(i)] = ""
	}
	text, _ := json.Marshal(labels)
	return string(text)
}

// withValue writes a configuration that has everything, with value in the place
// of one field.
func withValue(t testing.TB, place, value string) []byte {
	t.Helper()
	settings := map[string]json.RawMessage{
		"User": []byte(`"app"`), "Env": []byte(`["A=b"]`), "Entrypoint": []byte(`["/start"]`), "Cmd": []byte(`["-v"]`),
		"Shell": []byte(`["/bin/ash", "-c"]`), "ExposedPorts": []byte(`{"80/tcp": {}}`), "Volumes": []byte(`{"/a": {}}`),
		"Labels": []byte(`{"k": "v"}`), "WorkingDir": []byte(`"/srv"`), "StopSignal": []byte(`"SIGQUIT"`),
		"OnBuild": []byte(`["RUN x"]`), "Healthcheck": []byte(`{"Test": ["CMD", "true"]}`),
	}
	whole := map[string]any{
		"created": "2025-06-10T00:00:00Z", "os": "linux", "architecture": "arm64", "variant": "v8", "config": settings,
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{diffA}},
		"history": []map[string]string{{"created_by": "COPY a b # buildkit"}},
	}
	if name, inConfig := strings.CutPrefix(place, "config."); inConfig {
		settings[name] = json.RawMessage(value)
	} else {
		whole[place] = json.RawMessage(value)
	}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func FuzzDamagedField(f *testing.F) {
	f.Add("config.Cmd", `5`)
	f.Add("config.Labels", `{"a": "b", "c": []}`)
	f.Add("history", `[{}, {"empty_layer": "x"}]`)
	f.Fuzz(func(t *testing.T, place, value string) {
		if !json.Valid([]byte(value)) || strings.EqualFold(place, "rootfs") {
			return
		}
		subject, damage, err := Decode(withValue(t, place, value))
		if err != nil {
			t.Fatalf("%s: %s refused the whole configuration: %v", place, value, err)
		}
		if len(subject.Facts.Layers) != 1 || subject.Facts.Layers[0].DiffID != diffA {
			t.Fatalf("%s: %s lost the layer", place, value)
		}
		if len(damage) > 1 {
			t.Fatalf("%s: %s spoiled more than itself: %q", place, value, damage)
		}
	})
}

func TestDecodeBadDate(t *testing.T) {
	got, _, err := Decode([]byte(`{"created": "yesterday", "config": {"User": "app"}}`))
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
		subject, damage, err := Decode(config)
		if err != nil {
			return
		}
		for _, sentence := range damage {
			if !strings.Contains(sentence, "cannot be read") {
				t.Fatalf("damage is told as %q", sentence)
			}
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
