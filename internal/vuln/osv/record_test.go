package osv

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const minimal = `{"id":"X-1","modified":"2024-01-02T03:04:05Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.2.0"}]}]}]}`

func TestDecode(t *testing.T) {
	record, err := Decode([]byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	ranges := record.Affected[0].Comparable()
	want := Range{{Introduced, "1.0.0"}, {Fixed, "1.2.0"}}
	if len(ranges) != 1 || !slices.Equal(ranges[0], want) {
		t.Errorf("ranges %v, want only %v", ranges, want)
	}
	if record.Modified.Year() != 2024 {
		t.Errorf("modified %v", record.Modified)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": `{"id":`, "no ID": `{"modified":"2024-01-02T03:04:05Z"}`, "an array": `[]`,
		"an ID with a newline": `{"id":"a\nb"}`, "an endless ID": `{"id":"` + strings.Repeat("a", 300) + `"}`,
		"events that are no list": `{"id":"X","affected":[{"ranges":[{"events":3}]}]}`,
	} {
		if r, err := Decode([]byte(text)); err == nil {
			t.Errorf("%s was read as %+v", name, r)
		}
	}
}

func TestBadDatesHideNothing(t *testing.T) {
	for _, date := range []string{`"yesterday"`, `"0001-01-01T00:00:00Z"`, `7`, `null`} {
		r, err := Decode([]byte(`{"id":"X","modified":` + date + `}`))
		if err != nil || !r.Modified.IsZero() {
			t.Errorf("modified %s gave %v, %v", date, r, err)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		name         string
		record       Record
		distribution bool
		cves, others []string
	}{
		{"aliases", Record{ID: "GHSA-1", Aliases: []string{"CVE-2024-0001", "PYSEC-2"}}, false, []string{"CVE-2024-0001"}, []string{"PYSEC-2"}},
		{"upstream of several", Record{ID: "DSA-1-1", Upstream: []string{"CVE-2024-0001", "CVE-2024-0002"}}, true, []string{"CVE-2024-0001", "CVE-2024-0002"}, nil},
		{"in the ID", Record{ID: "DEBIAN-CVE-2024-0001"}, true, []string{"CVE-2024-0001"}, nil},
		{"twice", Record{ID: "UBUNTU-CVE-2024-0001", Upstream: []string{"CVE-2024-0001"}}, true, []string{"CVE-2024-0001"}, nil},
		{"related of a distribution", Record{ID: "ALSA-1", Related: []string{"CVE-2024-0001"}}, true, []string{"CVE-2024-0001"}, nil},
		{"related elsewhere", Record{ID: "GO-1", Related: []string{"CVE-2024-0001"}}, false, nil, nil},
	} {
		if got := c.record.CVEs(c.distribution); !slices.Equal(got, c.cves) {
			t.Errorf("%s: CVEs %v, want %v", c.name, got, c.cves)
		}
		if got := c.record.OtherNames(); !slices.Equal(got, c.others) {
			t.Errorf("%s: other names %v, want %v", c.name, got, c.others)
		}
	}
}

func TestReadZipGoesOnAfterABrokenRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{
		"a.json": minimal, "b.json": "{", "../../c.json": strings.ReplaceAll(minimal, "X-1", "X-2"), "notes.txt": "x", "dir/": "",
		"huge.json": `{"id":"X-3","details":"` + strings.Repeat("a", MaxRecordSize) + `"}`,
	} {
		m, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var read, broken []string
	err = ReadZip(context.Background(), path,
		func(r *Record) error { read = append(read, r.ID); return nil },
		func(name string, _ error) { broken = append(broken, name) })
	slices.Sort(read)
	slices.Sort(broken)
	if err != nil || !slices.Equal(read, []string{"X-1", "X-2"}) || !slices.Equal(broken, []string{"b.json", "huge.json"}) {
		t.Errorf("read %v, broken %v, %v", read, broken, err)
	}
}

func TestReadZipOfNoZip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.zip")
	if err := os.WriteFile(path, []byte("this is no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ReadZip(context.Background(), path, nil, nil); err == nil {
		t.Error("no error")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(`{"id":"GO-1","affected":[{"ecosystem_specific":{"imports":[{"path":"a","symbols":["B"]}]}}],"database_specific":{"severity":"HIGH"}}`))
	f.Add([]byte(`{"id":"D","upstream":["CVE-2024-0001"],"affected":[{"versions":["1"],"ecosystem_specific":{"urgency":[]}}]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		record, err := Decode(data)
		if err != nil {
			return
		}
		for i := range record.Affected {
			a := &record.Affected[i]
			for _, r := range a.Comparable() {
				_ = r.Sort(numbers)
				_, _ = r.Contains("7", numbers)
			}
			a.Imports()
			Specific(a.EcosystemSpecific, "urgency")
		}
		record.CVEs(true)
		record.OtherNames()
	})
}
