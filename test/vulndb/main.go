// Command vulndb turns an OSV export of the Go vulnerability database (all.zip) into the folder that govulncheck reads
// through -db: ID/<record>.json and the three files of index/ (https://go.dev/doc/security/vuln/database).
package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vulndb all.zip FOLDER")
		os.Exit(2)
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
}

type record struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Aliases  []string  `json:"aliases,omitempty"`
	Affected []struct {
		Package struct {
			Name string `json:"name"`
		} `json:"package"`
		Ranges []struct {
			Events []struct {
				Fixed string `json:"fixed"`
			} `json:"events"`
		} `json:"ranges"`
	} `json:"affected"`
}

// vuln is an entry of index/modules.json; module is one of its modules.
type vuln struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
	Fixed    string    `json:"fixed,omitempty"`
}

type module struct {
	Path  string `json:"path"`
	Vulns []vuln `json:"vulns"`
}

func convert(export, folder string) error {
	archive, err := zip.OpenReader(export)
	if err != nil {
		return fmt.Errorf("open the export %s: %w", export, err)
	}
	defer archive.Close()
	for _, sub := range []string{"ID", "index"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o755); err != nil {
			return fmt.Errorf("make the database's folder: %w", err)
		}
	}
	var records []record
	for _, file := range archive.File {
		r, err := copyRecord(file, folder)
		if err != nil {
			return fmt.Errorf("convert %s: %w", file.Name, err)
		}
		records = append(records, r)
	}
	return writeIndex(folder, records)
}

func copyRecord(file *zip.File, folder string) (record, error) {
	var r record
	content, err := file.Open()
	if err != nil {
		return r, err
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, err
	}
	return r, os.WriteFile(filepath.Join(folder, "ID", filepath.Base(r.ID)+".json"), data, 0o644)
}

func writeIndex(folder string, records []record) error {
	modules := map[string]*module{}
	var newest time.Time
	for _, r := range records {
		if r.Modified.After(newest) {
			newest = r.Modified
		}
		for name, fixed := range fixes(r) {
			if modules[name] == nil {
				modules[name] = &module{Path: name}
			}
			modules[name].Vulns = append(modules[name].Vulns, vuln{ID: r.ID, Modified: r.Modified, Fixed: fixed})
		}
	}
	list := make([]*module, 0, len(modules))
	for _, m := range modules {
		list = append(list, m)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return writeFiles(filepath.Join(folder, "index"), map[string]any{
		"db.json":      map[string]any{"modified": newest},
		"modules.json": list,
		"vulns.json":   records,
	})
}

// fixes gives, for each module of the record, the last version that fixes it.
func fixes(r record) map[string]string {
	fixed := map[string]string{}
	for _, affected := range r.Affected {
		name := affected.Package.Name
		fixed[name] += ""
		for _, span := range affected.Ranges {
			for _, event := range span.Events {
				if event.Fixed != "" {
					fixed[name] = event.Fixed
				}
			}
		}
	}
	return fixed
}

func writeFiles(folder string, files map[string]any) error {
	for name, content := range files {
		data, err := json.Marshal(content)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
