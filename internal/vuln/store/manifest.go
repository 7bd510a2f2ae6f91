package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"seawall/internal/wording"
)

// Schema names the manifest's form.
const Schema = "seawall.db/v1"

const (
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
	// maxManifest and maxFiles bound what is read of a foreign manifest.
	maxManifest = 4 << 20
	maxFiles    = 1000
	maxFileSize = 2 << 30
)

// Manifest lists the files of one version of the database.
type Manifest struct {
	Schema string `json:"schema"`
	// Built is when this version was put together.
	Built time.Time `json:"built"`
	Files []File    `json:"files"`
	// PageSums is the SHA-256 of the checksums of the files' pages, in
	// hexadecimal. A portable file has none: they are made by the import.
	PageSums string `json:"pageSums,omitempty"`
}

// Kind says what a file holds.
type Kind string

// The kinds of file: the advisories of one ecosystem, the catalog of known
// exploited vulnerabilities, the exploit prediction scores.
const (
	Advisories Kind = "advisories"
	KEV        Kind = "kev"
	EPSS       Kind = "epss"
)

// File is one file of the database.
type File struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Format is the version of the file's format.
	Format int `json:"format"`
	// Ecosystem is the OSV ecosystem without a release, for advisories.
	Ecosystem string `json:"ecosystem,omitempty"`
	// Records counts the advisories, or the CVEs of the other kinds.
	Records int `json:"records"`
	// Ranges counts the version ranges, Withdrawn and Broken the records that
	// were left out.
	Ranges    int `json:"ranges,omitempty"`
	Withdrawn int `json:"withdrawn,omitempty"`
	Broken    int `json:"broken,omitempty"`
	// Newest is the date of the newest record.
	Newest time.Time `json:"newest,omitzero"`
	// Built is when the file was made, Checked when the source last said that
	// nothing newer is there.
	Built   time.Time `json:"built"`
	Checked time.Time `json:"checked,omitzero"`
	// Size is in bytes, SHA256 in hexadecimal.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// URL, ETag and LastModified identify the download, where it was one.
	URL          string `json:"url,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Signer is the fingerprint of the key that signed the database file this
	// one was imported from.
	Signer string `json:"signer,omitempty"`
}

// Label names the file for a person: its ecosystem, "KEV" or "EPSS".
func (f File) Label() string {
	switch f.Kind {
	case KEV:
		return "KEV"
	case EPSS:
		return "EPSS"
	}
	return f.Ecosystem
}

// Same tells whether two files have the same place in a database.
func (f File) Same(as File) bool { return f.Kind == as.Kind && f.Ecosystem == as.Ecosystem }

// Find gives the file with the same place as the one asked for.
func (m *Manifest) Find(kind Kind, ecosystem string) (File, bool) {
	for _, f := range m.Files {
		if f.Kind == kind && f.Ecosystem == ecosystem {
			return f, true
		}
	}
	return File{}, false
}

// maxFileName is the length of a file name in a manifest, in bytes.
const maxFileName = 80

var fileName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
})

// parseManifest reads a manifest and checks what its users rely on: names
// without folders, no name or place twice, sizes in bounds.
func parseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("the manifest cannot be read: %w", wording.JSON(err))
	}
	if m.Schema != Schema {
		return nil, fmt.Errorf("the manifest is of the form %q, this Seawall reads %q", m.Schema, Schema)
	}
	if len(m.Files) > maxFiles {
		return nil, fmt.Errorf("the manifest lists %d files, more than %d", len(m.Files), maxFiles)
	}
	for i, f := range m.Files {
		if !fileName().MatchString(f.Name) || len(f.Name) > maxFileName || f.Size < 1 || f.Size > maxFileSize {
			return nil, fmt.Errorf("the manifest lists %q with %d bytes, which cannot be", f.Name, f.Size)
		}
		for _, earlier := range m.Files[:i] {
			if earlier.Name == f.Name || earlier.Same(f) {
				return nil, fmt.Errorf("the manifest lists %q twice", f.Name)
			}
		}
	}
	return &m, nil
}

// readBounded reads a small file; a large one is an error.
func readBounded(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(data)) > max {
		err = fmt.Errorf("%s is larger than %d bytes", filepath.Base(path), max)
	}
	return data, err
}

// writeFile writes a file that is on the disk when it returns.
func writeFile(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}
