// Package mask hides secrets in texts that go to a report: the values of
// variables whose names tell of one, options such as --token=…, passwords in
// URLs, and credentials of a known form.
package mask

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// masked stands for a secret in a report.
const masked = "*****"

// secretPatterns are compiled when the first failure is described: most runs
// of the program describe none.
var secretPatterns = sync.OnceValue(func() *patternSet {
	return &patternSet{
		name: regexp.MustCompile(`(?i)(?:pass|passwd|password|passphrase|pwd|secret|token|credentials?|(?:api|access|private|auth|secret|encryption)[_-]?key)$`),
		option: regexp.MustCompile(`(?i)((?:[\w-]*(?:passwd|password|passphrase|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]*["']?\s*[=:]\s*)` +
			`|(?:--?(?:passwd|password|secret|token)[\w-]*\s+))("[^"]*"|'[^']*'|[^\s"',;]+)`),
		url: regexp.MustCompile(`(://)[^/\s:@]*:[^/\s@]+@`),
		shape: regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}` +
			`|\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_live_\w{16,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----`),
	}
})

// patternSet tells secrets in text.
type patternSet struct {
	// name is the end of a variable's name that tells of a secret; option is
	// name=value, name: value or --name value with such a name; url is the user
	// and password of a URL; shape are credentials that their issuer made
	// recognisable.
	name, option, url, shape *regexp.Regexp
}

// Mask hides the secrets of one image, and those that show by their form.
type Mask struct {
	// values are literal secrets, the longest first.
	values []string
}

// maxSecrets bounds the values that are looked for.
const maxSecrets = 200

// New collects the values of environment variables whose name tells of a
// secret, so that they stay hidden wherever they turn up.
func New(env []asset.EnvVar) *Mask {
	var values []string
	for _, v := range env {
		if len(v.Value) >= 4 && secretPatterns().name.MatchString(v.Name) {
			values = append(values, v.Value)
		}
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	return &Mask{values[:min(len(values), maxSecrets)]}
}

// Text puts asterisks in the place of each secret.
func (m *Mask) Text(text string) string {
	for _, value := range m.values {
		text = strings.ReplaceAll(text, value, masked)
	}
	text = secretPatterns().option.ReplaceAllString(text, "${1}"+masked)
	text = secretPatterns().url.ReplaceAllString(text, "${1}"+masked+"@")
	return secretPatterns().shape.ReplaceAllString(text, masked)
}

// IsSecretName tells a variable that holds a secret by the end of its name.
func IsSecretName(name string) bool { return secretPatterns().name.MatchString(name) }

// HasSecret tells a text that has a credential of a known form in it, or a
// password in a URL.
func HasSecret(text string) bool {
	return secretPatterns().shape.MatchString(text) || secretPatterns().url.MatchString(text) && !strings.Contains(text, ":$")
}
