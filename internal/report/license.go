package report

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/github/go-spdx/v2/spdxexp"
)

// maxExpression bounds what is given to the parser of licence expressions, in
// bytes; longer text is kept as a licence's name.
const maxExpression = 512

// debianLicenses are the short names of Debian's copyright files (DEP-5,
// section 7.1) that SPDX spells otherwise.
var debianLicenses = map[string]string{
	"expat":        "MIT",
	"apache-1":     "Apache-1.0",
	"apache-2":     "Apache-2.0",
	"artistic":     "Artistic-1.0",
	"bsd-2-clause": "BSD-2-Clause",
	"bsd-3-clause": "BSD-3-Clause",
	"bsd-4-clause": "BSD-4-Clause",
	"cc0":          "CC0-1.0",
	"psf-2":        "PSF-2.0",
	"zope-1.1":     "ZPL-1.1",
	"zope-2.0":     "ZPL-2.0",
	"zope-2.1":     "ZPL-2.1",
	"isc":          "ISC",
	"zlib":         "Zlib",
	"perl":         "Artistic-1.0-Perl OR GPL-1.0-or-later",
}

// gnuLicense is how Debian, Alpine and many manifests write the GNU licences:
// GPL-2, LGPL-2.1+, GFDL-1.3.
// It is compiled when it is first needed, as most runs write no licence.
var gnuLicense = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(A?GPL|LGPL|GFDL)-(\d)(?:\.(\d))?(\+|-or-later|-only)?$`)
})

// spdxExpression gives the SPDX licence expression (SPDX 2.3, annex D) that a
// licence text stands for; ok is false for free text.
func spdxExpression(license string) (expression string, ok bool) {
	license = strings.TrimSpace(license)
	if known := debianLicenses[strings.ToLower(license)]; known != "" {
		return known, true
	}
	if gnu := gnuExpression(license); gnu != "" {
		license = gnu
	}
	if license == "" || len(license) > maxExpression || strings.Contains(license, "LicenseRef-") || needsEscape(license) {
		return "", false
	}
	normalized, invalid := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{license}, spdxexp.ValidateLicensesOptions{})
	if len(invalid) > 0 || len(normalized) != 1 {
		return "", false
	}
	return normalized[0], true
}

func gnuExpression(license string) string {
	m := gnuLicense().FindStringSubmatch(license)
	if m == nil {
		return ""
	}
	minor, which := m[3], "-only"
	if minor == "" {
		minor = "0"
	}
	if m[4] == "+" || strings.EqualFold(m[4], "-or-later") {
		which = "-or-later"
	}
	return strings.ToUpper(m[1]) + "-" + m[2] + "." + minor + which
}

// commonLicenses are identifiers that stand in every edition of the SPDX list
// since 3.17. A CycloneDX validator knows the identifiers of one edition only,
// and refuses a document with a newer one.
var commonLicenses = [...]string{
	"0BSD", "AFL-2.1", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0", "Artistic-1.0",
	"Artistic-1.0-Perl", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "BSL-1.0", "bzip2-1.0.6",
	"CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "curl", "EPL-1.0",
	"EPL-2.0", "FTL", "GFDL-1.2-only", "GFDL-1.2-or-later", "GFDL-1.3-only", "GFDL-1.3-or-later", "GPL-1.0-only",
	"GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "HPND", "ICU", "IJG",
	"ISC", "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only",
	"LGPL-3.0-or-later", "Libpng", "MIT", "MIT-0", "MPL-1.1", "MPL-2.0", "NCSA", "OFL-1.1", "OLDAP-2.8", "OpenSSL",
	"PHP-3.01", "PostgreSQL", "Python-2.0", "Ruby", "Sleepycat", "TCL", "Unicode-DFS-2016", "Unlicense", "UPL-1.0",
	"Vim", "W3C", "WTFPL", "X11", "Zlib", "ZPL-2.1",
}

func isCommonLicense(id string) bool { return slices.Contains(commonLicenses[:], id) }

// licenseRef gives a document's own identifier for a licence that SPDX does
// not know: letters, digits, points and dashes only (SPDX 2.3, 10.1).
func licenseRef(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "LicenseRef-" + identifier(text, 40) + hex.EncodeToString(sum[:4])
}

// identifier makes the readable part of an identifier, at most limit
// characters and a dash, or nothing.
func identifier(text string, limit int) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case b.Len() == limit:
			return b.String() + "-"
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return strings.TrimSuffix(b.String(), "-") + "-"
}

// declaredLicense joins all licences of a package to one expression. What
// SPDX does not know becomes a LicenseRef, which texts collects.
func declaredLicense(licenses []string, texts map[string]string) string {
	var parts []string
	for _, license := range licenses {
		expression, ok := spdxExpression(license)
		if !ok && strings.TrimSpace(license) == "" {
			continue
		}
		if !ok {
			expression = licenseRef(license)
			texts[expression] = license
		}
		if !slices.Contains(parts, expression) {
			parts = append(parts, expression)
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	for i, part := range parts {
		if strings.Contains(part, " ") {
			parts[i] = "(" + part + ")"
		}
	}
	return strings.Join(parts, " AND ")
}
