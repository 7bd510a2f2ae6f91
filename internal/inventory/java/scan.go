package java

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds of the work on one file. Members of a crafted archive can overlap, so
// that a small file claims endless nested archives.
const (
	// maxDepth is how deep archives are followed: a war in an ear holds jars.
	maxDepth = 4
	// maxArchives is the number of archives in one file, nested ones counted.
	maxArchives = 10_000
	// maxScanned is the number of bytes that are read of directories and
	// unpacked: 2 GiB.
	maxScanned = 2 << 30
	// maxUnpacked is the memory for compressed nested archives, those around
	// the one at hand counted. Stored ones are read in place.
	maxUnpacked = 128 << 20
	// maxPOM is the size of a pom.xml, maxProperties that of a pom.properties,
	// maxManifest how much of a manifest is read: its first section.
	maxPOM        = 1 << 20
	maxProperties = 64 << 10
	maxManifest   = 64 << 10
	// maxPOMs is the number of artifacts in one archive.
	maxPOMs = 5_000
	// maxFound is the number of artifacts in one file.
	maxFound = 20_000
	// maxName is the length of the names of members that are looked at.
	maxName = 1024
)

// scan is the work on one file.
type scan struct {
	ctx          context.Context
	path         string
	bytesLeft    int64
	memoryLeft   int64
	archivesLeft int
	found        []artifact
	// first is the first thing that could not be read, failures how many.
	first    error
	failures int
}

// errStop ends the walk of a directory when a bound is reached.
var errStop = errors.New("it holds more than Seawall reads of one archive")

// archive finds the artifacts of one archive and of those nested in it. Member
// is its place in the file, "!/lib/a.jar".
func (s *scan) archive(content io.ReaderAt, size int64, member string, depth int) {
	if err := s.ctx.Err(); err != nil {
		s.fail(member, err)
		return
	}
	s.archivesLeft--
	if s.exhausted() {
		s.fail(member, errStop)
		return
	}
	z, err := openZip(content, size)
	s.bytesLeft -= z.length
	if err == nil && s.exhausted() {
		err = errStop
	}
	if err != nil {
		s.fail(member, err)
		return
	}
	m := members{zip: z, scan: s, member: member}
	if err := z.walk(m.visit); err != nil {
		s.fail(member, err)
	}
	for _, a := range m.artifacts(path.Base(s.path + member)) {
		a.Member = member
		if len(s.found) < maxFound {
			s.found = append(s.found, a)
		}
	}
	for _, nested := range m.nested {
		s.nested(z, nested, member+"!/"+nested.path, depth+1)
	}
}

// nested reads an archive in an archive: in place if it is stored, as Spring
// Boot does it, else unpacked into memory.
func (s *scan) nested(z zipFile, n nestedArchive, member string, depth int) {
	if depth > maxDepth {
		s.fail(member, fmt.Errorf("it is nested deeper than %d archives", maxDepth))
		return
	}
	if n.entry.method == methodStored {
		content, err := z.packedData(n.entry)
		if err != nil {
			s.fail(member, err)
			return
		}
		s.archive(content, content.Size(), member, depth)
		return
	}
	content, err := s.read(z, n.entry, s.memoryLeft)
	if err != nil {
		s.fail(member, err)
		return
	}
	s.memoryLeft -= int64(len(content))
	s.archive(bytes.NewReader(content), int64(len(content)), member, depth)
	s.memoryLeft += int64(len(content))
}

func (s *scan) exhausted() bool { return s.archivesLeft < 0 || s.bytesLeft < 0 }

// read unpacks an entry within the bounds of the file.
func (s *scan) read(z zipFile, e zipEntry, limit int64) ([]byte, error) {
	if s.exhausted() {
		return nil, errStop
	}
	content, err := z.read(e, min(limit, s.bytesLeft))
	s.bytesLeft -= int64(len(content)) + localHeaderSize
	if err != nil {
		s.bytesLeft -= min(limit, max(e.unpacked, 0))
	}
	return content, err
}

