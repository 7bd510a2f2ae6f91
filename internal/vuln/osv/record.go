// Package osv reads advisories in the Open Source Vulnerability format
// (https://ossf.github.io/osv-schema/) and says which versions they are about.
package osv

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"seawall/internal/wording"
)

// MaxRecordSize is the largest record that is read, in bytes. The largest real
// ones, about the Linux kernel, stay under a tenth of it.
const MaxRecordSize = 16 << 20

const maxIDLength = 256

// Record is the part of an OSV record that Seawall uses. Fields are named as
// in the schema.
type Record struct {
	ID        string    `json:"id"`
	Modified  Timestamp `json:"modified"`
	Published Timestamp `json:"published"`
	// Withdrawn is empty for a record that holds.
	Withdrawn        string          `json:"withdrawn"`
	Aliases          []string        `json:"aliases"`
	Upstream         []string        `json:"upstream"`
	Related          []string        `json:"related"`
	Summary          string          `json:"summary"`
	Details          string          `json:"details"`
	Severity         []Severity      `json:"severity"`
	Affected         []Affected      `json:"affected"`
	References       []Reference     `json:"references"`
	DatabaseSpecific json.RawMessage `json:"database_specific"`
}

// Severity is a rating: a CVSS vector, or a distribution's own word.
type Severity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

// Reference is a page about the advisory.
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Affected says which versions of one package are affected.
type Affected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity          []Severity      `json:"severity"`
	Ranges            []VersionRange  `json:"ranges"`
	Versions          []string        `json:"versions"`
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific"`
	DatabaseSpecific  json.RawMessage `json:"database_specific"`
}

// VersionRange is a range as it is written in a record.
type VersionRange struct {
	Type   string         `json:"type"`
	Events []VersionEvent `json:"events"`
}

// VersionEvent is an event as it is written: one of the fields is set.
type VersionEvent struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

// Timestamp is an RFC 3339 time. One that cannot be read is zero: a bad date
// must not hide an advisory.
type Timestamp struct{ time.Time }

// UnmarshalJSON reads a time and never fails.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, strings.Trim(string(data), `"`))
	if err == nil && parsed.Year() > 1 {
		t.Time = parsed.UTC()
	}
	return nil
}

// Decode reads one record and checks what everything else relies on: it has an
// ID, made of printable ASCII.
func Decode(data []byte) (*Record, error) {
	if len(data) > MaxRecordSize {
		return nil, fmt.Errorf("the record has %d bytes, more than the %d that are read", len(data), MaxRecordSize)
	}
	var record Record
	if err := json.Unmarshal(data, &record); err != nil {
		return nil, fmt.Errorf("the record is not in the OSV format: %w", wording.JSON(err))
	}
	if err := checkID(record.ID); err != nil {
		return nil, err
	}
	return &record, nil
}

func checkID(id string) error {
	if id == "" {
		return errors.New("the record has no ID")
	}
	if len(id) > maxIDLength {
		return fmt.Errorf("the record's ID has %d characters, more than %d", len(id), maxIDLength)
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return fmt.Errorf("the record's ID %q has characters that no ID has", id)
		}
	}
	return nil
}
