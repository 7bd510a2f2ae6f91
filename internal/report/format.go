package report

import (
	"fmt"
	"io"
	"strings"
)

// Options says how a document is written. Only the terminal format heeds them.
type Options struct {
	// Width is the number of columns to fill; 0 stands for DefaultWidth.
	Width int
	// Color allows colours and bold print.
	Color bool
	// Quiet writes the verdict's line alone.
	Quiet bool
	// Details writes every finding with its evidence, layer and references.
	Details bool
	// AllFindings lifts the limit on the length of lists.
	AllFindings bool
}

// Format is one way to write a document.
type Format struct {
	Name        string
	Description string
	Write       func(w io.Writer, d *Document, o Options) error
}

// Formats lists the formats, the default first.
var Formats = []Format{
	{"terminal", "a summary for people", WriteTerminal},
	{"json", "everything, as " + SchemaName, WriteJSON},
	{"sarif", "findings for code scanning, SARIF 2.1.0", WriteSARIF},
	{"cyclonedx", "a bill of materials with vulnerabilities, CycloneDX 1.6 JSON", WriteCycloneDX},
	{"spdx", "a bill of materials, SPDX 2.3 JSON", WriteSPDX},
}

// ParseFormat finds a format by its name.
func ParseFormat(name string) (Format, error) {
	names := make([]string, 0, len(Formats))
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("unknown format %q: use one of %s", name, strings.Join(names, ", "))
}
