package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seawall/internal/asset"
	"seawall/internal/image/compression"
)

func sampleFiles() []file {
	return []file{
		{"usr/", ""},
		{"usr/bin/", ""},
		{"usr/bin/tool", "#!/bin/sh\n"},
		{"bin -> usr/bin", ""},
		{"etc/conf", "key = value"},
		{"large", strings.Repeat("0123456789abcdef", 100_000)},
	}
}

// However a layer is stored, it gives the same files and results.
func TestScanIsTheSameHoweverStored(t *testing.T) {
	plain := tarOf(t, sampleFiles()...)
	id := digestOf(plain)
	analyzer := keepAll("a", Pattern{Dir: "etc"}, Pattern{Base: "large"})
	want := scanned(t, imageOf(plain), Options{Analyzers: []Analyzer{analyzer}})
	if len(want.Problems) > 0 || want.Len() != 7 {
		t.Fatalf("the plain layer has %d entries, problems %v", want.Len(), want.Problems)
	}
	for name, layer := range map[string]Layer{
		"gzip":          {DiffID: id, Blob: blobOf(gzipped(t, plain))},
		"zstd":          {DiffID: id, Blob: blobOf(zstded(t, plain))},
		"streamed":      streamedLayer(id, plain),
		"streamed gzip": streamedLayer(id, gzipped(t, plain)),
		"slow and bytely": {DiffID: id, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(iotest.OneByteReader(bytes.NewReader(plain))), nil
		}},
	} {
		img := imageOf(plain)
		img.Layers[0] = layer
		got := scanned(t, img, Options{Analyzers: []Analyzer{analyzer}})
		if diff := cmp.Diff(entries(want), entries(got)); diff != "" {
			t.Errorf("%s: entries (-plain +%s):\n%s", name, name, diff)
		}
		if diff := cmp.Diff(kept(want, "a"), kept(got, "a")); diff != "" {
			t.Errorf("%s: results differ:\n%s", name, diff)
		}
		if len(got.Problems) > 0 {
			t.Errorf("%s: problems %v", name, got.Problems)
		}
	}
}

func entries(s *Snapshot) []asset.FileEntry {
	var list []asset.FileEntry
	for e := range s.Entries() {
		list = append(list, e)
	}
	return list
}

func TestScanHashes(t *testing.T) {
	s := scanned(t, imageOf(tarOf(t, sampleFiles()...)), Options{})
	for _, f := range sampleFiles() {
		if e, found := s.Lookup(f.name); found && e.Type == asset.Regular && "sha256:"+e.Hash() != digestOf([]byte(f.content)) {
			t.Errorf("%s has the hash %s", f.name, e.Hash())
		}
	}
}

// TestEntriesWith: what keep is told is what the entry then says.
func TestEntriesWith(t *testing.T) {
	r := &Record{}
	for _, e := range []asset.FileEntry{
		{Path: "bin/link", Type: hardLink, Link: "bin/su", Mode: 0o4755},
		{Path: "bin/ping", Type: asset.Regular, Mode: 0o755, Capabilities: "x"},
		{Path: "bin/sh", Type: asset.Symlink, Link: "dash", Mode: 0o777},
		{Path: "bin/su", Type: asset.Regular, Mode: 0o4755},
		{Path: "tmp", Type: asset.Directory, Mode: 0o1777},
	} {
		r.add([]byte(e.Path), []byte(e.Link), e, 0)
	}
	r.seal()
	snapshot := newSnapshot(make([]asset.Layer, 1), []*Record{r})
	var want []asset.FileEntry
	for e := range snapshot.Entries() {
		if e.Type == asset.Regular && e.Mode&0o4000 != 0 || e.Capabilities != "" {
			want = append(want, e)
		}
	}
	got := slices.Collect(snapshot.EntriesWith(func(kind asset.FileType, mode uint32, capable bool) bool {
		return kind == asset.Regular && mode&0o4000 != 0 || capable
	}))
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 3 {
		t.Errorf("got %d entries, want 3: %s", len(got), diff)
	}
}

