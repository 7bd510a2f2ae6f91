package image

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	tests := []struct {
		name   string
		layers [][]file
		want   []string
	}{
		{"a file is replaced", [][]file{{{"a", "1"}}, {{"a", "2"}}}, []string{"a@1"}},
		{"a whiteout hides a file", [][]file{{{"d/", ""}, {"d/a", ""}, {"d/b", ""}}, {{"d/", ""}, {"d/.wh.a", ""}}}, []string{"d@1", "d/b@0"}},
		{"a whiteout hides a tree", [][]file{{{"d/e/f", ""}, {"d.txt", ""}}, {{".wh.d", ""}}}, []string{"d.txt@0"}},
		{"a file comes back above a whiteout", [][]file{{{"a", "1"}}, {{".wh.a", ""}}, {{"a", "3"}}}, []string{"a@2"}},
		{"a whiteout and the file in one layer", [][]file{{{"d/a", ""}}, {{".wh.d", ""}, {"d/b", ""}}}, []string{"d@1", "d/b@1"}},
		{"an opaque directory hides what is below", [][]file{{{"d/a", ""}, {"d/e/f", ""}}, {{"d/", ""}, {"d/.wh..wh..opq", ""}, {"d/b", ""}}}, []string{"d@1", "d/b@1"}},
		{"an opaque marker after its files", [][]file{{{"d/a", ""}}, {{"d/", ""}, {"d/b", ""}, {"d/.wh..wh..opq", ""}}}, []string{"d@1", "d/b@1"}},
		{"an opaque root", [][]file{{{"a", ""}}, {{".wh..wh..opq", ""}, {"b", ""}}}, []string{"b@1"}},
		{"a file replaces a directory", [][]file{{{"d/a", ""}}, {{"d", "file"}}}, []string{"d@1"}},
		{"a directory replaces a file", [][]file{{{"d", "file"}}, {{"d/a", ""}}}, []string{"d@1", "d/a@1"}},
		{"a directory replaces the file that replaced it", [][]file{{{"d/a", ""}}, {{"d", "file"}}, {{"d/", ""}}}, []string{"d@2"}},
		{"a directory replaces a link to one", [][]file{{{"usr/bin/", ""}, {"bin -> usr/bin", ""}}, {{"bin/x", ""}}}, []string{"bin@1", "bin/x@1", "usr@0", "usr/bin@0"}},
		{"an implied directory keeps the real one", [][]file{{{"d/", ""}}, {{"d/a", ""}}}, []string{"d@0", "d/a@1"}},
		{"aufs's own files", [][]file{{{".wh..wh.plnk/", ""}, {".wh..wh.aufs", ""}, {"a", ""}}}, []string{"a@0"}},
		{"names beside a directory sort apart", [][]file{{{"d-e", ""}, {"d/", ""}, {"d/a", ""}, {"d.x", ""}}, {{".wh.d", ""}}}, []string{"d-e@0", "d.x@0"}},
		{"the later of two entries counts", [][]file{{{"a", "1"}, {"a/", ""}, {"a/b", ""}}}, []string{"a@0", "a/b@0"}},
		{"a link of the same layer is followed", [][]file{{{"usr/bin/", ""}, {"bin -> usr/bin", ""}, {"bin/x", ""}}}, []string{"bin@0", "usr@0", "usr/bin@0", "usr/bin/x@0"}},
		{"a link replaces the directory before it", [][]file{{{"bin/x", ""}, {"bin -> usr/bin", ""}}}, []string{"bin@0"}},
		{"names that leave the root", [][]file{{{"../a", ""}, {"/b", ""}, {"./c", ""}, {"d/../e", ""}}}, []string{"b@0", "c@0", "e@0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var layers [][]byte
			for _, files := range test.layers {
				layers = append(layers, tarOf(t, files...))
			}
			got := paths(scanned(t, imageOf(layers...), Options{}))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("visible (-want +got):\n%s", diff)
			}
		})
	}
}

// model applies layers one after the other to a map, as an engine does to a
// disk: slow, and without a thought for speed.
type model map[string]string // path -> "dir" or "file@layer"

func (m model) apply(layer int, files []file) {
	for _, f := range files {
		dir, base := splitPath(f.name)
		if base == ".wh..wh..opq" {
			m.removeBelow(dir)
		} else if hidden, is := strings.CutPrefix(base, ".wh."); is {
			m.remove(joinPath(dir, hidden))
		}
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.name, "/")
		if _, base := splitPath(name); strings.HasPrefix(base, ".wh.") {
			continue
		}
		m.makeParents(name)
		if strings.HasSuffix(f.name, "/") {
			if !strings.HasPrefix(m[name], "dir") {
				m.remove(name)
			}
			m[name] = "dir"
			continue
		}
		m.remove(name)
		m[name] = fmt.Sprintf("file@%d", layer)
	}
}

func (m model) makeParents(name string) {
	for i, c := range name {
		if c == '/' && m[name[:i]] != "dir" {
			m.remove(name[:i])
			m[name[:i]] = "dir"
		}
	}
}

func (m model) remove(path string) {
	delete(m, path)
	m.removeBelow(path)
}

func (m model) removeBelow(dir string) {
	for path := range m {
		if dir == "" || strings.HasPrefix(path, dir+"/") {
			delete(m, path)
		}
	}
}

// TestMergeAgreesWithModel merges random layers.
func TestMergeAgreesWithModel(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 1))
		want := model{}
		var layers [][]byte
		for layer := range 1 + random.IntN(4) {
			files := randomLayer(random)
			want.apply(layer, files)
			layers = append(layers, tarOf(t, files...))
		}
		got := model{}
		for e := range scanned(t, imageOf(layers...), Options{}).Entries() {
			got[e.Path] = "dir"
			if e.Type != 2 {
				got[e.Path] = fmt.Sprintf("file@%d", e.Layer)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-model +merge):\n%s", seed, diff)
		}
	}
}

// randomLayer names each path once: two entries for one path are for the table.
func randomLayer(random *rand.Rand) []file {
	parts := []string{"a", "b", "a.b"}
	var files []file
	used := map[string]bool{}
	for range 1 + random.IntN(6) {
		var path []string
		for range 1 + random.IntN(3) {
			path = append(path, parts[random.IntN(len(parts))])
		}
		switch last := &path[len(path)-1]; random.IntN(5) {
		case 0:
			*last = ".wh." + *last
		case 1:
			*last = ".wh..wh..opq"
		case 2:
			*last += "/"
		}
		name := strings.Join(path, "/")
		if key := strings.TrimSuffix(name, "/"); !used[key] && !conflicts(used, key) {
			used[key] = true
			files = append(files, file{name: name})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files
}

// conflicts tells if a layer already has a file where the path needs a
// directory, or the other way round; no engine writes such a layer.
func conflicts(used map[string]bool, path string) bool {
	for other := range used {
		if strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/") {
			return true
		}
	}
	return false
}
