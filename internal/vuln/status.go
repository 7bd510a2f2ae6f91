package vuln

import (
	"fmt"
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
	kinds := map[store.Kind]bool{}
	var newestImport time.Time
	for _, f := range s.Files {
		s.Size += f.Size
		kinds[f.Kind] = true
		if err := current.Verify(f); err != nil {
			s.warn("the %s part cannot be used: %v; run `seawall db update` (or `seawall db import`)", f.Label(), err)
		}
		switch {
		case f.Checked.IsZero() && f.Kind == store.Advisories:
			newestImport = later(newestImport, f.Newest)
		case !f.Checked.IsZero() && now.Sub(f.Checked) > StaleAfter:
			s.warn("the %s part is %d days old; run `seawall db update`", f.Label(), days(now.Sub(f.Checked)))
		}
	}
	// How old an import was when it was imported nobody knows; that its newest
	// record is old says something.
	if age := now.Sub(newestImport); !newestImport.IsZero() && age > StaleAfter {
		s.warn("the newest of the imported advisories is %d days old; import newer ones", days(age))
	}
	if !kinds[store.KEV] {
		s.warn("there is no catalog of known exploited vulnerabilities (KEV): findings cannot be ordered by it")
	}
	if !kinds[store.EPSS] {
		s.warn("there are no exploit prediction scores (EPSS): findings cannot be ordered by them")
	}
	return s, nil
}

func days(d time.Duration) int { return int(d.Hours() / 24) }

func (s *Status) warn(format string, arguments ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, arguments...))
}
