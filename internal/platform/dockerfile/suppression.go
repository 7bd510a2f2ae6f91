package dockerfile

import (
	"regexp"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// suppressionForms are comments that silence a check: the tool's name, a sign,
// and the IDs.
var suppressionForms = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^#\s*(?:(hadolint)\s+(?:global\s+)?ignore\s*=\s*|(checkov):\s*skip\s*=\s*|(trivy|tfsec):\s*ignore\s*[:=]\s*` +
		`|(kics)-scan\s+(?:ignore-line|ignore-block|ignore|disable\s*=?)\s*|(check)\s*=\s*(?:.*;)?\s*skip\s*=\s*|(seawall):\s*ignore\s*=?\s*|(dockle|semgrep|nosemgrep):?\s*ignore\s*=?\s*)(.*)$`)
})

// suppressions lists comments that silence a check.
func (r *reader) suppressions() {
	for i, line := range r.lines {
		text := strings.TrimSpace(line)
		if !strings.HasPrefix(text, "#") || !strings.ContainsAny(text, ":=-") {
			continue
		}
		match := suppressionForms().FindStringSubmatch(text)
		if match == nil {
			continue
		}
		tool := strings.ToLower(strings.Join(match[1:len(match)-1], ""))
		if tool == "check" {
			tool = "buildkit"
		}
		ids, reason := splitSuppression(match[len(match)-1])
		r.facts.Suppressions = append(r.facts.Suppressions, asset.BuildSuppression{Tool: tool, IDs: ids, Reason: reason, Line: i + 1})
		r.noteItem("suppressions", len(r.facts.Suppressions), i+1)
	}
}

// splitSuppression takes "DL3008,DL3009 why" apart; checkov separates the reason
// by a colon.
func splitSuppression(text string) (ids []string, reason string) {
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == ':' || c == ';' })
	for i, word := range words {
		if strings.ToLower(word) == word && word != "all" && !strings.ContainsAny(word, "0123456789-") {
			return ids, strings.Join(words[i:], " ")
		}
		ids = append(ids, word)
	}
	return ids, ""
}
