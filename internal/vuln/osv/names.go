package osv

import (
	"encoding/json"
	"slices"
	"strings"

	"seawall/internal/vuln/cve"
)

// CVEs gives the CVEs that the record is about. They stand in aliases (the
// same vulnerability), in upstream (a distribution's advisory about them), in
// the record's own ID ("DEBIAN-CVE-…"), and in some distributions' records
// only in related; elsewhere related means something else and is not used.
func (r *Record) CVEs(distribution bool) []string {
	ids := slices.Concat([]string{r.ID}, r.Aliases, r.Upstream)
	found := cvesIn(ids)
	if len(found) == 0 && distribution {
		found = cvesIn(r.Related)
	}
	return found
}

func cvesIn(ids []string) []string {
	var found []string
	for _, id := range ids {
		if c := cve.In(id); c != "" && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found
}

// OtherNames gives the names in aliases and upstream that are no CVEs.
func (r *Record) OtherNames() []string {
	var names []string
	for _, id := range slices.Concat(r.Aliases, r.Upstream) {
		if checkID(id) == nil && cve.In(id) == "" && id != r.ID && !slices.Contains(names, id) {
			names = append(names, id)
		}
	}
	return names
}

// Specific reads a text field of ecosystem_specific or database_specific,
// whose shape the schema leaves open; "" if it is not there or no text.
func Specific(object json.RawMessage, field string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return ""
	}
	var value string
	if json.Unmarshal(fields[field], &value) != nil {
		return ""
	}
	return value
}

// Imports gives the Go packages and symbols that an entry of the Go
// vulnerability database names, "path: Symbol, Symbol"
// (https://go.dev/doc/security/vuln/database#schema).
func (a *Affected) Imports() []string {
	var specific struct {
		Imports []struct {
			Path    string   `json:"path"`
			Symbols []string `json:"symbols"`
		} `json:"imports"`
	}
	if json.Unmarshal(a.EcosystemSpecific, &specific) != nil {
		return nil
	}
	var imports []string
	for _, i := range specific.Imports {
		if len(i.Symbols) == 0 {
			imports = append(imports, i.Path)
			continue
		}
		imports = append(imports, i.Path+": "+strings.Join(i.Symbols, ", "))
	}
	return imports
}
