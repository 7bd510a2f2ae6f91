package system

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// memoryTree is a tree of files in memory, its content run through Analyzers.
type memoryTree struct {
	entries []asset.FileEntry
	results map[string][]image.Result
}

func newTree(t testing.TB, contents map[string]string, entries ...asset.FileEntry) *memoryTree {
	t.Helper()
	tree := &memoryTree{entries: entries, results: map[string][]image.Result{}}
	for path, content := range contents {
		tree.entries = append(tree.entries, asset.FileEntry{Path: path, Type: asset.Regular, Mode: 0o644, Size: int64(len(content))})
		for _, a := range Analyzers() {
			if path != a.Patterns[0].Dir+"/"+a.Patterns[0].Base {
				continue
			}
			data, err := a.Analyze(context.Background(), image.File{Path: path, Size: int64(len(content)), Content: strings.NewReader(content)})
			if err != nil {
				t.Fatal(err)
			}
			tree.results[a.Name] = append(tree.results[a.Name], image.Result{Path: path, Data: data})
		}
	}
	return tree
}

func (m *memoryTree) Results(analyzer string) iter.Seq[image.Result] {
	return slices.Values(m.results[analyzer])
}

func (m *memoryTree) EntriesWith(keep func(asset.FileType, uint32, bool) bool) iter.Seq[asset.FileEntry] {
	return slices.Values(slices.DeleteFunc(slices.Clone(m.entries), func(e asset.FileEntry) bool {
		return !keep(e.Type, e.Mode, e.Capabilities != "")
	}))
}