func TestScanHardLinks(t *testing.T) {
	base := tarOf(t, file{"low", "from below"})
	top := tarOf(t,
		file{"data/content", "{}"},
		file{"data/package.json => data/content", ""},
		file{"two => data/package.json", ""},
		file{"up => low", ""},
		file{"up.package.json => low", ""},
		file{"gone => nowhere", ""},
		file{"x/package.json", "[]"},
		file{"y/package.json => x/package.json", ""})
	s := scanned(t, imageOf(base, top), Options{Analyzers: []Analyzer{keepAll("json", Pattern{Base: "package.json"})}})
	for path, content := range map[string]string{"data/package.json": "{}", "two": "{}", "up": "from below"} {
		e, found := s.Lookup(path)
		if !found || e.Type != asset.Regular || e.Size != int64(len(content)) || "sha256:"+e.Hash() != digestOf([]byte(content)) {
			t.Errorf("%s is %+v, want the content %q", path, e, content)
		}
	}
	want := []string{"data/package.json@1: {}", "x/package.json@1: []", "y/package.json@1: []"}
	if diff := cmp.Diff(want, kept(s, "json")); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestLookupFollowsLinks(t *testing.T) {
	s := scanned(t, imageOf(tarOf(t,
		file{"usr/bin/real", "x"}, file{"bin -> usr/bin", ""}, file{"abs -> /usr/bin/real", ""}, file{"rel -> bin/../bin/real", ""},
		file{"loop -> loop", ""}, file{"a -> b", ""}, file{"b -> a", ""}, file{"dangling -> nowhere", ""}, file{"out -> ../../usr/bin/real", ""},
		file{"self -> self/self", ""})), Options{})
	for path, want := range map[string]string{
		"bin/real": "usr/bin/real", "/bin/real": "usr/bin/real", "abs": "usr/bin/real", "rel": "usr/bin/real", "out": "usr/bin/real",
		"bin": "usr/bin", "loop": "", "a": "", "a/x": "", "dangling": "", "nowhere": "", "self/self/self": "", "usr/bin/real/x": "",
	} {
		if e, found := s.Lookup(path); e.Path != want || found != (want != "") {
			t.Errorf("Lookup(%q) = %q, %v; want %q", path, e.Path, found, want)
		}
	}
}

func TestResultsOfHiddenFilesAreLeftOut(t *testing.T) {
	s := scanned(t, imageOf(tarOf(t, file{"a", "1"}, file{"b", "1"}), tarOf(t, file{"a", "2"}, file{".wh.b", ""})),
		Options{Analyzers: []Analyzer{keepAll("all", Pattern{Base: "a"}, Pattern{Base: "b"})}})
	if diff := cmp.Diff([]string{"a@1: 2"}, kept(s, "all")); diff != "" {
		t.Error(diff)
	}
}

// What is wrong with one layer is said, and the others are read.
func TestScanProblems(t *testing.T) {
	good := tarOf(t, file{"good", "1"})
	bad := tarOf(t, file{"first", "1"}, file{"second", strings.Repeat("2", 5000)})
	id := digestOf(bad)
	changed := bytes.Clone(bad)
	changed[600]++
	tests := []struct {
		name  string
		layer Layer
		want  string
		first bool // what stood before the damage is there
	}{
		{"truncated", Layer{DiffID: id, Blob: blobOf(bad[:3000])}, "truncated", true},
		{"truncated gzip", Layer{DiffID: id, Blob: blobOf(gzipped(t, bad)[:60])}, "too early", false},
		{"corrupt gzip", Layer{DiffID: id, Blob: blobOf(append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0}, "nonsense"...))}, "corrupt", false},
		{"wrong digest", Layer{DiffID: id, Blob: blobOf(changed)}, "and not the sha256:", true},
		{"not a tar", Layer{DiffID: id, Blob: blobOf(bytes.Repeat([]byte("nonsense"), 100))}, "wrong checksum", false},
		{"missing", Layer{DiffID: id, Absent: asset.LayerMissing, Reason: "not there"}, "not there", false},
		{"failing stream", Layer{DiffID: id, Open: func(context.Context) (io.ReadCloser, error) { return nil, errors.New("no route") }}, "no route", false},
		{"a bomb", Layer{DiffID: id, Blob: blobOf(gzipped(t, make([]byte, 1<<20)))}, "bomb", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			img := imageOf(good, bad)
			img.Layers[1] = test.layer
			s := scanned(t, img, Options{Limit: compression.Limit{Floor: 1 << 16, Ratio: 100}})
			if len(s.Problems) != 1 || s.Problems[0].Layer != 1 || !strings.Contains(s.Problems[0].Message, test.want) {
				t.Errorf("problems %+v, want one with %q", s.Problems, test.want)
			}
			if _, found := s.Lookup("good"); !found {
				t.Error("the good layer was lost")
			}
			if _, found := s.Lookup("first"); found != test.first {
				t.Errorf("what stood before the damage is there: %v, want %v", found, test.first)
			}
		})
	}
}

