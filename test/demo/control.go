package main

import "strings"

// parseControl reads the fields of one paragraph of a Debian control file (deb822(5)); continuation lines are left out.
func parseControl(text string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, found := strings.Cut(line, ":")
		if found && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			fields[name] = strings.TrimSpace(value)
		}
	}
	return fields
}

// statusStanza turns a package's control file into its paragraph in dpkg's status file: the state after the name, the
// configuration files (lines of path and MD5 sum) before the description.
func statusStanza(control, conffiles string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimRight(control, "\n") + "\n") {
		if strings.HasPrefix(line, "Description:") && conffiles != "" {
			out.WriteString("Conffiles:\n" + conffiles)
		}
		out.WriteString(line)
		if strings.HasPrefix(line, "Package:") {
			out.WriteString("Status: install ok installed\n")
		}
	}
	return out.String()
}
