package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"seawall/internal/finding"
)

var csvHeader = []string{
	"severity", "status", "kind", "rule", "title", "asset", "file", "line", "column",
	"package", "version", "fixed", "exploited", "epss", "found", "fix", "command", "id",
}

// WriteCSV writes a line for each finding, as RFC 4180 has it but with bare line
// feeds, in a form that spreadsheets do not take for formulas.
func WriteCSV(w io.Writer, d *Document, _ Options) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvHeader}
	safe := escaped(d)
	assets := assetNames(safe)
	for i := range safe.Findings {
		rows = append(rows, csvRow(&safe.Findings[i], assets))
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func csvRow(f *finding.Finding, assets map[string]string) []string {
	location, installed := finding.Location{}, finding.Package{}
	if f.Location != nil {
		location = *f.Location
	}
	if f.Package != nil {
		installed = *f.Package
	}
	epss := ""
	if f.Risk.EPSS >= 0 {
		epss = strconv.FormatFloat(f.Risk.EPSS, 'f', -1, 64)
	}
	row := []string{
		f.Severity.String(), string(f.Status), string(f.Kind), f.Rule, f.Title, assets[f.Asset], location.Path, positive(location.Line), positive(location.Column),
		installed.Name, installed.Version, installed.Fixed, strconv.FormatBool(f.Risk.Exploited), epss, evidenceText(f.Evidence), f.Fix.Text, f.Fix.Command, f.ID,
	}
	for i := range row {
		row[i] = notFormula(row[i])
	}
	return row
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// notFormula puts an apostrophe before what a spreadsheet would calculate
// (OWASP, CSV injection), full-width signs among it.
func notFormula(cell string) string {
	trimmed := strings.TrimLeft(cell, " \u00a0\u3000")
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%"} {
		if strings.HasPrefix(trimmed, sign) {
			return "'" + cell
		}
	}
	return cell
}

// assetNames gives what people call the assets, by ID.
func assetNames(d *Document) map[string]string {
	names := make(map[string]string, len(d.Assets))
	for i := range d.Assets {
		names[d.Assets[i].ID] = d.Assets[i].Name
	}
	return names
}
