package report

import (
	"cmp"
	"strings"

	"seawall/internal/finding"
)

// rule adds a finding's rule to the tool, once, and raises its severity to the
// highest of its findings: code scanning takes the severity from the rule.
func (s *sarifWriter) rule(f *finding.Finding) int {
	driver := &s.tool.Driver
	index, found := s.rules[f.Rule]
	if !found {
		index = len(driver.Rules)
		s.rules[f.Rule] = index
		driver.Rules = append(driver.Rules, newSARIFRule(f))
	}
	rule := &driver.Rules[index]
	if score := securitySeverity(f.Severity); rule.Properties.SecuritySeverity < score {
		rule.Properties.SecuritySeverity = score
		rule.Properties.ProblemSeverity = problemSeverity(f.Severity)
		rule.DefaultConfiguration = &sarifConfiguration{Enabled: true, Level: sarifLevel(f.Severity), Rank: -1}
	}
	return index
}

func newSARIFRule(f *finding.Finding) sarifRule {
	return sarifRule{
		FullDescription:  description(cmp.Or(f.Why, f.Title)),
		Help:             ruleHelp(f),
		HelpURI:          helpLink(f),
		ID:               f.Rule,
		Name:             f.Rule,
		Properties:       sarifRuleProperties{Precision: "very-high", Tags: []string{"security", string(f.Kind)}},
		ShortDescription: description(f.Title),
	}
}

func description(text string) sarifText { return sarifText{Text: shorten(plainMessage(text))} }

func ruleHelp(f *finding.Finding) sarifText {
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
	return sarifText{Text: plainMessage(strings.Join(text, "\n\n")), Markdown: strings.Join(markdown, "\n\n")}
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
	case sarifError:
		return "error"
	case sarifWarning:
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
