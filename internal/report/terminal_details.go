package report

import (
	"cmp"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// finding writes one vulnerability with all that is known of it.
func (t *terminal) finding(f *finding.Finding) {
	t.blank()
	head := []span{{bold, f.Rule}, {plain, " in " + f.Package.Name + ", "}, {severityStyle(f.Severity), severityText(f.Severity)}}
	if f.SeveritySource != "" {
		head = append(head, span{plain, " (" + f.SeveritySource + ")"})
	}
	if f.Risk.Exploited {
		head = append(head, span{plain, ", "}, span{boldRed, together("known exploited")})
	}
	if f.Risk.EPSS >= 0 {
		head = append(head, span{plain, ", " + together(epssText(f.Risk.EPSS))})
	}
	t.flow(bodyIndent, bodyIndent+2, head...)
	if f.Title != f.Rule {
		t.detail("what", f.Title)
	}
	t.details(f)
}

// details writes what findings of every kind have.
func (t *terminal) details(f *finding.Finding) {
	t.detail("found", location(f))
	t.detail("layer", layerText(f))
	if f.Alike > 0 {
		t.detail("more", count(f.Alike, "package")+" of the same source not listed")
	}
	for _, e := range f.Evidence {
		t.detail("seen", evidenceText([]finding.Evidence{e}))
	}
	t.detail("why", f.Why)
	t.detail("fix", f.Fix.Text)
	t.snippet("run", f.Fix.Command)
	t.snippet("patch", f.Fix.Patch)
	t.detail("also", strings.Join(f.Aliases, ", "))
	for _, r := range f.References {
		t.detail("see", referenceText(r))
	}
}

func location(f *finding.Finding) string {
	l := f.Location
	switch {
	case l == nil || l.Path == "":
		return ""
	case l.Line > 0 && l.Column > 0:
		return fmt.Sprintf("%s:%d:%d", l.Path, l.Line, l.Column)
	case l.Line > 0:
		return fmt.Sprintf("%s:%d", l.Path, l.Line)
	}
	return l.Path
}

func layerText(f *finding.Finding) string {
	if f.Location == nil || f.Location.Layer == nil {
		return ""
	}
	l := f.Location.Layer
	text := fmt.Sprintf("%d", l.Index)
	switch l.Base {
	case asset.FromBase:
		text += ", from the base image"
	case asset.Own:
		text += ", the image's own"
	}
	if l.CreatedBy != "" {
		text += ": " + l.CreatedBy
	}
	return text
}

// evidenceText writes observations as "what is value, not want, at where".
func evidenceText(evidence []finding.Evidence) string {
	parts := make([]string, 0, len(evidence))
	for _, e := range evidence {
		part := e.What
		if e.Value != "" {
			part += ": " + e.Value
		}
		if e.Want != "" {
			part += " (wanted: " + e.Want + ")"
		}
		if e.Where != "" {
			part += " at " + e.Where
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func referenceText(r finding.Reference) string {
	if r.Name == "url" {
		return r.ID
	}
	return cmp.Or(r.Name, "reference") + " " + r.ID
}