// passing is a failure that may pass.
type passing struct{ error }

func (passing) Temporary() bool { return true }

func TestScanTriesAgain(t *testing.T) {
	data := tarOf(t, file{"a", strings.Repeat("1", 5000)})
	tries := 0
	img := imageOf(data)
	img.Layers[0] = Layer{DiffID: digestOf(data), Open: func(context.Context) (io.ReadCloser, error) {
		if tries++; tries == 1 {
			return io.NopCloser(io.MultiReader(bytes.NewReader(data[:700]), iotest.ErrReader(passing{errors.New("reset")}))), nil
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
	if s := scanned(t, img, Options{}); len(s.Problems) > 0 || s.Len() != 1 {
		t.Errorf("after a reset: %d entries, problems %v", s.Len(), s.Problems)
	}
}

func TestScanStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, imageOf(tarOf(t, file{"a", ""})), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that it was stopped", err)
	}
}

func TestScanCache(t *testing.T) {
	base, top := tarOf(t, file{"a", "1"}, file{"l => a", ""}), tarOf(t, file{"b", "2"}, file{"../x", ""})
	cache := &Cache{Dir: filepath.Join(t.TempDir(), "layers")}
	o := Options{Analyzers: []Analyzer{keepAll("all", Pattern{Base: "a"}, Pattern{Base: "b"})}, Cache: cache}
	first := scanned(t, imageOf(base, top), o)
	img := imageOf(base, top)
	img.Layers[0].Blob, img.Layers[1].Blob = unreadable(base), unreadable(top)
	second := scanned(t, img, o)
	if diff := cmp.Diff(entries(first), entries(second)); diff != "" {
		t.Errorf("entries differ with the cache:\n%s", diff)
	}
	if diff := cmp.Diff(kept(first, "all"), kept(second, "all")); diff != "" {
		t.Errorf("results differ with the cache:\n%s", diff)
	}
	must(t, second.Close())
	if diff := cmp.Diff(first.Problems, second.Problems); diff != "" {
		t.Errorf("problems differ with the cache, and after it was closed:\n%s", diff)
	}
	if second.Layers[0].Status != asset.LayerCached {
		t.Errorf("the second status is %s", second.Layers[0].Status)
	}
	o.Analyzers[0].Version++
	if third := scanned(t, img, o); len(third.Problems) == 0 {
		t.Error("a changed analyzer got an old record")
	}
}

// A record that is not what was written is removed and the layer read again.
func TestScanDamagedCache(t *testing.T) {
	cache := &Cache{Dir: filepath.Join(t.TempDir(), "layers")}
	layer := tarOf(t, file{"a", "1"})
	scanned(t, imageOf(layer), Options{Cache: cache})
	records, err := filepath.Glob(filepath.Join(cache.Dir, "*"+recordSuffix))
	if err != nil || len(records) != 1 {
		t.Fatalf("the cache holds %v: %v", records, err)
	}
	whole, err := os.ReadFile(records[0])
	must(t, err)
	for name, content := range map[string][]byte{"empty": {}, "cut": whole[:len(whole)/2], "changed": append([]byte{'S'}, whole[1:]...)} {
		must(t, os.WriteFile(records[0], content, 0o600))
		s := scanned(t, imageOf(layer), Options{Cache: cache})
		if s.Layers[0].Status != asset.LayerRead || s.Len() != 1 {
			t.Errorf("%s record: the layer is %s, with %d entries", name, s.Layers[0].Status, s.Len())
		}
		if mended, err := os.ReadFile(records[0]); err != nil || !bytes.Equal(mended, whole) {
			t.Errorf("%s record: not written anew (%v)", name, err)
		}
	}
}

// unreadable stands for a blob of which only the size and the beginning may be
// looked at.
func unreadable(data []byte) *io.SectionReader {
	return blobOf(append(slices.Clone(data[:compression.HeaderSize]), bytes.Repeat([]byte("must not be read"), len(data)/16+1)[:len(data)-compression.HeaderSize]...))
}

// A blob that was damaged since its layer was cached is read, and reported.
func TestCacheDoesNotHideDamage(t *testing.T) {
	plain := tarOf(t, file{"a", strings.Repeat("content ", 1000)})
	zipped := gzipped(t, plain)
	for name, test := range map[string]struct {
		was, is []byte
		listed  int64
		says    string
	}{
		"a plain blob cut":             {plain, plain[:3000], 0, "truncated"},
		"a plain blob emptied":         {plain, nil, 0, "digest"},
		"a compressed blob cut":        {zipped, zipped[:len(zipped)-9], int64(len(zipped)), fmt.Sprintf("the manifest lists %d", len(zipped))},
		"a compressed blob of zeros":   {zipped, make([]byte, len(zipped)), int64(len(zipped)), "truncated"},
		"another blob in place of one": {plain, tarOf(t, file{"b", ""}), 0, "digest"},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Cache: &Cache{Dir: t.TempDir()}}
			img := imageOf(plain)
			l := &img.Layers[0]
			l.Blob, l.Size, l.Listed = blobOf(test.was), int64(len(test.was)), test.listed
			for range 2 {
				requireNoProblems(t, scanned(t, img, o))
			}
			l.Blob, l.Size = blobOf(test.is), int64(len(test.is))
			s := scanned(t, img, o)
			if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Message, test.says) || s.Layers[0].Status != asset.LayerFailed {
				t.Errorf("problems %+v, status %s; want one with %q", s.Problems, s.Layers[0].Status, test.says)
			}
		})
	}
}

