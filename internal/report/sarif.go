package report

import (
	"cmp"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

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
	s := &sarifRun{d: escaped(d), raw: d, rules: map[string]int{}}
	report := sarif.NewReport().AddRun(s.run())
	return encodeJSON(w, report)
}

type sarifRun struct {
	d *Document
	// raw has the paths as the image spells them, for URIs.
	raw *Document
	// rules are the indexes of the rules by ID.
	rules  map[string]int
	driver *sarif.ToolComponent
}

func (s *sarifRun) run() *sarif.Run {
	s.driver = sarif.NewToolComponent().WithName(s.d.Tool.Name).WithVersion(s.d.Tool.Version)
	s.driver.Rules = []*sarif.ReportingDescriptor{}
	run := sarif.NewRun().WithTool(sarif.NewTool().WithDriver(s.driver)).WithColumnKind("utf16CodeUnits")
	for i := range s.d.Findings[:min(len(s.d.Findings), maxResults)] {
		run.AddResult(s.result(i))
	}
	return run.AddInvocation(s.invocation())
}

func (s *sarifRun) result(i int) *sarif.Result {
	f := &s.d.Findings[i]
	index := s.rule(f)
	result := sarif.NewRuleResult(f.Rule).
		WithRuleIndex(index).
		WithLevel(sarifLevel(f.Severity)).
		WithMessage(sarif.NewTextMessage(shorten(plainMessage(resultText(f))))).
		AddLocation(s.location(i)).
		// Code scanning tells alerts apart by the first.
		WithPartialFingerprints(map[string]string{"primaryLocationLineHash": f.ID, "seawall/v1": f.ID}).
		WithProperties(resultProperties(f))
	if f.Status == finding.Accepted {
		result.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(exceptionText(f.Exception)))
	}
	return result
}

// resultText is what code scanning shows in its list.
func resultText(f *finding.Finding) string {
	parts := []string{f.Title}
	if p := f.Package; p != nil {
		parts = append(parts, strings.TrimSpace(p.Name+" "+p.Version))
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

func resultProperties(f *finding.Finding) *sarif.PropertyBag {
	p := sarif.NewPropertyBag().Add("severity", f.Severity.String()).Add("rank", f.Risk.Rank).Add("asset", f.Asset)
	if f.Risk.Exploited {
		p.Add("exploited", true)
	}
	if f.Risk.EPSS >= 0 {
		p.Add("epss", f.Risk.EPSS)
	}
	if f.Package != nil && f.Package.PURL != "" {
		p.Add("purl", f.Package.PURL)
	}
	return p
}

func (s *sarifRun) location(i int) *sarif.Location {
	f := &s.d.Findings[i]
	// Code scanning wants a line; the first one stands for the whole file.
	region := sarif.NewRegion().WithStartLine(1)
	if l := f.Location; l != nil && l.Line > 0 {
		region.WithStartLine(l.Line)
		if l.Column > 0 {
			region.WithStartColumn(l.Column)
		}
	}
	physical := sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(s.uri(&s.raw.Findings[i]))).
		WithRegion(region)
	where := s.assetName(f.Asset)
	if f.Location != nil && f.Location.Path != "" {
		where += ": " + f.Location.Path
	}
	return sarif.NewLocation().WithPhysicalLocation(physical).
		WithMessage(sarif.NewTextMessage(plainMessage(where)))
}

func (s *sarifRun) assetName(id string) string {
	for i := range s.d.Assets {
		if s.raw.Assets[i].ID == id || s.d.Assets[i].ID == id {
			return cmp.Or(s.d.Assets[i].StableName, s.d.Assets[i].Name)
		}
	}
	return id
}

// uri is a relative reference (RFC 3986, 4.2) to the file, or to the image as
// if it were one. With several images each is a folder, as they share paths.
func (s *sarifRun) uri(f *finding.Finding) string {
	file := ""
	if f.Location != nil {
		file = f.Location.Path
	}
	if file == "" || len(s.raw.Assets) > 1 {
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

func (s *sarifRun) invocation() *sarif.Invocation {
	invocation := sarif.NewInvocation().
		WithExecutionSuccessful(s.d.Summary.Incomplete == 0).
		WithStartTimeUtc(s.d.Created.UTC().Format(time.RFC3339))
	notify := func(level, text string) {
		invocation.AddToolExecutionNotification(sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(plainMessage(text))))
	}
	for _, target := range s.d.Targets {
		if target.Error != "" {
			notify("error", target.Input+": "+target.Error)
		}
	}
	for _, a := range s.d.Assets {
		for _, e := range a.Errors {
			notify("error", a.Name+": "+e.String())
		}
	}
	for _, g := range s.d.NotLookedUp {
		notify("warning", gapText(g))
	}
	for _, warning := range s.d.Warnings {
		notify("warning", warning)
	}
	if n := len(s.d.Findings) - maxResults; n > 0 {
		notify("warning", "Only the first "+strconv.Itoa(maxResults)+" findings by rank are listed, "+strconv.Itoa(n)+" more are in the JSON report.")
	}
	return invocation
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
		return sarif.LevelError
	case finding.Medium, finding.Unknown:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
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
