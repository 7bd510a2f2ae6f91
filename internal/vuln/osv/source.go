package osv

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxRecords bounds how many records one source may hold; the largest real
// export has a few hundred thousand.
const maxRecords = 5_000_000

// ReadZip calls use for every record of an OSV export, one at a time. A broken
// record goes to broken with its name and does not end the reading; an error
// of use, or of the archive as a whole, does.
func ReadZip(ctx context.Context, path string, use func(*Record) error, broken func(name string, err error)) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("cannot read %s as a zip archive of advisories: %w", path, err)
	}
	defer archive.Close()
	if len(archive.File) > maxRecords {
		return fmt.Errorf("%s holds %d files, more than the %d that are read", path, len(archive.File), maxRecords)
	}
	for _, file := range archive.File {
		if file.FileInfo().IsDir() || !strings.HasSuffix(file.Name, ".json") {
			continue
		}
		open := func() (io.ReadCloser, error) { return file.Open() }
		if err := readRecord(ctx, file.Name, open, use, broken); err != nil {
			return err
		}
	}
	return nil
}

// ReadFolder does for a folder of .json files what ReadZip does for an archive.
func ReadFolder(ctx context.Context, folder string, use func(*Record) error, broken func(name string, err error)) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("cannot read the advisories in %s: %w", folder, err)
		}
		if !entry.Type().IsRegular() || !strings.HasSuffix(path, ".json") {
			return nil
		}
		open := func() (io.ReadCloser, error) { return os.Open(path) }
		return readRecord(ctx, path, open, use, broken)
	})
}

func readRecord(ctx context.Context, name string, open func() (io.ReadCloser, error), use func(*Record) error, broken func(string, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := readBounded(open)
	if err != nil {
		broken(name, err)
		return nil
	}
	record, err := Decode(data)
	if err != nil {
		broken(name, err)
		return nil
	}
	return use(record)
}

func readBounded(open func() (io.ReadCloser, error)) ([]byte, error) {
	content, err := open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	data, err := io.ReadAll(io.LimitReader(content, MaxRecordSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxRecordSize {
		return nil, errors.New("the record is too large")
	}
	return data, nil
}