func requireNoProblems(t *testing.T, s *Snapshot) {
	t.Helper()
	for _, p := range s.Problems {
		t.Fatalf("%+v", p)
	}
}

// A layer whose content is not what its diff ID says must not be cached for
// those that are.
func TestScanDoesNotCacheLies(t *testing.T) {
	honest, lie := tarOf(t, file{"a", "honest"}), tarOf(t, file{"a", "lie"})
	o := Options{Cache: &Cache{Dir: filepath.Join(t.TempDir(), "layers")}}
	img := imageOf(honest)
	img.Layers[0].Blob = blobOf(lie)
	if s := scanned(t, img, o); len(s.Problems) == 0 {
		t.Error("a wrong digest was not noticed")
	}
	if e, _ := scanned(t, imageOf(honest), o).Lookup("a"); e.Size != 6 {
		t.Errorf("the lie was cached: %+v", e)
	}
}

func TestScanWithoutSpaceForTheCache(t *testing.T) {
	file0 := filepath.Join(t.TempDir(), "a file, not a folder")
	must(t, os.WriteFile(file0, nil, 0o600))
	s := scanned(t, imageOf(tarOf(t, file{"a", ""})), Options{Cache: &Cache{Dir: filepath.Join(file0, "layers")}})
	if s.CacheError == nil || len(s.Problems) > 0 || s.Len() != 1 {
		t.Errorf("cache error %v, problems %v, %d entries", s.CacheError, s.Problems, s.Len())
	}
}

func TestAnalyzers(t *testing.T) {
	failing := Analyzer{Name: "failing", Patterns: []Pattern{{Suffix: ".bad"}}, Analyze: func(context.Context, File) ([]byte, error) {
		return nil, errors.New("it is broken")
	}}
	big := keepAll("small only", Pattern{Base: "big"})
	big.MaxSize = 10
	s := scanned(t, imageOf(tarOf(t, file{"x.bad", "1"}, file{"big", strings.Repeat("b", 11)}, file{"bin/elf", "\x7fELF..."}, file{"bin/script", "#!"})),
		Options{Analyzers: []Analyzer{failing, big, keepAll("elf", Pattern{Magic: "\x7fELF"})}})
	want := []Problem{{0, "x.bad", "it is broken"}, {0, "big", "the file has 11 bytes, more than the 10 that small only reads: it was not read"}}
	if diff := cmp.Diff(want, s.Problems, cmpopts.SortSlices(func(a, b Problem) bool { return a.Path > b.Path })); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bin/elf@0: \x7fELF..."}, kept(s, "elf")); diff != "" {
		t.Error(diff)
	}
}

