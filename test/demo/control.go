package main

import "strings"

// field is one field of a Debian control file (deb822(5)) with its text as it stands, continuation lines included.
type field struct {
	name, text string
}

// value is the field's first line without its name.
func (f field) value() string {
	line, _, _ := strings.Cut(f.text, "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, f.name+":"))
}

// parseControl reads the fields of one paragraph.
func parseControl(text string) []field {
	var fields []field
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			if len(fields) > 0 {
				fields[len(fields)-1].text += line
			}
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		fields = append(fields, field{name: name, text: line})
	}
	return fields
}

func valueOf(fields []field, name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value()
		}
	}
	return ""
}

// statusOrder is the order in which dpkg writes the fields that it knows; the others follow.
var statusOrder = []string{
	"Package", "Essential", "Protected", "Status", "Priority", "Section", "Installed-Size", "Origin", "Maintainer", "Bugs",
	"Architecture", "Multi-Arch", "Source", "Version", "Replaces", "Provides", "Depends", "Pre-Depends", "Recommends",
	"Suggests", "Breaks", "Conflicts", "Enhances", "Conffiles", "Description",
}

// statusStanza is an installed package's paragraph in dpkg's status file; conffiles are lines of path and MD5 sum.
func statusStanza(fields []field, conffiles string) string {
	fields = append(fields, field{name: "Status", text: "Status: install ok installed\n"})
	if conffiles != "" {
		fields = append(fields, field{name: "Conffiles", text: "Conffiles:\n" + conffiles})
	}
	var out strings.Builder
	known := map[string]bool{}
	for _, name := range statusOrder {
		known[name] = true
		for _, f := range fields {
			if f.name == name {
				out.WriteString(f.text)
			}
		}
	}
	for _, f := range fields {
		if !known[f.name] {
			out.WriteString(f.text)
		}
	}
	return out.String()
}
