package vuln

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seawall/internal/vuln/ecosystem"
	"seawall/internal/vuln/exploit"
	"seawall/internal/vuln/store"
	"seawall/internal/vuln/version"
)

// export is what a folder in the layout of the OSV export holds.
type export struct {
	// ecosystems are readers of the records, by ecosystem.
	ecosystems map[string]reader
	kev, epss  string
}

// scanExport looks for <Ecosystem>/all.zip (or <Ecosystem>/*.json), kev.json
// and epss*.csv(.gz) in a folder or in an "osv" folder below it. A folder named
// "osv" may have the exploit data beside it.
func scanExport(folder string) (*export, error) {
	e := &export{ecosystems: map[string]reader{}}
	roots := []string{folder, filepath.Join(folder, "osv")}
	for _, root := range roots {
		if err := e.scan(root); err != nil && (root == folder || !os.IsNotExist(err)) {
			return nil, fmt.Errorf("cannot read the folder of advisories: %w", err)
		}
	}
	if filepath.Base(folder) == "osv" {
		e.findExploitData(filepath.Dir(folder))
	}
	if len(e.ecosystems) == 0 && e.kev == "" && e.epss == "" {
		return nil, fmt.Errorf("%s holds no advisories: expected <Ecosystem>/all.zip as in the OSV export, for example Debian/all.zip", folder)
	}
	return e, nil
}

func (e *export) scan(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	e.findExploitData(root)
	for _, entry := range entries {
		name, err := url.PathUnescape(entry.Name())
		if err != nil || !isDir(filepath.Join(root, entry.Name())) {
			continue
		}
		family := ecosystem.Family(name)
		if _, known := version.SchemeFor(family); !known {
			continue
		}
		// The export has "Debian" and again "Debian:12": the whole wins.
		if _, found := e.ecosystems[family]; found && name != family {
			continue
		}
		if read := recordsIn(filepath.Join(root, entry.Name())); read != nil {
			e.ecosystems[family] = read
		}
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// recordsIn gives a reader of an ecosystem's folder, nil if there is nothing.
func recordsIn(folder string) reader {
	if archive := filepath.Join(folder, "all.zip"); isFile(archive) {
		return zipReader(archive)
	}
	if records, _ := filepath.Glob(filepath.Join(escapeGlob(folder), "*.json")); len(records) > 0 {
		return folderReader(folder)
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

var globEscaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

func escapeGlob(path string) string { return globEscaper.Replace(path) }

func (e *export) findExploitData(folder string) {
	for _, name := range []string{"kev.json", "known_exploited_vulnerabilities.json"} {
		if path := filepath.Join(folder, name); e.kev == "" && isFile(path) {
			e.kev = path
		}
	}
	scores, _ := filepath.Glob(filepath.Join(escapeGlob(folder), "epss*"))
	// Several are several days: the last in order is the newest.
	slices.Sort(scores)
	for _, path := range slices.Backward(scores) {
		if e.epss == "" && isFile(path) && (strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".csv.gz")) {
			e.epss = path
		}
	}
}

// buildExploitTable writes the KEV or EPSS table into dir.
func buildExploitTable(dir string, kind store.Kind, source string, now time.Time) (store.File, error) {
	f, err := os.Open(source)
	if err != nil {
		return store.File{}, fmt.Errorf("cannot read the exploit data: %w", err)
	}
	defer f.Close()
	write := map[store.Kind]func(io.Reader, string) (int, time.Time, error){
		store.KEV: exploit.WriteKEV, store.EPSS: exploit.WriteEPSS,
	}[kind]
	file := store.File{Name: string(kind) + ".table", Kind: kind, Format: exploit.FormatVersion, Built: now}
	path := filepath.Join(dir, file.Name)
	if file.Records, file.Newest, err = write(f, path); err == nil {
		err = store.Seal(dir, &file)
	}
	if err != nil {
		// The name must be free for the old table.
		return store.File{}, errors.Join(err, os.RemoveAll(path))
	}
	return file, nil
}
