package notation_test

import (
	"strings"
	"testing"

	"github.com/docker/go-units"
	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
	"seawall/internal/platform/notation"
)

func facts() document.Facts { return document.Facts{Origins: map[string]asset.Origin{}} }

func value(t testing.TB, text string) document.Value {
	t.Helper()
	values, err := document.Parse("test.yaml", []byte(text))
	if err != nil || len(values) == 0 {
		return document.Value{}
	}
	return values[0]
}

func TestUser(t *testing.T) {
	tests := []struct {
		text          string
		uid           int64
		gid           int64
		uidKind, gidK asset.OriginKind
	}{
		{`"0"`, 0, 0, asset.Explicit, asset.Unknown},
		{`"00"`, 0, 0, asset.Explicit, asset.Unknown},
		{`"+0"`, 0, 0, asset.Explicit, asset.Unknown},
		{`"0:0"`, 0, 0, asset.Explicit, asset.Explicit},
		{`root`, 0, 0, asset.Explicit, asset.Unknown},
		{`root:root`, 0, 0, asset.Explicit, asset.Explicit},
		{`1000:100`, 1000, 100, asset.Explicit, asset.Explicit},
		{`www-data`, 0, 0, asset.Unknown, asset.Unknown},
		{`""`, 0, 0, asset.Unknown, asset.Unknown},
		{`[a]`, 0, 0, asset.Unknown, asset.Unknown},
	}
	for _, test := range tests {
		f := facts()
		var c asset.Container
		notation.User(f, value(t, test.text), &c)
		if c.UID != test.uid || c.GID != test.gid || f.Origins["uid"].Kind != test.uidKind || f.Origins["gid"].Kind != test.gidK {
			t.Errorf("%s: uid %d (%s), gid %d (%s)", test.text, c.UID, f.Origins["uid"].Kind, c.GID, f.Origins["gid"].Kind)
		}
	}
}

