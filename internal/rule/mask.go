package rule

import (
	"regexp"
	"slices"
	"strings"

	"seawall/internal/asset"
)

// masked stands for a secret in a report.
const masked = "*****"

var (
	secretName = regexp.MustCompile(`(?i)(?:pass|passwd|password|passphrase|pwd|secret|token|credentials?|(?:api|access|private|auth|secret|encryption)[_-]?key)$`)
	// secretOption is name=value, name: value or --name value with a name that
	// tells of a secret.
	secretOption = regexp.MustCompile(`(?i)((?:[\w-]*(?:passwd|password|passphrase|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]*["']?\s*[=:]\s*)|(?:--?(?:passwd|password|secret|token)[\w-]*\s+))("[^"]*"|'[^']*'|[^\s"',;]+)`)
	urlPassword  = regexp.MustCompile(`(://)[^/\s:@]*:[^/\s@]+@`)
	// secretShape are credentials that their issuer made recognisable.
	secretShape = regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_live_\w{16,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----`)
)

// masker hides secrets in texts that go to a report.
type masker struct {
	// values are literal secrets, the longest first.
	values []string
}

// newMasker collects the values of environment variables whose name tells of a
// secret, so that they stay hidden wherever they turn up.
func newMasker(env []asset.EnvVar) masker {
	var values []string
	for _, v := range env {
		if len(v.Value) >= 4 && secretName.MatchString(v.Name) {
			values = append(values, v.Value)
		}
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	return masker{values}
}

func (m masker) mask(text string) string {
	for _, value := range m.values {
		text = strings.ReplaceAll(text, value, masked)
	}
	text = secretOption.ReplaceAllString(text, "${1}"+masked)
	text = urlPassword.ReplaceAllString(text, "${1}"+masked+"@")
	return secretShape.ReplaceAllString(text, masked)
}
