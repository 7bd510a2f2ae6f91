package vuln

import (
	"fmt"
	"slices"
	"time"

	"seawall/internal/vuln/store"
)

// StaleAfter is the age from which a status warns.
const StaleAfter = 7 * 24 * time.Hour

// Status describes a database.
type Status struct {
	Home  string
	Built time.Time
	Files []store.File
	// Size is of all files, in bytes.
	Size int64
	// Warnings are sentences about what is damaged or old.
	Warnings []string
}

// ReadStatus describes the database in a home and verifies every file of it
// against the signed manifest.
func ReadStatus(home string, now time.Time) (*Status, error) {
	current, err := store.Open(home)
	if err != nil {
		return nil, err
	}
	s := &Status{Home: home, Built: current.Manifest.Built, Files: current.Manifest.Files}
	for _, f := range s.Files {
		s.Size += f.Size
		if err := current.Verify(f); err != nil {
			s.Warnings = append(s.Warnings, fmt.Sprintf("the %s part cannot be used: %v; run `seawall db update` (or `seawall db import`)", f.Label(), err))
		}
	}
	s.Warnings = append(s.Warnings, staleness(s.Files, now)...)
	return s, nil
}

// Warnings are sentences about what in the database is old or missing at a
// time, nil for a nil DB. Problems tells what is damaged.
func (db *DB) Warnings(now time.Time) []string {
	if db == nil {
		return nil
	}
	return staleness(db.manifest.Files, now)
}

func staleness(files []store.File, now time.Time) []string {
	var warnings []string
	kinds := map[store.Kind]bool{}
	var newestImport time.Time
	var stale []store.File
	for _, f := range files {
		kinds[f.Kind] = true
		switch {
		case f.Checked.IsZero() && f.Kind == store.Advisories:
			newestImport = later(newestImport, f.Newest)
		case !f.Checked.IsZero() && now.Sub(f.Checked) > StaleAfter:
			stale = append(stale, f)
		}
	}
	if len(stale) > 0 {
		warnings = append(warnings, describeStale(stale, now))
	}
	// How old an import was when it was imported nobody knows; that its newest
	// record is old says something.
	if age := now.Sub(newestImport); !newestImport.IsZero() && age > StaleAfter {
		warnings = append(warnings, fmt.Sprintf("the newest of the imported advisories is %d days old; import newer ones", days(age)))
	}
	if !kinds[store.KEV] {
		warnings = append(warnings, "there is no catalog of known exploited vulnerabilities (KEV): findings cannot be ordered by it")
	}
	if !kinds[store.EPSS] {
		warnings = append(warnings, "there are no exploit prediction scores (EPSS): findings cannot be ordered by them")
	}
	return warnings
}

// describeStale is one sentence about the parts that an update would renew.
func describeStale(parts []store.File, now time.Time) string {
	oldest := slices.MinFunc(parts, func(a, b store.File) int { return a.Checked.Compare(b.Checked) })
	age := days(now.Sub(oldest.Checked))
	if len(parts) == 1 {
		return fmt.Sprintf("the %s part is %d days old; run `seawall db update`", oldest.Label(), age)
	}
	return fmt.Sprintf("%d parts are more than %d days old, the oldest (%s) is %d: of %s; run `seawall db update`, `seawall db status` lists them",
		len(parts), days(StaleAfter), oldest.Label(), age, oldest.Checked.UTC().Format(time.DateOnly))
}

func days(d time.Duration) int { return int(d.Hours() / 24) }
