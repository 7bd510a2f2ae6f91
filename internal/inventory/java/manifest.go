package java

import (
	"bytes"
	"strings"
)

// manifest holds the main attributes of a MANIFEST.MF, keyed in lower case.
type manifest map[string]string

// maxAttribute is the longest value that is used.
const maxAttribute = 500

// parseManifest reads the first section of a manifest. Lines end after 72 bytes
// and go on with a space on the next one: see "Name-Value pairs and Sections"
// in Java's JAR File Specification.
func parseManifest(content []byte) manifest {
	m := manifest{}
	last := ""
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	content = bytes.ReplaceAll(content, []byte("\r"), []byte("\n"))
	for line := range bytes.Lines(content) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' {
			if last != "" && len(m[last]) < maxAttribute {
				m[last] += string(line[1:])
			}
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		if last = strings.ToLower(name); ok && m[last] == "" {
			m[last] = strings.TrimPrefix(value, " ")
		} else {
			last = ""
		}
	}
	return m
}

// get gives an attribute's value, "" if it is missing, too long or not text.
func (m manifest) get(name string) string {
	value := strings.TrimSpace(m[strings.ToLower(name)])
	if len(value) > maxAttribute || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
		return ""
	}
	return value
}

// supplier is the vendor as the archive names it.
func (m manifest) supplier() string {
	if vendor := m.get("Implementation-Vendor"); vendor != "" {
		return vendor
	}
	return m.get("Bundle-Vendor")
}

// licenses reads OSGi's Bundle-License: names or addresses, each with optional
// attributes after a semicolon (OSGi Core, section 3.2.1.10).
func (m manifest) licenses() []string {
	var names []string
	for clause := range strings.SplitSeq(m.get("Bundle-License"), ",") {
		name, _, _ := strings.Cut(clause, ";")
		if name = strings.Trim(strings.TrimSpace(name), `"`); name != "" && name != "<<EXTERNAL>>" {
			names = append(names, name)
		}
	}
	return names
}
