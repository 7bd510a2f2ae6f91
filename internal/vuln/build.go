package vuln

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seawall/internal/finding"
	"seawall/internal/vuln/cve"
	"seawall/internal/vuln/ecosystem"
	"seawall/internal/vuln/index"
	"seawall/internal/vuln/osv"
	"seawall/internal/vuln/severity"
	"seawall/internal/vuln/store"
	"seawall/internal/vuln/version"
)

// What is kept of an advisory's texts: enough for a report, not the whole page.
const (
	maxDetails    = 2000
	maxReferences = 20
	maxImports    = 20
	maxNames      = 100
)

// reader feeds records: osv.ReadZip or osv.ReadFolder on one path.
type reader func(ctx context.Context, use func(*osv.Record) error, broken func(name string, err error)) error

func zipReader(path string) reader {
	return func(ctx context.Context, use func(*osv.Record) error, broken func(string, error)) error {
		return osv.ReadZip(ctx, path, use, broken)
	}
}

func folderReader(path string) reader {
	return func(ctx context.Context, use func(*osv.Record) error, broken func(string, error)) error {
		return osv.ReadFolder(ctx, path, use, broken)
	}
}

// segmentBuilder turns the records of one ecosystem into a segment.
type segmentBuilder struct {
	family  string
	scheme  version.Scheme
	writer  *index.Writer
	file    store.File
	problem error // the first broken record
}