func (s *scan) fail(member string, err error) {
	s.failures++
	if s.first == nil {
		what := cmp.Or(strings.TrimPrefix(member, "!/"), "it")
		s.first = fmt.Errorf("%s cannot be read as a Java archive: %w", what, err)
	}
}

// problem sums up what could not be read, nil if all was.
func (s *scan) problem() error {
	if s.failures > 1 {
		return fmt.Errorf("%w (and %d more of its members)", s.first, s.failures-1)
	}
	return s.first
}

// members are those of one archive that tell what it is.
type members struct {
	zip    zipFile
	scan   *scan
	member string

	manifest manifest
	// poms are keyed by their folder, META-INF/maven/GROUP/ARTIFACT.
	poms   map[string]*pom
	nested []nestedArchive
}

// pom is what Maven packed about one artifact: pom.properties, and pom.xml
// which is read only where the former is missing.
type pom struct {
	properties coordinates
	xml        zipEntry
	hasXML     bool
}

type nestedArchive struct {
	path  string
	entry zipEntry
}

const manifestPath = "META-INF/MANIFEST.MF"

func (m *members) visit(e zipEntry) error {
	name := e.name
	if len(name) > maxName {
		if isArchive(name) {
			m.scan.fail(m.member, fmt.Errorf("the name of a nested archive is longer than %d bytes", maxName))
		}
		return nil
	}
	switch {
	case len(name) == len(manifestPath) && strings.EqualFold(string(name), manifestPath):
		return m.readManifest(e)
	case bytes.HasSuffix(name, []byte("/pom.properties")) && bytes.Contains(name, []byte("META-INF/maven/")):
		return m.readProperties(e)
	case bytes.HasSuffix(name, []byte("/pom.xml")) && bytes.Contains(name, []byte("META-INF/maven/")):
		if p := m.pom(path.Dir(string(name))); p != nil {
			e.name = nil // belongs to the walk
			p.xml, p.hasXML = e, true
		}
	case isArchive(name):
		if len(m.nested) >= m.scan.archivesLeft {
			return errStop
		}
		e.name = nil
		m.nested = append(m.nested, nestedArchive{path: string(name), entry: e})
	}
	return nil
}

func isArchive(name []byte) bool {
	dot := bytes.LastIndexByte(name, '.')
	return dot >= 0 && slices.Contains(archiveSuffixes, string(name[dot:])) && !isDocumentation(string(name))
}

// readManifest reads the first manifest. A damaged one does not hide the rest
// of the archive.
func (m *members) readManifest(e zipEntry) error {
	if m.manifest != nil {
		return nil
	}
	r, err := m.zip.open(e)
	if err == nil {
		var content []byte
		content, err = io.ReadAll(io.LimitReader(r, maxManifest))
		m.manifest = parseManifest(content)
	}
	if err != nil {
		m.scan.fail(m.member+"!/"+manifestPath, err)
	}
	return nil
}

func (m *members) readProperties(e zipEntry) error {
	name := string(e.name)
	p := m.pom(path.Dir(name))
	if p == nil {
		return nil
	}
	content, err := m.scan.read(m.zip, e, maxProperties)
	if errors.Is(err, errStop) {
		return err
	}
	if err != nil {
		m.scan.fail(m.member+"!/"+name, err)
		return nil
	}
	p.properties = parseProperties(content)
	return nil
}

// pom gives the record of a folder, nil if there are too many.
func (m *members) pom(folder string) *pom {
	if p := m.poms[folder]; p != nil {
		return p
	}
	if len(m.poms) >= maxPOMs {
		m.scan.fail(m.member, fmt.Errorf("it holds more than the %d artifacts that are listed", maxPOMs))
		return nil
	}
	if m.poms == nil {
		m.poms = map[string]*pom{}
	}
	p := &pom{}
	m.poms[folder] = p
	return p
}

// hasFolder reports whether the archive has an entry below a folder.
func (m *members) hasFolder(folder string) bool {
	found := errors.New("found")
	err := m.zip.walk(func(e zipEntry) error {
		if bytes.HasPrefix(e.name, []byte(folder+"/")) {
			return found
		}
		return nil
	})
	return errors.Is(err, found)
}
