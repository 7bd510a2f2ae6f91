package report

import (
	"cmp"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"seawall/internal/finding"
)

// maxResults is how many results of a run GitHub's code scanning keeps; it
// would keep the first 5,000 by its own order and reject more than 25,000.
const maxResults = 5000

// maxSARIFText is the length in characters at which code scanning cuts descriptions.
const maxSARIFText = 1024

// WriteSARIF writes the findings as SARIF 2.1.0 (OASIS) in the form that
// GitHub's code scanning accepts: one run, rules with a security severity, a
// relative URI in every location.
func WriteSARIF(w io.Writer, d *Document, _ Options) error {
	listed := *d
	listed.Findings = d.Findings[:min(len(d.Findings), maxResults)]
	s := &sarifWriter{d: escaped(&listed), raw: &listed, left: len(d.Findings) - len(listed.Findings), rules: map[string]int{}, assets: map[string]int{}}
	for i := len(d.Assets) - 1; i >= 0; i-- {
		s.assets[d.Assets[i].ID] = i
	}
	return encodeJSON(w, s.log())
}

// sarifWriter makes the results while they are written, and collects the rules
// that they are instances of.
type sarifWriter struct {
	d *Document
	// raw has the paths as the image spells them, for URIs.
	raw *Document
	// left is the number of findings that are not among the results.
	left int
	// rules are the indexes of the rules by ID, assets those of the assets.
	rules, assets map[string]int
	tool          sarifTool
}

func (s *sarifWriter) log() *sarifLog {
	s.tool.Driver = sarifDriver{
		Contents: []string{"localizedData", "nonLocalizedData"},
		Language: "en-US",
		Name:     s.d.Tool.Name,
		Rules:    []sarifRule{},
		Version:  s.d.Tool.Version,
	}
	return &sarifLog{
		Schema:  "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			ColumnKind:       "utf16CodeUnits",
			Invocations:      []sarifInvocation{s.invocation()},
			Language:         "en-US",
			NewlineSequences: []string{"\r\n", "\n"},
			Results:          s.results,
			Tool:             &s.tool,
		}},
	}
}

func (s *sarifWriter) results(yield func(*sarifResult) bool) {
	for i := range s.d.Findings {
		if !yield(s.result(i)) {
			return
		}
	}
}

func (s *sarifWriter) result(i int) *sarifResult {
	f := &s.d.Findings[i]
	result := &sarifResult{
		PartialFingerprints: sarifFingerprints{f.ID, f.ID},
		Kind:                "fail",
		Level:               sarifLevel(f.Severity),
		Locations:           []sarifLocation{s.location(i)},
		Message:             message(shorten(plainMessage(resultText(f)))),
		Properties:          resultProperties(f),
		Rank:                -1,
		RuleID:              f.Rule,
		RuleIndex:           s.rule(f),
	}
	if f.Status == finding.Accepted {
		result.Suppressions = []sarifSuppression{{exceptionText(f.Exception), "external", "accepted"}}
	}
	return result
}

func message(text string) sarifMessage { return sarifMessage{Text: text} }

// resultText is what code scanning shows in its list.
func resultText(f *finding.Finding) string {
	parts := []string{f.Title}
	if p := f.Package; p != nil {
		parts = append(parts, strings.TrimSpace(p.Name+" "+p.Version)+andMore(f.Alike))
	} else if len(f.Evidence) > 0 {
		parts = append(parts, evidenceText(f.Evidence))
	}
	if f.Risk.Exploited {
		parts = append(parts, "Known to be exploited")
	}
	if f.Fix.Text != "" {
		parts = append(parts, "Fix: "+f.Fix.Text)
	} else if f.Kind == finding.Vulnerability {
		parts = append(parts, "There is no fix yet")
	}
	for i, part := range parts {
		parts[i] = strings.TrimSuffix(part, ".")
	}
	return strings.Join(parts, ". ") + "."
}

// andMore tells of packages that have no result of their own.
func andMore(alike int) string {
	if alike == 0 {
		return ""
	}
	return " and " + count(alike, "more package")
}

func resultProperties(f *finding.Finding) sarifResultProperties {
	p := sarifResultProperties{Asset: f.Asset, Exploited: f.Risk.Exploited, Rank: f.Risk.Rank, Severity: f.Severity.String()}
	if f.Risk.EPSS >= 0 {
		p.EPSS = &f.Risk.EPSS
	}
	if f.Package != nil {
		p.PURL = f.Package.PURL
	}
	return p
}

