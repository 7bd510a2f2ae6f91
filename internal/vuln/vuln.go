// Package vuln finds the known vulnerabilities of packages. It builds a
// database from advisories in the OSV format, CISA's catalog of known exploited
// vulnerabilities and FIRST's exploit prediction scores, keeps it up to date,
// and matches packages against it.
package vuln

import (
	"errors"
	"fmt"
	"time"

	"seawall/internal/vuln/exploit"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/store"
)

// DB is an opened database. It may be used by several goroutines at once, and
// stays valid while another process switches to a newer version. A nil DB is an
// empty one: everything that is looked up in it is reported as not looked up.
type DB struct {
	manifest *store.Manifest
	// segments are the advisories by ecosystem.
	segments map[string]*lazy[*index.Reader]
	// broken are the reasons why a listed segment cannot be opened.
	broken map[string]error
	kev    *lazy[*exploit.KEV]
	epss   *lazy[*exploit.EPSS]
	// problems are about the files that could not be opened.
	problems []Problem
}

// Problem is something that was not looked up, or only in part. The rest was.
type Problem struct {
	// Ecosystem is what it is about, with the release; "" for all.
	Ecosystem string
	// Packages is the number of packages that were not looked up.
	Packages int
	// What was not looked up: "known vulnerabilities of 3 npm packages".
	What string
	// Message says why.
	Message string
	// Command is what to run to close the gap, "" if nothing helps.
	Command string
	// Unlisted is the number of known vulnerabilities that were found and left
	// out, as they are too many.
	Unlisted int
}

// Open opens the database in a home. If there is none the error wraps
// store.ErrNone. A file of it that is missing or has another size is told by
// Problems, one that is damaged by what would need it; the others work without.
func Open(home string) (*DB, error) {
	current, err := store.Open(home)
	if err != nil {
		return nil, err
	}
	db := &DB{manifest: current.Manifest, segments: map[string]*lazy[*index.Reader]{}, broken: map[string]error{}}
	for _, f := range current.Manifest.Files {
		if err := db.open(current, f); err != nil {
			db.broken[f.Label()] = err
			db.problems = append(db.problems, Problem{Ecosystem: f.Ecosystem, Message: fmt.Sprintf(
				"the %s part of the advisory database cannot be used: %v; run `seawall db update` (or `seawall db import`) to repair it", f.Label(), err)})
		}
	}
	return db, nil
}

// OpenAny opens the first database that is found in the homes of store.Homes.
func OpenAny() (*DB, error) {
	homes := store.Homes()
	home := store.Find(homes)
	if home == "" {
		return nil, fmt.Errorf("%w in %v: run `seawall db update` to download one, or `seawall db import` where there is no network", store.ErrNone, homes)
	}
	return Open(home)
}

func (db *DB) open(current *store.Version, f store.File) error {
	part, err := current.Part(f)
	if err != nil {
		return err
	}
	switch f.Kind {
	case store.Advisories:
		db.segments[f.Ecosystem] = &lazy[*index.Reader]{part: part, read: index.Open}
	case store.KEV:
		db.kev = &lazy[*exploit.KEV]{part: part, read: exploit.OpenKEV}
	case store.EPSS:
		db.epss = &lazy[*exploit.EPSS]{part: part, read: exploit.OpenEPSS}
	default:
		return errors.Join(fmt.Errorf("a file of the kind %q is not known to this Seawall", f.Kind), part.Close())
	}
	return nil
}

// Close releases the database's files and memory.
func (db *DB) Close() error {
	if db == nil {
		return nil
	}
	var errs []error
	for _, segment := range db.segments {
		errs = append(errs, segment.close())
	}
	return errors.Join(append(errs, db.kev.close(), db.epss.close())...)
}

// Built is when the database was put together; zero for a nil DB.
func (db *DB) Built() time.Time {
	if db == nil {
		return time.Time{}
	}
	return db.manifest.Built
}

// Files lists the parts of the database.
func (db *DB) Files() []store.File {
	if db == nil {
		return nil
	}
	return db.manifest.Files
}

// Problems tells which parts of the database cannot be used.
func (db *DB) Problems() []Problem {
	if db == nil {
		return nil
	}
	return db.problems
}