func (m *memoryTree) Lookup(path string) (asset.FileEntry, bool) {
	i := slices.IndexFunc(m.entries, func(e asset.FileEntry) bool { return e.Path == path })
	if i < 0 {
		return asset.FileEntry{}, false
	}
	return m.entries[i], true
}

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
toor:x:0:0::/root:/bin/sh
app:x:1000:1000::/app:/bin/sh
1001:x:0:0::/:/bin/sh
guest::1002:1002::/:/bin/sh
`

func TestUID(t *testing.T) {
	const unknown = -1
	tests := []struct {
		user, passwd string
		want         int64
	}{
		{"", passwd, 0},
		{"0", passwd, 0},
		{"00", passwd, 0},
		{"+0", passwd, 0},
		{"0:0", passwd, 0},
		{":0", passwd, 0},
		{"root", passwd, 0},
		{"root:root", passwd, 0},
		{"root", "", 0},
		{"toor", passwd, 0},
		{"1001", passwd, 0},
		{"app", passwd, 1000},
		{"app:0", passwd, 1000},
		{"1000", passwd, 1000},
		{"4711:4711", "", 4711},
		{"nobody", passwd, unknown},
		{"app", "", unknown},
		{"-1", passwd, unknown},
		{"4294967296", passwd, unknown},
		{"broken", "broken:x:many:1::/:/bin/sh\n", 0},
	}
	for _, test := range tests {
		t.Run(test.user, func(t *testing.T) {
			contents := map[string]string{}
			if test.passwd != "" {
				contents["etc/passwd"] = test.passwd
			}
			subject := asset.Subject[asset.Image]{Facts: asset.Image{User: test.user}}
			Fill(&subject, newTree(t, contents))
			got := subject.Facts.UID
			if subject.Origins["uid"].Kind == asset.Unknown {
				got = unknown
			}
			if got != test.want {
				t.Errorf("uid of %q is %d (%+v), want %d", test.user, got, subject.Origins["uid"], test.want)
			}
		})
	}
}

// TestUIDOfUnknownUser: a user that could not be read is not the absent user,
// which is root.
func TestUIDOfUnknownUser(t *testing.T) {
	damaged := asset.Origin{Kind: asset.Unknown, Reason: "it holds a JSON number"}
	subject := asset.Subject[asset.Image]{Origins: map[string]asset.Origin{"user": damaged, "uid": damaged}}
	Fill(&subject, newTree(t, map[string]string{"etc/passwd": passwd}))
	if subject.Origins["uid"] != damaged {
		t.Errorf("the origin of uid became %+v", subject.Origins["uid"])
	}
}

func TestAccounts(t *testing.T) {
	shadow := "root::19000:0:99999:7:::\ndaemon:*:1::::::\napp:$y$j9T$salt$hashhashhash:1::::::\ntoor:!:1::::::\n1001::1::::::\n"
	subject := asset.Subject[asset.Image]{Origins: map[string]asset.Origin{"accounts": {Kind: asset.Unknown}}}
	Fill(&subject, newTree(t, map[string]string{"etc/passwd": "# comment\n+::::::\n\n" + passwd, "etc/shadow": shadow}))
	want := []asset.Account{
		{Name: "root", Shell: "/bin/bash", EmptyPassword: true},
		{Name: "daemon", UID: 1, GID: 1, Shell: "/usr/sbin/nologin"},
		{Name: "toor", Shell: "/bin/sh"},
		{Name: "app", UID: 1000, GID: 1000, Shell: "/bin/sh"},
		{Name: "1001", Shell: "/bin/sh", EmptyPassword: true},
		{Name: "guest", UID: 1002, GID: 1002, Shell: "/bin/sh", EmptyPassword: true},
	}
	if diff := cmp.Diff(want, subject.Facts.Accounts); diff != "" {
		t.Error(diff)
	}
	if _, marked := subject.Origins["accounts"]; marked {
		t.Error("accounts are still marked unknown")
	}
}

func TestNoHashIsKept(t *testing.T) {
	hash := "$6$rounds=5000$saltsalt$aVeryLongHash"
	tree := newTree(t, map[string]string{
		"etc/passwd": "old:" + hash + ":1:1:Full Name:/:/bin/sh\n",
		"etc/shadow": "app:" + hash + ":19000:0:99999:7:::\n",
	})
	for name, results := range tree.results {
		if bytes.Contains(results[0].Data, []byte("$6$")) || bytes.Contains(results[0].Data, []byte("Full Name")) {
			t.Errorf("%s keeps %q", name, results[0].Data)
		}
	}
}

func TestFiles(t *testing.T) {
	netBind := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	subject := asset.Subject[asset.Image]{Facts: asset.Image{}}
	tree := newTree(t, nil,
		asset.FileEntry{Path: "app", Type: asset.Directory, Mode: 0o777},
		asset.FileEntry{Path: "app/link", Type: asset.Symlink, Mode: 0o777},
		asset.FileEntry{Path: "app/open", Type: asset.Regular, Mode: 0o666},
		asset.FileEntry{Path: "dev/null", Type: asset.CharDevice, Mode: 0o666},
		asset.FileEntry{Path: "srv", Type: asset.Directory, Mode: 0o2775},
		asset.FileEntry{Path: "tmp", Type: asset.Directory, Mode: 0o1777},
		asset.FileEntry{Path: "usr/bin/passwd", Type: asset.Regular, Mode: 0o4755, Layer: 1},
		asset.FileEntry{Path: "usr/bin/wall", Type: asset.Regular, Mode: 0o2755, UID: 7},
		asset.FileEntry{Path: "usr/bin/web", Type: asset.Regular, Mode: 0o755, Capabilities: netBind},
	)
	Fill(&subject, tree)
	wantFiles := []asset.PrivilegedFile{
		{Path: "usr/bin/passwd", Mode: "4755", Setuid: true, Layer: 1},
		{Path: "usr/bin/wall", Mode: "2755", Setgid: true, UID: 7},
		{Path: "usr/bin/web", Mode: "0755", Capabilities: []string{"cap_net_bind_service"}},
	}
	if diff := cmp.Diff(wantFiles, subject.Facts.PrivilegedFiles); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"app", "app/open"}, subject.Facts.WorldWritable); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadLayer(t *testing.T) {
	subject := asset.Subject[asset.Image]{Facts: asset.Image{
		User: "1000", Layers: []asset.Layer{{Status: asset.LayerRead}, {Index: 1, Status: asset.LayerFailed}},
	}}
	Fill(&subject, newTree(t, nil))
	for _, field := range []string{"accounts", "privilegedFiles", "worldWritable"} {
		if reason := subject.Origins[field].Reason; reason != "layer 1 was not read (failed)" {
			t.Errorf("%s: got reason %q", field, reason)
		}
	}
	if _, marked := subject.Origins["uid"]; marked || subject.Facts.UID != 1000 {
		t.Error("a uid that needs no file is not known")
	}
}

func TestLongListsAreUnknown(t *testing.T) {
	var lines strings.Builder
	for range maxAccounts + 1 {
		lines.WriteString("a:x:1:1::/:/bin/sh\n")
	}
	tree := newTree(t, map[string]string{"etc/passwd": lines.String()})
	for range maxPrivilegedFiles + 2 {
		tree.entries = append(tree.entries, asset.FileEntry{Path: "x", Type: asset.Regular, Mode: 0o4777})
	}
	subject := asset.Subject[asset.Image]{}
	Fill(&subject, tree)
	facts := subject.Facts
	if len(facts.Accounts) != maxAccounts || len(facts.PrivilegedFiles) != maxPrivilegedFiles || len(facts.WorldWritable) != maxWorldWritable {
		t.Errorf("got %d accounts, %d privileged and %d writable files", len(facts.Accounts), len(facts.PrivilegedFiles), len(facts.WorldWritable))
	}
	for _, field := range []string{"accounts", "privilegedFiles"} {
		if subject.Origins[field].Kind != asset.Unknown {
			t.Errorf("%s was cut and is not marked unknown", field)
		}
	}
}

func FuzzAccounts(f *testing.F) {
	f.Add(passwd, "root::1::::::\n")
	f.Add("a:b", "\n:\n")
	f.Add("root:x:0:0\r\n", "+\n")
	f.Fuzz(func(t *testing.T, passwd, shadow string) {
		accounts := readAccounts(newTree(t, map[string]string{"etc/passwd": passwd, "etc/shadow": shadow}))
		if lines := strings.Count(passwd, "\n") + 1; len(accounts) > lines {
			t.Fatalf("%d accounts from %d lines", len(accounts), lines)
		}
		for _, a := range accounts {
			if !strings.Contains(passwd, a.Name) || strings.ContainsAny(a.Name, ":\n") {
				t.Fatalf("account %q is not in %q", a.Name, passwd)
			}
		}
	})
}