func TestSecurityOptions(t *testing.T) {
	tests := []struct {
		text string
		want asset.Container
	}{
		{`[]`, asset.Container{Seccomp: asset.Profile{Type: "default"}, AppArmor: asset.Profile{Type: "default"}}},
		{
			`[no-new-privileges, seccomp=unconfined, "apparmor:unconfined", "label:disable", systempaths=unconfined]`,
			asset.Container{NoNewPrivileges: true, Seccomp: asset.Profile{Type: "unconfined"}, AppArmor: asset.Profile{Type: "unconfined"}, SELinux: asset.SELinux{Disabled: true}, ProcUnmasked: true},
		},
		{
			`["no-new-privileges:false", 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}', apparmor=mine, "label=type:svirt_t", "label:level:s0:c1,c2"]`,
			asset.Container{Seccomp: asset.Profile{Type: "custom", Name: "written inline"}, AppArmor: asset.Profile{Type: "custom", Name: "mine"}, SELinux: asset.SELinux{Type: "svirt_t", Level: "s0:c1,c2"}},
		},
	}
	for _, test := range tests {
		var c asset.Container
		f := facts()
		notation.SecurityOptions(f, value(t, test.text), &c)
		if diff := cmp.Diff(test.want, c); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
	f := facts()
	var c asset.Container
	notation.SecurityOptions(f, value(t, "[no-new-privileges=maybe, seccomp=x]"), &c)
	if f.Origins["noNewPrivileges"].Kind != asset.Unknown || f.Origins["seccomp"].Kind != asset.Explicit {
		t.Errorf("a bad value must spoil its own fact only: %+v", f.Origins)
	}
}

func TestBytesAgreesWithDocker(t *testing.T) {
	for _, text := range []string{"1", "64m", "64M", "64mb", "1.5g", "1GiB", "0", "12k", "x", "", "-1", "1q", "3 gb"} {
		want, wantErr := units.RAMInBytes(text)
		got, err := notation.Bytes(text)
		if (err != nil) != (wantErr != nil) || err == nil && got != want {
			t.Errorf("Bytes(%q) = %d, %v; docker has %d, %v", text, got, err, want, wantErr)
		}
	}
}

func TestImage(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	tests := []struct {
		text              string
		repository, tag   string
		tagKind, repoKind asset.OriginKind
	}{
		{"nginx", "docker.io/library/nginx", "latest", asset.PlatformDefault, asset.Explicit},
		{"nginx:latest", "docker.io/library/nginx", "latest", asset.Explicit, asset.Explicit},
		{"ghcr.io/a/b:1@" + digest, "ghcr.io/a/b", "1", asset.Explicit, asset.Explicit},
		{"No Image", "", "", asset.Unknown, asset.Unknown},
	}
	for _, test := range tests {
		f := facts()
		var ref asset.ImageReference
		notation.Image(f, value(t, test.text), &ref)
		if ref.Repository != test.repository || ref.Tag != test.tag || f.Origins["image.tag"].Kind != test.tagKind || f.Origins["image.repository"].Kind != test.repoKind {
			t.Errorf("%s: %+v, %+v", test.text, ref, f.Origins)
		}
	}
}

func TestPartlyKnownImage(t *testing.T) {
	tests := []struct {
		known, tag string
		tagKind    asset.OriginKind
		digestKind asset.OriginKind
	}{
		{"{}/app:1.2", "1.2", asset.Explicit, ""},
		{"{}:1.2", "1.2", asset.Explicit, ""},
		{"{}.example/app", "latest", asset.PlatformDefault, ""},
		{"example/app:{}", "", asset.Unknown, ""},
		{"example/app:v{}", "", asset.Unknown, ""},
		{"example/app@{}", "", asset.Explicit, asset.Unknown},
		{"{}", "", asset.Unknown, asset.Unknown},
		{"", "", asset.Unknown, asset.Unknown},
	}
	for _, test := range tests {
		f := facts()
		var ref asset.ImageReference
		node := document.Unresolved(value(t, "x").Node(), strings.ReplaceAll(test.known, "{}", document.Hole), "it depends")
		notation.Image(f, document.New("f", "", node), &ref)
		if ref.Tag != test.tag || f.Origins["image.tag"].Kind != test.tagKind || f.Origins["image.digest"].Kind != test.digestKind {
			t.Errorf("%q: %+v, %+v", test.known, ref, f.Origins)
		}
	}
}

func TestBind(t *testing.T) {
	tests := map[string]asset.Mount{
		"/a:/b":                {Type: "bind", Source: "/a", Target: "/b", Propagation: "rprivate"},
		"/a:/b:ro,Z,rshared":   {Type: "bind", Source: "/a", Target: "/b", Propagation: "rshared", ReadOnly: true, Relabel: "Z"},
		"data:/b:nocopy":       {Type: "volume", Source: "data", Target: "/b", Propagation: "rprivate", Options: []string{"nocopy"}},
		"/b":                   {Type: "volume", Target: "/b", Propagation: "rprivate"},
		`C:\data:D:\data:ro`:   {Type: "bind", Source: `C:\data`, Target: `D:\data`, Propagation: "rprivate", ReadOnly: true},
		"./conf:/etc/conf:rw":  {Type: "bind", Source: "./conf", Target: "/etc/conf", Propagation: "rprivate"},
		"~/.ssh:/root/.ssh:ro": {Type: "bind", Source: "~/.ssh", Target: "/root/.ssh", Propagation: "rprivate", ReadOnly: true},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, notation.Bind(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if m := notation.Tmpfs("/tmp", "noexec,size=64m"); m.Size != 64<<20 || len(m.Options) != 2 {
		t.Errorf("tmpfs: %+v", m)
	}
}

func FuzzNotation(f *testing.F) {
	for _, seed := range []string{"a:b:c", "1.5g", "C:\\x:/y", "root:0", "seccomp={", "x@sha256:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		notation.Bind(text)
		notation.Tmpfs("/x", text)
		notation.Bytes(text)
		notation.Env(text)
		v := value(t, text)
		var c asset.Container
		notation.User(facts(), v, &c)
		notation.SecurityOptions(facts(), v, &c)
		notation.Image(facts(), v, &c.Image)
	})
}