// What an entry is, and which analyzers it is for, is told by where extracting
// the layer puts it, and the last of several entries for a path counts.
func TestAnalyzersSeeTheExtractedLayer(t *testing.T) {
	all := keepAll("all", Pattern{Base: "package.json"}, Pattern{Dir: "var/lib/dpkg", Base: "status"})
	for _, test := range []struct {
		name  string
		files []file
		want  []string
	}{
		{"below a link", []file{{"srv -> opt", ""}, {"srv/x/package.json", "1"}}, []string{"opt/x/package.json@0: 1"}},
		{"a directory that only the link names", []file{{"db -> var/lib/dpkg", ""}, {"db/status", "1"}}, []string{"var/lib/dpkg/status@0: 1"}},
		{"links to links", []file{{"a -> b", ""}, {"b -> /c/d", ""}, {"a/package.json", "1"}}, []string{"c/d/package.json@0: 1"}},
		{"a link in a circle", []file{{"a -> a", ""}, {"a/package.json", "1"}}, nil},
		{"twice", []file{{"var/lib/dpkg/status", "old"}, {"var/lib/dpkg/status", "new"}}, []string{"var/lib/dpkg/status@0: new"}},
		{"a link that became a directory", []file{{"a -> b", ""}, {"a/", ""}, {"a/package.json", "1"}}, []string{"a/package.json@0: 1"}},
		{"replaced by a link", []file{{"a/package.json", "1"}, {"a -> b", ""}}, nil},
		{"a hard link below a link", []file{{"l -> d", ""}, {"d/content", "1"}, {"l/package.json => l/content", ""}}, []string{"d/package.json@0: 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scanned(t, imageOf(tarOf(t, test.files...)), Options{Analyzers: []Analyzer{all}})
			if diff := cmp.Diff(test.want, kept(s, "all")); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

// One entry that cannot be taken costs itself alone.
func TestOddEntriesCostThemselves(t *testing.T) {
	long := strings.Repeat("d/", maxPath/2+1) + "x"
	s := scanned(t, imageOf(tarOf(t, file{long, "1"}, file{"self => self", ""}, file{"good", "1"})), Options{})
	if _, found := s.Lookup("good"); !found {
		t.Error("the file after them was lost")
	}
	var messages []string
	for _, p := range s.Problems {
		messages = append(messages, p.Message)
	}
	if all := strings.Join(messages, "; "); len(messages) != 2 || !strings.Contains(all, "bytes: the entry was left out") || !strings.Contains(all, "hard link to self") {
		t.Errorf("problems %q", messages)
	}
}

// A mistake in a parser costs its layer and nothing else, with or without the cache.
func TestAnalyzerThatPanics(t *testing.T) {
	panics := Analyzer{Name: "panics", Patterns: []Pattern{{Base: "bad"}}, Analyze: func(_ context.Context, f File) ([]byte, error) {
		var empty []byte
		return empty[f.Size:][:1], nil
	}}
	for _, cache := range []*Cache{nil, {Dir: t.TempDir()}} {
		s := scanned(t, imageOf(tarOf(t, file{"good", "1"}), tarOf(t, file{"bad", "1"})), Options{Analyzers: []Analyzer{panics}, Cache: cache})
		if len(s.Problems) != 1 || s.Problems[0].Layer != 1 || s.Layers[1].Status != asset.LayerFailed {
			t.Errorf("problems %v, status %s", s.Problems, s.Layers[1].Status)
		}
		if _, found := s.Lookup("good"); !found {
			t.Error("the other layer was lost")
		}
	}
}

// A file above the spill size is read from a stream through a temporary file.
func TestSpill(t *testing.T) {
	content := strings.Repeat("0123456789", spillSize/10+1)
	data := tarOf(t, file{"huge", content}, file{"after", "1"})
	a := keepAll("huge", Pattern{Base: "huge"})
	a.MaxSize = 2 * spillSize
	img := imageOf(data)
	img.Layers[0] = streamedLayer(digestOf(data), data)
	got := kept(scanned(t, img, Options{Analyzers: []Analyzer{a}}), "huge")
	if len(got) != 1 || got[0] != "huge@0: "+content {
		t.Errorf("%d results", len(got))
	}
}

func TestMatcher(t *testing.T) {
	patterns := []Pattern{
		{Dir: "var/lib/dpkg", Base: "status"},
		{Dir: "var/lib/dpkg/info", Suffix: ".list"},
		{ParentSuffix: ".dist-info", Base: "METADATA"},
		{Suffix: ".jar"},
		{Dir: "var/lib/dpkg/status.d"},
		{Executable: true, Suffix: "tool"},
	}
	m := newMatcher([]Analyzer{{Name: "all", Patterns: patterns}})
	for _, test := range []struct {
		path string
		mode uint32
		want int
	}{
		{"var/lib/dpkg/status", 0, 0},
		{"other/var/lib/dpkg/status", 0, -1},
		{"var/lib/dpkg/info/bash.list", 0, 1},
		{"var/lib/dpkg/info/sub/bash.list", 0, -1},
		{"usr/lib/python3/x-1.0.dist-info/METADATA", 0, 2},
		{"usr/lib/python3/x/METADATA", 0, -1},
		{"app.jar", 0, 3},
		{"app.jar.txt", 0, -1},
		{"var/lib/dpkg/status.d/base", 0, 4},
		{"bin/my-tool", 0o755, 5},
		{"bin/my-tool", 0o644, -1},
	} {
		got := -1
		if found := m.match(nil, []byte(test.path), test.mode); len(found) == 1 {
			for i, p := range patterns {
				if p == found[0].pattern {
					got = i
				}
			}
		}
		if got != test.want {
			t.Errorf("%s (%o) matches pattern %d, want %d", test.path, test.mode, got, test.want)
		}
	}
}

// A hard link to a file of a lower layer has that file's content and results,
// whatever higher layers do to the file's first name.
func TestHardLinksIntoLowerLayers(t *testing.T) {
	base := []file{{"usr/tool.json", "first"}, {"usr/data", "second"}}
	for name, test := range map[string]struct {
		layers   [][]file
		kept     []string
		size     int64 // of usr/link.json
		problems string
	}{
		"one layer":             {[][]file{base, {{"usr/link.json => usr/tool.json", ""}}}, []string{"usr/link.json@1: first", "usr/tool.json@0: first"}, 5, ""},
		"over an empty layer":   {[][]file{base, {{"x", ""}}, {{"usr/link.json => usr/tool.json", ""}}}, []string{"usr/link.json@2: first", "usr/tool.json@0: first"}, 5, ""},
		"links to links":        {[][]file{base, {{"usr/a.json => usr/tool.json", ""}}, {{"usr/link.json => usr/a.json", ""}}}, []string{"usr/a.json@1: first", "usr/link.json@2: first", "usr/tool.json@0: first"}, 5, ""},
		"below a symbolic link": {[][]file{{{"lib -> usr", ""}, {"usr/tool.json", "first"}}, {{"usr/link.json => lib/tool.json", ""}}}, []string{"usr/link.json@1: first", "usr/tool.json@0: first"}, 5, ""},
		"replaced later":        {[][]file{base, {{"usr/link.json => usr/tool.json", ""}}, {{"usr/tool.json", "other one"}}}, []string{"usr/link.json@1: first", "usr/tool.json@2: other one"}, 5, ""},
		"removed later":         {[][]file{base, {{"usr/link.json => usr/tool.json", ""}}, {{"usr/.wh.tool.json", ""}}}, []string{"usr/link.json@1: first"}, 5, ""},
		"removed before":        {[][]file{base, {{"usr/.wh.tool.json", ""}}, {{"usr/link.json => usr/tool.json", ""}}}, nil, 0, "not there"},
		"folder removed before": {[][]file{base, {{".wh.usr", ""}}, {{"usr/link.json => usr/tool.json", ""}}}, nil, 0, "not there"},
		"emptied before":        {[][]file{base, {{"usr/.wh..wh..opq", ""}}, {{"usr/link.json => usr/tool.json", ""}}}, nil, 0, "not there"},
		"not asked for":         {[][]file{base, {{"usr/link.json => usr/data", ""}}}, []string{"usr/tool.json@0: first"}, 6, "usr/data in a lower layer, whose content was not read"},
		"hidden itself":         {[][]file{base, {{"usr/link.json => usr/data", ""}}, {{"usr/link.json", "new"}}}, []string{"usr/link.json@2: new", "usr/tool.json@0: first"}, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var layers [][]byte
			for _, files := range test.layers {
				layers = append(layers, tarOf(t, files...))
			}
			o := Options{Analyzers: []Analyzer{keepAll("all", Pattern{Suffix: ".json"})}, Cache: &Cache{Dir: t.TempDir()}}
			for range 2 {
				s := scanned(t, imageOf(layers...), o)
				if diff := cmp.Diff(test.kept, kept(s, "all")); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
				if e, found := s.Lookup("usr/link.json"); !found || e.Size != test.size || e.Type != asset.Regular {
					t.Errorf("the link is %+v, %v", e, found)
				}
				said := ""
				for _, p := range s.Problems {
					said += p.Message
				}
				if (said == "") != (test.problems == "") || !strings.Contains(said, test.problems) {
					t.Errorf("problems %q, want %q", said, test.problems)
				}
			}
		})
	}
}