// buildSegment writes the segment of an ecosystem into dir. firstBroken is the
// reason of the first record that was left out as broken.
func buildSegment(ctx context.Context, dir, family string, now time.Time, read reader) (file store.File, firstBroken error, err error) {
	writer, err := index.NewWriter(dir)
	if err != nil {
		return store.File{}, nil, err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	scheme, _ := version.SchemeFor(family)
	b := &segmentBuilder{family: family, scheme: scheme, writer: writer, file: store.File{
		Name: fileName(family), Kind: store.Advisories, Format: index.FormatVersion, Ecosystem: family, Built: now,
	}}
	if err := read(ctx, b.add, b.broken); err != nil {
		return store.File{}, nil, err
	}
	b.file.Records, b.file.Ranges = writer.Counts()
	if b.file.Records == 0 {
		return store.File{}, b.problem, fmt.Errorf("there are no %s advisories in it", family)
	}
	path := filepath.Join(dir, b.file.Name)
	if err := errors.Join(writer.WriteFile(path), store.Seal(dir, &b.file)); err != nil {
		// The name must be free for the old segment.
		return store.File{}, nil, errors.Join(err, os.RemoveAll(path))
	}
	return b.file, b.problem, nil
}

// fileName gives a segment's file name: "red-hat.segment".
func fileName(family string) string {
	words := strings.FieldsFunc(strings.ToLower(family), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	return strings.Join(words, "-") + ".segment"
}

func (b *segmentBuilder) broken(name string, err error) {
	b.file.Broken++
	if b.problem == nil {
		b.problem = fmt.Errorf("%s: %w", name, err)
	}
}

func (b *segmentBuilder) add(record *osv.Record) error {
	if record.Withdrawn != "" {
		b.file.Withdrawn++
		return nil
	}
	advisory := b.advisory(record)
	if newest := later(advisory.Published, advisory.Modified); newest.After(b.file.Newest) {
		b.file.Newest = newest
	}
	b.rate(record, &advisory)
	if err := b.writer.Add(advisory, b.entries(record)); err != nil {
		if errors.Is(err, index.ErrTooLarge) {
			b.broken(record.ID, err)
			return nil
		}
		return err
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (b *segmentBuilder) advisory(record *osv.Record) index.Advisory {
	a := index.Advisory{
		ID:        record.ID,
		CVEs:      atMost(record.CVEs(ecosystem.IsDistribution(b.family)), maxNames),
		Aliases:   atMost(record.OtherNames(), maxNames),
		Summary:   strings.TrimSpace(record.Summary),
		Details:   cutText(strings.TrimSpace(record.Details), maxDetails),
		Rating:    osv.Specific(record.DatabaseSpecific, "severity"),
		Published: record.Published.Time,
		Modified:  record.Modified.Time,
	}
	a.Severities = slices.Clone(record.Severity)
	for i := range record.Affected {
		affected := &record.Affected[i]
		if ecosystem.Family(affected.Package.Ecosystem) != b.family {
			continue
		}
		a.Severities = append(a.Severities, affected.Severity...)
		a.Imports = append(a.Imports, affected.Imports()...)
	}
	a.Severities, a.Imports = bestOnly(a.Severities), atMost(a.Imports, maxImports)
	for _, r := range record.References {
		if strings.HasPrefix(r.URL, "https://") || strings.HasPrefix(r.URL, "http://") {
			a.References = append(a.References, r.URL)
		}
	}
	a.References = atMost(a.References, maxReferences)
	return a
}

// bestOnly keeps the one CVSS vector that will be used.
func bestOnly(severities []osv.Severity) []osv.Severity {
	best, ok := severity.Best(severities)
	if !ok {
		return nil
	}
	return []osv.Severity{{Type: "CVSS_V" + best.Version[:1], Score: best.Vector}}
}

func atMost(list []string, n int) []string { return list[:min(len(list), n)] }

// rate keeps the CVSS vector for other records about the same CVE. A record
// about several CVEs rates the worst of them, so it says nothing of each.
func (b *segmentBuilder) rate(record *osv.Record, advisory *index.Advisory) {
	if len(advisory.CVEs) != 1 || len(advisory.Severities) == 0 {
		return
	}
	if number, ok := cve.Parse(advisory.CVEs[0]); ok {
		b.writer.Rate(number, advisory.Severities[0].Score, record.ID, severity.Better)
	}
}

// maxPerPackage is how often one advisory may name one package of a release. Real
// ones do so a few dozen times; each costs every check of the package.
const maxPerPackage = 500

func (b *segmentBuilder) entries(record *osv.Record) []index.Entry {
	var entries []index.Entry
	perPackage := map[string]int{}
	for i := range record.Affected {
		affected := &record.Affected[i]
		release := ecosystem.Release(affected.Package.Ecosystem)
		if ecosystem.Family(affected.Package.Ecosystem) != b.family || release == "" || affected.Package.Name == "" {
			continue
		}
		entry := index.Entry{Release: release, Name: ecosystem.PackageName(b.family, affected.Package.Name)}
		entry.Severity, entry.State = b.distributionsWord(record, affected)
		entry.Ranges = b.sorted(affected.Comparable())
		entry.Versions = b.beyond(entry.Ranges, affected.Versions)
		if len(entry.Ranges) == 0 && len(entry.Versions) == 0 {
			continue
		}
		if perPackage[entry.Release+"/"+entry.Name]++; perPackage[entry.Release+"/"+entry.Name] > maxPerPackage {
			b.broken(record.ID, fmt.Errorf("it names %s more than %d times", entry.Name, maxPerPackage))
			return nil
		}
		entries = append(entries, entry)
	}
	return entries
}

// sorted puts every range into order now, so that matching need not. A range
// with a version that cannot be compared stays as it was written.
func (b *segmentBuilder) sorted(ranges []osv.Range) []osv.Range {
	for i, r := range ranges {
		ordered := slices.Clone(r)
		if ordered.Sort(b.scheme.Compare) == nil {
			ranges[i] = ordered
		}
	}
	return ranges
}

// maxComparisons bounds the work for one entry: a record is not trusted.
const maxComparisons = 10_000_000

// beyond gives the listed versions that no range contains: most lists only
// spell out the ranges, and take more room than everything else.
func (b *segmentBuilder) beyond(ranges []osv.Range, versions []string) []string {
	events := 0
	for _, r := range ranges {
		events += len(r)
	}
	if events*len(versions) > maxComparisons {
		return versions
	}
	var rest []string
	for _, v := range versions {
		if len(v) <= 256 && !b.inside(ranges, v) {
			rest = append(rest, v)
		}
	}
	return rest
}

func (b *segmentBuilder) inside(ranges []osv.Range, v string) bool {
	for _, r := range ranges {
		if in, err := r.Contains(v, b.scheme.Compare); err == nil && in {
			return true
		}
	}
	return false
}

// distributionsWord gives a distribution's own rating of the vulnerability in
// one release, and its decision. Debian writes an urgency, Ubuntu a priority
// (older records in ecosystem_specific), Red Hat and its rebuilds a word before
// the title, others a severity.
func (b *segmentBuilder) distributionsWord(record *osv.Record, affected *osv.Affected) (finding.Severity, index.State) {
	if !ecosystem.IsDistribution(b.family) {
		return finding.Unknown, index.NoState
	}
	urgency := osv.Specific(affected.EcosystemSpecific, "urgency")
	state := index.NoState
	switch strings.TrimRight(urgency, "*") {
	case "unimportant":
		state = index.Unimportant
	case "end-of-life":
		state = index.EndOfLife
	}
	for _, word := range []string{
		urgency,
		ubuntuPriority(affected.Severity), ubuntuPriority(record.Severity),
		osv.Specific(affected.EcosystemSpecific, "ubuntu_priority"),
		osv.Specific(affected.EcosystemSpecific, "severity"),
		osv.Specific(affected.DatabaseSpecific, "severity"),
		osv.Specific(record.DatabaseSpecific, "severity"),
	} {
		if s := severity.FromWord(word); s != finding.Unknown {
			return s, state
		}
	}
	return severity.FromSummary(record.Summary), state
}

func ubuntuPriority(severities []osv.Severity) string {
	for _, s := range severities {
		if s.Type == "Ubuntu" {
			return s.Score
		}
	}
	return ""
}
