package java

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"sync"
)

// coordinates name a Maven artifact; any part may be empty if it is not known.
type coordinates struct{ group, artifact, version string }

func (c coordinates) complete() bool { return c.group != "" && c.artifact != "" && c.version != "" }

var (
	// mavenID is what Maven accepts as a group or artifact ID.
	mavenID = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	})
	// mavenVersion begins with a letter or digit; "${…}" was never filled in.
	mavenVersion = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.+~-]*$`)
	})
)

// maxCoordinate bounds a group, an artifact or a version, in bytes.
const maxCoordinate = 200

// cleaned drops the parts that Maven would not accept.
func (c coordinates) cleaned() coordinates {
	keep := func(pattern *regexp.Regexp, s string) string {
		if s = strings.TrimSpace(s); len(s) <= maxCoordinate && pattern.MatchString(s) {
			return s
		}
		return ""
	}
	return coordinates{keep(mavenID(), c.group), keep(mavenID(), c.artifact), keep(mavenVersion(), c.version)}
}

// parseProperties reads a pom.properties, which Maven's archiver writes. Of
// Java's format (java.util.Properties.load) it never uses escapes.
func parseProperties(content []byte) coordinates {
	var c coordinates
	for line := range bytes.Lines(content) {
		name, value, _ := strings.Cut(string(line), "=")
		switch strings.TrimSpace(name) {
		case "groupId":
			c.group = value
		case "artifactId":
			c.artifact = value
		case "version":
			c.version = value
		}
	}
	return c.cleaned()
}

// parsePOM reads a pom.xml's own coordinates. Group and version may be the
// parent's: https://maven.apache.org/pom.html#inheritance.
func parsePOM(content []byte) coordinates {
	var project struct {
		GroupID    string `xml:"groupId"`
		ArtifactID string `xml:"artifactId"`
		Version    string `xml:"version"`
		Parent     struct {
			GroupID string `xml:"groupId"`
			Version string `xml:"version"`
		} `xml:"parent"`
	}
	decoder := xml.NewDecoder(bytes.NewReader(content))
	// The elements at hand are ASCII in every encoding that POMs use.
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	if err := decoder.Decode(&project); err != nil {
		return coordinates{}
	}
	c := coordinates{project.GroupID, project.ArtifactID, project.Version}
	if c.group == "" {
		c.group = project.Parent.GroupID
	}
	if c.version == "" {
		c.version = project.Parent.Version
	}
	return c.cleaned()
}
