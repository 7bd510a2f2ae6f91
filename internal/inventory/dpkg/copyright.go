package dpkg

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/image"
)

const (
	docDir      = "usr/share/doc/"
	maxLicenses = 50
)

// commonLicense matches a reference to a licence text that base-files ships.
var commonLicense = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/usr/share/common-licenses/([A-Za-z]+(?:[.-][A-Za-z0-9]+)*)`)
})

// CopyrightPath is where a package's licences stand; the directory may be a
// symbolic link to another package's.
func CopyrightPath(name string) string { return docDir + name + "/copyright" }

// Licenses reads the result of the copyright analyzer.
func Licenses(data []byte) []string { return strings.Split(string(data), "\n") }

func analyzeCopyright(_ context.Context, f image.File) ([]byte, error) {
	if !strings.HasPrefix(f.Path, docDir) {
		return nil, nil
	}
	content, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	names := parseCopyright(content)
	if names == nil {
		return nil, nil
	}
	return []byte(strings.Join(names, "\n")), nil
}

// parseCopyright gives the short names in the License fields of a
// machine-readable file (DEP-5, copyright-format 1.0), or else the common
// licences that a free-form file refers to.
func parseCopyright(content []byte) []string {
	var names []string
	add := func(name string) {
		name = strings.TrimSpace(name)
		if name != "" && len(name) <= 200 && len(names) < maxLicenses && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for line := range bytes.Lines(content) {
		if value, found := bytes.CutPrefix(line, []byte("License:")); found {
			add(strings.ToValidUTF8(string(value), "\uFFFD"))
		}
	}
	if names == nil {
		for _, match := range commonLicense().FindAllSubmatch(content, 1000) {
			add(string(match[1]))
		}
	}
	slices.Sort(names)
	return names
}
