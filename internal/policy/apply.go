package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seawall/internal/finding"
)

// Asset is one that was checked.
type Asset struct {
	ID string
	// StableName is what an exception's asset is compared with.
	StableName string
	// Searched are the kinds of finding of which every one that there is was
	// sought: nothing failed, and nothing was left out.
	Searched []finding.Kind
}

// Apply marks the findings that an exception accepts, the first that fits
// each. It gives a warning for each exception that has ended, which accepts
// nothing, and for each that fits no finding although one would have been
// found. Sort the findings afterwards: accepted ones stand last.
func (p *Policy) Apply(findings []finding.Finding, assets []Asset, now time.Time) (warnings []string) {
	assetNames := map[string]string{}
	for _, a := range assets {
		assetNames[a.ID] = a.StableName
	}
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		if e.ended(now) {
			warnings = append(warnings, p.warning(e, fmt.Sprintf("ended on %s and accepts nothing any more: renew or remove it", e.Until.Format(time.DateOnly))))
			continue
		}
		used := false
		for j := range findings {
			f := &findings[j]
			if !e.fits(f, assetNames[f.Asset]) {
				continue
			}
			used = true
			if f.Status != finding.Accepted {
				f.Status = finding.Accepted
				f.Exception = &finding.Exception{Reason: e.Reason, By: e.By, Until: e.Until}
			}
		}
		if !used && e.wouldFit(assets) {
			warnings = append(warnings, p.warning(e, "fits no finding: remove it if the problem is gone"))
		}
	}
	return warnings
}

func (p *Policy) warning(e *Exception, text string) string {
	return fmt.Sprintf("%s:%d: the exception for %s %s", p.File, e.Line, e.describe(), text)
}

// describe names what an exception is for.
func (e *Exception) describe() string {
	var parts []string
	for _, part := range []string{e.ID, e.Rule, e.CVE, e.Package, e.Path, e.Asset} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// ended is true after the exception's last day.
func (e *Exception) ended(now time.Time) bool {
	return !e.Until.IsZero() && !now.UTC().Before(e.Until.AddDate(0, 0, 1))
}

// wouldFit is true if what the exception is for was sought: in an asset of the
// run that it is about, and in all of those.
func (e *Exception) wouldFit(assets []Asset) bool {
	sought := false
	for _, a := range assets {
		if e.Asset != "" && !glob(e.Asset, a.StableName) {
			continue
		}
		sought = true
		for _, kind := range e.kinds() {
			if !slices.Contains(a.Searched, kind) {
				return false
			}
		}
	}
	return sought
}

// kinds are those of the findings that the exception can be for. A rule's ID
// has no capitals; every number of an advisory has.
func (e *Exception) kinds() []finding.Kind {
	switch {
	case e.CVE != "" || e.Package != "":
		return []finding.Kind{finding.Vulnerability}
	case e.Rule != "" && e.Rule == strings.ToLower(e.Rule):
		return []finding.Kind{finding.Misconfiguration}
	}
	return []finding.Kind{finding.Vulnerability, finding.Misconfiguration}
}

func (e *Exception) fits(f *finding.Finding, assetName string) bool {
	return (e.ID == "" || strings.HasPrefix(f.ID, strings.ToLower(e.ID))) &&
		(e.Rule == "" || f.Rule == e.Rule) &&
		(e.CVE == "" || f.Kind == finding.Vulnerability && numbered(f, e.CVE)) &&
		(e.Package == "" || f.Package != nil && inPackage(f.Package, e.Package)) &&
		(e.Asset == "" || glob(e.Asset, assetName)) &&
		(e.Path == "" || f.Location != nil && glob(strings.TrimPrefix(e.Path, "/"), f.Location.Path))
}

// numbered is true if id is one of the vulnerability's numbers. Their case
// differs between publishers.
func numbered(f *finding.Finding, id string) bool {
	same := func(other string) bool { return strings.EqualFold(id, other) }
	return same(f.Rule) || slices.ContainsFunc(f.Aliases, same)
}

func inPackage(p *finding.Package, pattern string) bool {
	if !strings.HasPrefix(pattern, "pkg:") {
		return glob(pattern, p.Name) || p.Source != "" && glob(pattern, p.Source)
	}
	withoutQualifiers, _, _ := strings.Cut(p.PURL, "?")
	withoutVersion := withoutQualifiers
	// An @ in a name is written %40, so the last one begins the version.
	if at := strings.LastIndexByte(withoutQualifiers, '@'); at >= 0 {
		withoutVersion = withoutQualifiers[:at]
	}
	return glob(pattern, p.PURL) || glob(pattern, withoutQualifiers) || glob(pattern, withoutVersion)
}

// glob is true if text is the pattern, in which * stands for any characters.
// The time it takes grows with the product of their lengths at most.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return pattern == text
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	rest := text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return true
}