func (s *sarifWriter) location(i int) sarifLocation {
	f := &s.d.Findings[i]
	raw := s.raw.Findings[i].Asset
	where := s.assetName(raw)
	if s.inFile(raw) {
		where = s.d.Assets[s.assets[raw]].Name
	}
	if f.Location != nil && f.Location.Path != "" {
		where += ": " + f.Location.Path
	}
	return sarifLocation{
		ID:      -1,
		Message: message(plainMessage(where)),
		PhysicalLocation: sarifPhysicalLocation{
			ArtifactLocation: sarifArtifactLocation{Index: -1, URI: s.uri(&s.raw.Findings[i])},
			Region:           region(f.Location),
		},
	}
}

// region is the place of a location. Code scanning wants a line; the first one
// stands for the whole file.
func region(l *finding.Location) sarifRegion {
	r := sarifRegion{ByteOffset: -1, CharOffset: -1, StartLine: 1}
	if l != nil && l.Line > 0 {
		r.StartLine, r.StartColumn = l.Line, max(l.Column, 0)
	}
	return r
}

// assetName is the stable name of the asset with an ID as it was before escaping.
func (s *sarifWriter) assetName(id string) string {
	if i, known := s.assets[id]; known {
		return cmp.Or(s.d.Assets[i].StableName, s.d.Assets[i].Name)
	}
	return Escape(id)
}

// inFile is true if the asset is described by a file, whose path is a real one.
func (s *sarifWriter) inFile(id string) bool {
	i, known := s.assets[id]
	return known && s.d.Assets[i].Source == SourceFile
}

// uri is a relative reference (RFC 3986, 4.2) to the file, or to the image as
// if it were one. With several images each is a folder, as they share paths.
func (s *sarifWriter) uri(f *finding.Finding) string {
	file := ""
	if f.Location != nil {
		file = f.Location.Path
	}
	if file == "" || len(s.raw.Assets) > 1 && !s.inFile(f.Asset) {
		file = s.assetName(f.Asset) + "/" + file
	}
	return relativeReference(file)
}

// relativeReference percent-encodes a path so that it can be neither absolute
// nor a step up nor a URI with a scheme.
func relativeReference(file string) string {
	clean := strings.TrimLeft(path.Clean("/"+file), "/")
	segments := strings.Split(clean, "/")
	for i, segment := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segment), ":", "%3A")
	}
	return cmp.Or(strings.Join(segments, "/"), "image")
}

func (s *sarifWriter) invocation() sarifInvocation {
	notes := []sarifNotification{}
	notify := func(level, text string) {
		notes = append(notes, sarifNotification{Level: level, Message: message(plainMessage(text))})
	}
	for _, target := range s.d.Targets {
		if target.Error != "" {
			notify(sarifError, target.Input+": "+target.Error)
		}
	}
	for _, a := range s.d.Assets {
		for _, e := range a.Errors {
			notify(sarifError, a.Name+": "+e.String())
		}
	}
	for _, g := range s.d.NotLookedUp {
		notify(sarifWarning, gapText(g))
	}
	for _, warning := range s.d.Warnings {
		notify(sarifWarning, warning)
	}
	if s.left > 0 {
		notify(sarifWarning, "Only the first "+strconv.Itoa(maxResults)+" findings by rank are listed, "+strconv.Itoa(s.left)+" more are in the JSON report.")
	}
	return sarifInvocation{
		ExecutionSuccessful:        s.d.Summary.Incomplete == 0,
		StartTimeUTC:               s.d.Created.UTC().Format(time.RFC3339),
		ToolExecutionNotifications: notes,
	}
}

func gapText(g Gap) string {
	text := "Not looked up: " + g.What + ": " + strings.TrimSuffix(g.Reason, ".") + "."
	if g.Command != "" {
		text += " Run " + g.Command + "."
	}
	return text
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return sarifError
	case finding.Medium, finding.Unknown:
		return sarifWarning
	}
	return sarifNote
}

// plainMessage keeps text from being read as an embedded link, "[text](target)"
// (SARIF 2.1.0, 3.11.6), in viewers that know escapes and in those that don't.
func plainMessage(s string) string { return strings.ReplaceAll(s, "](", "] (") }

func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= maxSARIFText {
		return s
	}
	return string(runes[:maxSARIFText-1]) + "…"
}
