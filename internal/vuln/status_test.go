package vuln

import (
	"slices"
	"testing"
	"time"

	"seawall/internal/vuln/store"
)

func TestWarnings(t *testing.T) {
	now := time.Date(2025, 1, 30, 0, 0, 0, 0, time.UTC)
	daysAgo := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	kev := store.File{Kind: store.KEV, Checked: daysAgo(1)}
	epss := store.File{Kind: store.EPSS, Checked: daysAgo(1)}
	advisories := func(checked, newest time.Time) store.File {
		return store.File{Kind: store.Advisories, Ecosystem: "npm", Checked: checked, Newest: newest}
	}
	for name, c := range map[string]struct {
		files []store.File
		want  []string
	}{
		"fresh, though no advisory is new": {[]store.File{kev, epss, advisories(daysAgo(7), daysAgo(90))}, nil},
		"stale":                            {[]store.File{kev, epss, advisories(daysAgo(8), daysAgo(1))}, []string{"the npm part is 8 days old; run `seawall db update`"}},
		"several stale": {[]store.File{{Kind: store.KEV, Checked: daysAgo(29)}, epss, advisories(daysAgo(8), daysAgo(1))}, []string{
			"2 parts are more than 7 days old, the oldest (KEV) is 29: of 2025-01-01; run `seawall db update`, `seawall db status` lists them",
		}},
		"imported":          {[]store.File{kev, epss, advisories(time.Time{}, daysAgo(7))}, nil},
		"imported long ago": {[]store.File{kev, epss, advisories(time.Time{}, daysAgo(20))}, []string{"the newest of the imported advisories is 20 days old; import newer ones"}},
		"without exploit data": {nil, []string{
			"there is no catalog of known exploited vulnerabilities (KEV): findings cannot be ordered by it",
			"there are no exploit prediction scores (EPSS): findings cannot be ordered by them",
		}},
	} {
		db := &DB{manifest: &store.Manifest{Files: c.files}}
		if got := db.Warnings(now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	var none *DB
	if got := none.Warnings(now); got != nil {
		t.Errorf("no database has the warnings %q", got)
	}
}
