package main

import (
	"errors"

	"seawall/internal/finding"
	"seawall/internal/report"
	"seawall/internal/vuln"
	"seawall/internal/vuln/store"
)

// openDatabase opens the advisories. That there are none is no error: the
// report says what was not looked up.
func (c *checker) openDatabase() {
	if !c.options.wants(finding.Vulnerability) {
		return
	}
	db, err := vuln.OpenAny()
	if err != nil {
		if !errors.Is(err, store.ErrNone) {
			c.document.Warnings = append(c.document.Warnings, err.Error())
		}
		return
	}
	c.db = db
	c.document.Database = describeDatabase(db)
	for _, p := range db.Problems() {
		c.document.Warnings = append(c.document.Warnings, p.Message)
	}
	for _, w := range db.Warnings(c.document.Created) {
		c.document.Warnings = append(c.document.Warnings, "the advisory database: "+w)
	}
}

func describeDatabase(db *vuln.DB) *report.Database {
	d := &report.Database{Built: db.Built(), Segments: []report.Segment{}}
	for _, f := range db.Files() {
		switch f.Kind {
		case store.KEV:
			d.KEV = f.Newest
		case store.EPSS:
			d.EPSS = f.Newest
		case store.Advisories:
			d.Segments = append(d.Segments, report.Segment{Ecosystem: f.Ecosystem, Advisories: f.Records, Newest: f.Newest})
		}
	}
	return d
}
