package report

import (
	"cmp"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"seawall/internal/finding"
)

// rule adds a finding's rule to the tool, once, and raises its severity to the
// highest of its findings: code scanning takes the severity from the rule.
func (s *sarifRun) rule(f *finding.Finding) int {
	index, found := s.rules[f.Rule]
	if !found {
		index = len(s.driver.Rules)
		s.rules[f.Rule] = index
		s.driver.Rules = append(s.driver.Rules, newSARIFRule(f))
	}
	properties := s.driver.Rules[index].Properties
	score := securitySeverity(f.Severity)
	if known, _ := properties.Properties["security-severity"].(string); known < score {
		properties.Add("security-severity", score)
		properties.Add("problem.severity", problemSeverity(f.Severity))
		s.driver.Rules[index].DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(sarifLevel(f.Severity))
	}
	return index
}

func newSARIFRule(f *finding.Finding) *sarif.ReportingDescriptor {
	properties := sarif.NewPropertyBag().Add("precision", "very-high").Add("security-severity", "")
	properties.WithTags([]string{"security", string(f.Kind)})
	rule := sarif.NewRule(f.Rule).
		WithName(f.Rule).
		WithShortDescription(multiformat(f.Title)).
		WithFullDescription(multiformat(cmp.Or(f.Why, f.Title))).
		WithHelp(ruleHelp(f)).
		WithProperties(properties)
	if link := helpLink(f); link != "" {
		rule.WithHelpURI(link)
	}
	return rule
}

func multiformat(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(shorten(plainMessage(text)))
}

func ruleHelp(f *finding.Finding) *sarif.MultiformatMessageString {
	var text, markdown []string
	add := func(label, value string) {
		if value != "" {
			text = append(text, label+": "+value)
			markdown = append(markdown, "**"+label+":** "+escapeMarkdown(value))
		}
	}
	add("Problem", f.Title)
	add("Why", f.Why)
	if f.Kind != finding.Vulnerability {
		add("Fix", f.Fix.Text)
	}
	add("Also known as", strings.Join(f.Aliases, ", "))
	for _, r := range f.References {
		add("See", referenceText(r))
	}
	return sarif.NewMultiformatMessageString().
		WithText(plainMessage(strings.Join(text, "\n\n"))).
		WithMarkdown(strings.Join(markdown, "\n\n"))
}

// helpLink is the page about a vulnerability, or the first page that a rule
// refers to.
func helpLink(f *finding.Finding) string {
	for _, r := range f.References {
		if webURL(r.ID) {
			return r.ID
		}
	}
	if f.Kind == finding.Vulnerability {
		return advisoryURL(f.Rule)
	}
	return ""
}

// securitySeverity gives a number in the middle of the range that code
// scanning shows as this severity: above 9.0 critical, from 7.0 high, from 4.0
// medium, from 0.1 low. An unknown severity is shown as none.
func securitySeverity(s finding.Severity) string {
	switch s {
	case finding.Critical:
		return "9.5"
	case finding.High:
		return "8.0"
	case finding.Medium:
		return "5.5"
	case finding.Low:
		return "2.0"
	case finding.Info:
		return "0.1"
	}
	return "0.0"
}

func problemSeverity(s finding.Severity) string {
	switch sarifLevel(s) {
	case sarif.LevelError:
		return "error"
	case sarif.LevelWarning:
		return "warning"
	}
	return "recommendation"
}

// escapeMarkdown keeps text from being read as markup or HTML (CommonMark 2.4).
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()<>#+!|~&@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
