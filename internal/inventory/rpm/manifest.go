package rpm

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"seawall/internal/image"
	"seawall/internal/inventory/filelist"
)

// analyzeManifest reads the list that CBL-Mariner and Azure Linux put into
// images without an rpm database: a line per package, with tabs between name,
// version-release, install time, build time, vendor, epoch, size,
// architecture, epoch as a number, source package.
func analyzeManifest(_ context.Context, f image.File) ([]byte, error) {
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	kept := parseManifest(content)
	return filelist.Pack(kept, nil)
}

func parseManifest(content []byte) database {
	var kept database
	for line := range bytes.Lines(content) {
		fields := strings.Split(strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\uFFFD"), "\t")
		if len(fields) == 1 && fields[0] == "" {
			continue
		}
		r, ok := manifestRecord(fields)
		if !ok {
			kept.Problem = "the package manifest has a line that is not understood, so packages may be missing"
			continue
		}
		if r.Name != "gpg-pubkey" {
			kept.Packages = append(kept.Packages, r)
		}
	}
	return kept
}

func manifestRecord(fields []string) (record, bool) {
	if len(fields) < 10 {
		return record{}, false
	}
	version, release, found := strings.Cut(fields[1], "-")
	if !found || fields[0] == "" || version == "" {
		return record{}, false
	}
	r := record{Name: fields[0], Version: version, Release: release, Arch: fields[7], Vendor: present(fields[4]), SourceRPM: present(fields[9])}
	r.Epoch, _ = strconv.Atoi(fields[8])
	return r, true
}

// present turns rpm's "(none)" into nothing.
func present(value string) string {
	if value == "(none)" {
		return ""
	}
	return value
}
