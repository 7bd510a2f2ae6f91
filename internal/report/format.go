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

var (
	terminalFormat  = Format{"terminal", "a summary for people", WriteTerminal}
	jsonFormat      = Format{"json", "everything, as " + SchemaName, WriteJSON}
	sarifFormat     = Format{"sarif", "findings for code scanning, SARIF 2.1.0", WriteSARIF}
	cyclonedxFormat = Format{"cyclonedx", "a bill of materials with vulnerabilities, CycloneDX 1.6 JSON", WriteCycloneDX}
	junitFormat     = Format{"junit", "findings as failed tests, JUnit XML", WriteJUnit}
	markdownFormat  = Format{"markdown", "a comment for a pull request", WriteMarkdown}
	csvFormat       = Format{"csv", "a line for each finding, for spreadsheets", WriteCSV}
	htmlFormat      = Format{"html", "a page that stands alone", WriteHTML}
	spdxFormat      = Format{"spdx", "a bill of materials, SPDX 2.3 JSON", WriteSPDX}
)

// Formats lists the formats, the default first.
var Formats = []Format{terminalFormat, jsonFormat, sarifFormat, junitFormat, markdownFormat, htmlFormat, csvFormat, cyclonedxFormat, spdxFormat}

// SBOMFormats lists those that say something without findings, the default
// first.
var SBOMFormats = []Format{cyclonedxFormat, spdxFormat, jsonFormat}

// ParseFormat finds one of the formats by its name.
func ParseFormat(name string, formats []Format) (Format, error) {
	names := make([]string, 0, len(formats))
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("unknown format %q: use one of %s", name, strings.Join(names, ", "))
}
