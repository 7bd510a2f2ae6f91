package version

import (
	"archive/zip"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// advisory is what the test reads of an OSV record.
type advisory struct {
	ID       string `json:"id"`
	Affected []struct {
		Package struct {
			Ecosystem string `json:"ecosystem"`
		} `json:"package"`
		Ranges []struct {
			Type   string              `json:"type"`
			Events []map[string]string `json:"events"`
		} `json:"ranges"`
	} `json:"affected"`
}

// TestRealAdvisories orders the versions of real advisories: all of them have a
// place, and each range ascends from its "introduced" on. Less than 1 % may not,
// since records hold mistakes: commit times or branch names in place of
// versions, and the ends of two branches of one range in the wrong order.
func TestRealAdvisories(t *testing.T) {
	shared := os.Getenv("SEAWALL_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	zips, _ := filepath.Glob(filepath.Join(shared, "data", "osv", "*", "all.zip"))
	if len(zips) == 0 {
		t.Skip("SKIPPED: no advisories in ../shared/data/osv beside the repository (or SEAWALL_SHARED)")
	}
	for _, path := range zips {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			var count rangeCount
			for _, record := range readAdvisories(t, path) {
				for _, affected := range record.Affected {
					scheme, ok := SchemeFor(affected.Package.Ecosystem)
					if !ok {
						t.Fatalf("%s: no scheme for %q", record.ID, affected.Package.Ecosystem)
					}
					for _, r := range affected.Ranges {
						if r.Type != "GIT" {
							count.add(t, record.ID, scheme, r.Events)
						}
					}
				}
			}
			t.Logf("%d of %d versions have no place, %d of %d steps descend",
				count.invalid, count.versions, count.descending, count.steps)
			if count.versions == 0 || count.invalid*100 > count.versions || count.descending*100 > count.steps {
				t.Errorf("no versions, or more than 1 %% of them out of order: %+v", count)
			}
		})
	}
}

// rangeCount counts the versions that events name, and the steps from one event
// of a range to the next. "0" is no version but OSV's word for the beginning.
type rangeCount struct{ versions, invalid, steps, descending int }

func (c *rangeCount) add(t *testing.T, id string, scheme Scheme, events []map[string]string) {
	previous := "0"
	for _, event := range events {
		v := event["introduced"] + event["fixed"] + event["last_affected"]
		c.versions++
		if !scheme.Valid(v) {
			c.invalid++
			t.Logf("%s: %q has no place", id, v)
			continue
		}
		if previous != "0" && event["introduced"] == "" {
			c.steps++
			if order, _ := scheme.Compare(previous, v); order > 0 {
				c.descending++
				t.Logf("%s: %q comes before %q", id, v, previous)
			}
		}
		previous = v
	}
}

func readAdvisories(t *testing.T, path string) []advisory {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	records := make([]advisory, len(archive.File))
	for i, file := range archive.File {
		data, err := fs.ReadFile(archive, file.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &records[i]); err != nil {
			t.Fatalf("%s in %s: %v", file.Name, path, err)
		}
	}
	return records
}
