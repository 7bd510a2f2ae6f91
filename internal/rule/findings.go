package rule

import (
	"seawall/internal/asset"
	"seawall/internal/finding"
)

// Findings gives a finding for every subject that failed, in the order in which
// they failed; failures of one subject are evidence of one finding.
func (r Result) Findings(a asset.Asset) []finding.Finding {
	var list []finding.Finding
	bySubject := map[string]int{}
	for _, failure := range r.Failures {
		if at, known := bySubject[failure.Subject]; known {
			list[at].Evidence = append(list[at].Evidence, failure.Evidence)
			continue
		}
		bySubject[failure.Subject] = len(list)
		list = append(list, r.Rule.finding(a, failure))
	}
	return list
}

func (r *Rule) finding(a asset.Asset, failure Failure) finding.Finding {
	return finding.Finding{
		ID:             finding.Fingerprint(finding.Misconfiguration, r.ID, a.StableName, failure.Subject),
		Kind:           finding.Misconfiguration,
		Rule:           r.ID,
		Title:          r.Title,
		Severity:       r.Severity,
		SeveritySource: "rule",
		Status:         finding.Open,
		Asset:          a.ID,
		Location:       failure.Location,
		Evidence:       []finding.Evidence{failure.Evidence},
		Why:            r.Why,
		Fix:            finding.Fix{Text: r.Fix.Text, Command: failure.Command},
		References:     r.References,
		// Whoever owns the configuration can change it.
		Risk: finding.Risk{EPSS: -1, Fixable: true},
	}
}
