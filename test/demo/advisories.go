package main

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

//go:embed advisories
var advisories embed.FS

// releaseMark stands in the Debian records for the release of the image at hand.
const releaseMark = "@RELEASE@"

// writeAdvisories lays the demonstration records out as the OSV export does, <Ecosystem>/all.zip, with the exploit data
// beside them.
func writeAdvisories(dir, release string) error {
	entries, err := advisories.ReadDir("advisories")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == "Debian" && release == "" {
			say("leaving the Debian advisories out: the packages belong to a release without a number")
			continue
		}
		name := path.Join("advisories", entry.Name())
		if entry.IsDir() {
			err = packEcosystem(name, filepath.Join(dir, entry.Name()), release)
		} else {
			err = copyRecord(name, filepath.Join(dir, entry.Name()))
		}
		if err != nil {
			return fmt.Errorf("write the demonstration advisories of %s: %w", entry.Name(), err)
		}
	}
	return nil
}

func copyRecord(name, target string) error {
	data, err := advisories.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(target, data, 0o644)
}

func packEcosystem(source, target, release string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	records, err := fs.Glob(advisories, source+"/*.json")
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for _, record := range records {
		data, err := advisories.ReadFile(record)
		if err != nil {
			return err
		}
		file, err := archive.Create(path.Base(record))
		if err != nil {
			return err
		}
		if _, err := file.Write(bytes.ReplaceAll(data, []byte(releaseMark), []byte(release))); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(target, "all.zip"), packed.Bytes(), 0o644)
}
