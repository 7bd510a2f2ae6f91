package pypi

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// unknown is what setuptools and distutils write for a field without a value.
const unknown = "UNKNOWN"

// maxField is the longest value that is kept: some put a whole licence there.
const maxField = 200

// maxLicenses bounds what is kept of one distribution.
const maxLicenses = 20

// parseMetadata reads the header fields of core metadata, which end at the
// first empty line
// (https://packaging.python.org/en/latest/specifications/core-metadata/).
func parseMetadata(content []byte) distribution {
	var d distribution
	var license, expression, author, email, maintainer string
	var classified []string
	for name, value := range fields(content) {
		switch strings.ToLower(name) {
		case "name":
			setFirst(&d.Name, value)
		case "version":
			setFirst(&d.Version, value)
		case "license":
			setFirst(&license, value)
		case "license-expression":
			setFirst(&expression, value)
		case "classifier":
			if l := classifiedLicense(value); l != "" && len(classified) < maxLicenses {
				classified = append(classified, l)
			}
		case "author":
			setFirst(&author, value)
		case "author-email":
			setFirst(&email, value)
		case "maintainer":
			setFirst(&maintainer, value)
		}
	}
	switch {
	case usable(expression):
		d.Licenses = []string{expression}
	case usable(license):
		d.Licenses = []string{license}
	default:
		d.Licenses = classified
	}
	for _, who := range []string{author, maintainer, email} {
		if usable(who) {
			d.Author = who
			break
		}
	}
	return d
}

// fields yields each header field with its value's first line; a value's
// further lines are indented.
func fields(content []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
		for line := range bytes.Lines(content) {
			line = bytes.TrimRight(line, "\r\n")
			if len(line) == 0 {
				return
			}
			name, value, ok := bytes.Cut(line, []byte(":"))
			if !ok || line[0] == ' ' || line[0] == '\t' {
				continue
			}
			if !yield(string(name), string(bytes.TrimSpace(value))) {
				return
			}
		}
	}
}

func setFirst(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func usable(value string) bool {
	return value != "" && value != unknown && len(value) <= maxField && printable(value)
}

// classifiedLicense gives the last part of "License :: OSI Approved :: MIT
// License", "" for other classifiers and for the bare "OSI Approved".
func classifiedLicense(classifier string) string {
	parts := strings.Split(classifier, " :: ")
	last := parts[len(parts)-1]
	if len(parts) < 2 || parts[0] != "License" || last == "OSI Approved" || !usable(last) {
		return ""
	}
	return last
}

// validName accepts the names of the core metadata specification: ASCII letters
// and digits, and between them '.', '_' and '-'.
func validName(name string) bool {
	if name == "" || len(name) > maxField || !isAlphanumeric(name[0]) || !isAlphanumeric(name[len(name)-1]) {
		return false
	}
	for i := range len(name) {
		if !isAlphanumeric(name[i]) && !strings.ContainsRune("._-", rune(name[i])) {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// validVersion is wider than PEP 440: old distributions break it.
func validVersion(version string) bool {
	return version != "" && len(version) <= maxField && printable(version) && !strings.ContainsAny(version, " /\\")
}

func printable(s string) bool {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// NormalName is the form in which names are compared: lower case, each run of
// '-', '_' and '.' as one '-' (PEP 503, "Normalized Names").
func NormalName(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	separator := false
	for i := range len(name) {
		c := name[i]
		if c == '-' || c == '_' || c == '.' {
			separator = true
			continue
		}
		if separator {
			b.WriteByte('-')
			separator = false
		}
		b.WriteByte(c)
	}
	if separator {
		b.WriteByte('-')
	}
	return strings.ToLower(b.String())
}
