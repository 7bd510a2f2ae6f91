package inventory

import (
	"archive/tar"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/image"
)

// fakeTree is a Tree in memory. It shares no code with the image engine: it
// matches patterns, resolves links and applies whiteouts in its own simple way.
type fakeTree struct {
	entries  map[string]asset.FileEntry
	contents map[string][]byte
	results  map[string][]image.Result
}

// newTree makes a tree of files; a content that begins with "-> " is the
// target of a symbolic link.
func newTree(t testing.TB, files map[string]string) *fakeTree {
	t.Helper()
	tree := &fakeTree{entries: map[string]asset.FileEntry{}, contents: map[string][]byte{}}
	for name, content := range files {
		if target, found := strings.CutPrefix(content, "-> "); found {
			tree.put(asset.FileEntry{Path: name, Type: asset.Symlink, Link: target}, nil)
			continue
		}
		tree.put(asset.FileEntry{Path: name, Type: asset.Regular, Mode: 0o644, Size: int64(len(content))}, []byte(content))
	}
	tree.analyze(t)
	return tree
}

// readDockerArchive reads the layers of a docker-save archive.
func readDockerArchive(t testing.TB, file string) *fakeTree {
	t.Helper()
	tree := &fakeTree{entries: map[string]asset.FileEntry{}, contents: map[string][]byte{}}
	archive, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for i, layer := range manifestLayers(t, archive) {
		readMember(t, archive, layer, func(r io.Reader) { tree.readLayer(t, i, r) })
	}
	tree.analyze(t)
	return tree
}

func manifestLayers(t testing.TB, archive io.ReadSeeker) []string {
	t.Helper()
	var manifest []struct{ Layers []string }
	readMember(t, archive, "manifest.json", func(r io.Reader) {
		if err := json.NewDecoder(r).Decode(&manifest); err != nil {
			t.Fatal(err)
		}
	})
	return manifest[0].Layers
}

func readMember(t testing.TB, archive io.ReadSeeker, name string, read func(io.Reader)) {
	t.Helper()
	if _, err := archive.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	members := tar.NewReader(archive)
	for {
		header, err := members.Next()
		if err != nil {
			t.Fatalf("find %s: %v", name, err)
		}
		if header.Name == name {
			read(members)
			return
		}
	}
}

func (f *fakeTree) readLayer(t testing.TB, layer int, r io.Reader) {
	t.Helper()
	members := tar.NewReader(r)
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Trim(path.Clean("/"+header.Name), "/")
		if hidden, whiteout := strings.CutPrefix(path.Base(name), ".wh."); whiteout {
			maps.DeleteFunc(f.entries, func(p string, _ asset.FileEntry) bool {
				gone := path.Join(path.Dir(name), hidden)
				return p == gone || strings.HasPrefix(p, gone+"/")
			})
			continue
		}
		f.putMember(t, layer, name, header, members)
	}
}

func (f *fakeTree) putMember(t testing.TB, layer int, name string, header *tar.Header, content io.Reader) {
	t.Helper()
	entry := asset.FileEntry{Path: name, Layer: layer, Mode: uint32(header.Mode), Size: header.Size}
	switch header.Typeflag {
	case tar.TypeReg:
		data, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		entry.Type = asset.Regular
		f.put(entry, data)
	case tar.TypeSymlink:
		entry.Type, entry.Link = asset.Symlink, header.Linkname
		f.put(entry, nil)
	case tar.TypeDir:
		entry.Type = asset.Directory
		f.put(entry, nil)
	}
}

func (f *fakeTree) put(e asset.FileEntry, content []byte) {
	f.entries[e.Path] = e
	f.contents[e.Path] = content
	for dir := path.Dir(e.Path); dir != "."; dir = path.Dir(dir) {
		if _, known := f.entries[dir]; !known {
			f.entries[dir] = asset.FileEntry{Path: dir, Type: asset.Directory, Layer: e.Layer}
		}
	}
}

// analyze runs all analyzers on all files.
func (f *fakeTree) analyze(t testing.TB) {
	t.Helper()
	f.results = map[string][]image.Result{}
	for _, a := range Analyzers() {
		for _, e := range f.Entries() {
			if e.Type != asset.Regular || !slices.ContainsFunc(a.Patterns, func(p image.Pattern) bool { return matches(p, e, f.contents[e.Path]) }) {
				continue
			}
			data, err := a.Analyze(t.Context(), image.File{Path: e.Path, Size: e.Size, Mode: e.Mode, Content: bytes.NewReader(f.contents[e.Path])})
			if err != nil {
				t.Logf("%s: %s: %v", a.Name, e.Path, err)
			}
			if data != nil {
				f.results[a.Name] = append(f.results[a.Name], image.Result{Path: e.Path, Layer: e.Layer, Data: data})
			}
		}
	}
}

func matches(p image.Pattern, e asset.FileEntry, content []byte) bool {
	dir, base := path.Split(e.Path)
	dir = strings.TrimSuffix(dir, "/")
	return (p.Dir == "" || p.Dir == dir) && strings.HasSuffix(dir, p.ParentSuffix) && (p.Base == "" || p.Base == base) &&
		strings.HasSuffix(base, p.Suffix) && (!p.Executable || e.Mode&0o111 != 0) && bytes.HasPrefix(content, []byte(p.Magic))
}

func (f *fakeTree) Results(analyzer string) iter.Seq[image.Result] {
	return slices.Values(f.results[analyzer])
}

func (f *fakeTree) Entries() []asset.FileEntry {
	return slices.SortedFunc(maps.Values(f.entries), func(a, b asset.FileEntry) int { return cmp.Compare(a.Path, b.Path) })
}

func (f *fakeTree) EntriesWith(keep func(asset.FileType, uint32, bool) bool) iter.Seq[asset.FileEntry] {
	return slices.Values(slices.DeleteFunc(f.Entries(), func(e asset.FileEntry) bool {
		return !keep(e.Type, e.Mode, e.Capabilities != "")
	}))
}

func (f *fakeTree) Lookup(name string) (asset.FileEntry, bool) {
	real := ""
	parts := strings.Split(name, "/")
	for hops := 0; len(parts) > 0; {
		part := parts[0]
		parts = parts[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			real = strings.TrimSuffix(path.Dir("/" + real)[1:], "/")
			continue
		}
		next := strings.TrimPrefix(real+"/"+part, "/")
		e, found := f.entries[next]
		if !found {
			return asset.FileEntry{}, false
		}
		if e.Type != asset.Symlink {
			real = next
			continue
		}
		if hops++; hops > 40 {
			return asset.FileEntry{}, false
		}
		if strings.HasPrefix(e.Link, "/") {
			real = ""
		}
		parts = append(strings.Split(e.Link, "/"), parts...)
	}
	e, found := f.entries[real]
	return e, found
}

// lines joins lines to a file.
func lines(text ...string) string { return strings.Join(text, "\n") + "\n" }

func find(t testing.TB, inventory Inventory, name string) asset.Package {
	t.Helper()
	for _, p := range inventory.Packages {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("package %s is missing; there are %s", name, names(inventory.Packages))
	return asset.Package{}
}

func names(packages []asset.Package) string {
	var all []string
	for _, p := range packages {
		all = append(all, fmt.Sprintf("%s %s", p.Name, p.Version))
	}
	return strings.Join(all, ", ")
}
