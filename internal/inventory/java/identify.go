package java

import (
	"path"
	"slices"
	"strings"
)

// artifacts tells what an archive is and what was shaded into it. Every
// pom.properties is an artifact. If none of them is the archive's own, its
// manifest and file name are asked.
func (m *members) artifacts(fileName string) []artifact {
	base := strings.TrimSuffix(fileName, path.Ext(fileName))
	own := m.ownCoordinates(base)
	var all []coordinates
	isOwn := false
	for _, c := range m.pomCoordinates() {
		if c.version == "" && namedAfter(base, c.artifact) {
			c.version = own.version
		}
		if !c.complete() || slices.Contains(all, c) {
			continue
		}
		isOwn = isOwn || namedAfter(base, c.artifact)
		all = append(all, c)
	}
	// A single POM in a renamed archive is its own, unless the archive names
	// itself with certainty.
	needed := !isOwn && (len(all) != 1 || own.group != "")
	if needed && own.artifact != "" && own.version != "" && !slices.Contains(all, own) {
		all = append(all, own)
	}
	artifacts := make([]artifact, len(all))
	for i, c := range all {
		artifacts[i] = artifact{Group: c.group, Name: c.artifact, Version: c.version}
		if len(all) == 1 || c == own || namedAfter(base, c.artifact) {
			artifacts[i].Licenses, artifacts[i].Supplier = m.manifest.licenses(), m.manifest.supplier()
		}
	}
	return artifacts
}

// pomCoordinates reads what Maven packed, in the order of the folders. A
// folder's own names stand in for missing properties.
func (m *members) pomCoordinates() []coordinates {
	folders := make([]string, 0, len(m.poms))
	for folder := range m.poms {
		folders = append(folders, folder)
	}
	slices.Sort(folders)
	all := make([]coordinates, 0, len(folders))
	for _, folder := range folders {
		p := m.poms[folder]
		c := p.properties
		if !c.complete() && p.hasXML {
			content, err := m.scan.read(m.zip, p.xml, maxPOM)
			if err != nil {
				m.scan.fail(m.member+"!/"+folder+"/pom.xml", err)
			}
			c = parsePOM(content).or(c)
		}
		all = append(all, c)
	}
	return all
}

// or fills missing parts.
func (c coordinates) or(other coordinates) coordinates {
	if c.group == "" {
		c.group = other.group
	}
	if c.artifact == "" {
		c.artifact = other.artifact
	}
	if c.version == "" {
		c.version = other.version
	}
	return c
}

// namedAfter reports whether an archive's file name is that of an artifact,
// with or without its version.
func namedAfter(base, artifact string) bool {
	return artifact != "" && (base == artifact || strings.HasPrefix(base, artifact+"-"))
}

// ownCoordinates reads an archive's identity off its manifest and file name.
// The group is empty unless there is good evidence for it: a row in the table
// of well-known artifacts whose classes the archive has, or its manifest.
func (m *members) ownCoordinates(base string) coordinates {
	if plugin := m.jenkinsPlugin(); plugin.complete() {
		return plugin
	}
	name, version := splitFileName(base)
	c := coordinates{artifact: name, version: version}.cleaned()
	if c.version == "" {
		c.version = m.firstVersion("Implementation-Version", "Bundle-Version")
		if title := m.manifest.get("Implementation-Title"); looksLikeArtifact(title) {
			c.artifact = title
		}
	}
	if c.artifact == "" || c.version == "" {
		return coordinates{version: c.version}
	}
	if known, ok := lookUp(c.artifact); ok && m.hasFolder(known.folder) {
		return coordinates{known.group, known.artifact, c.version}.or(c)
	}
	c.group = m.claimedGroup(c.artifact)
	return c
}

// jenkinsPlugin reads the attributes of Jenkins' plugin archives
// (https://www.jenkins.io/doc/developer/plugin-development/).
func (m *members) jenkinsPlugin() coordinates {
	return coordinates{
		m.manifest.get("Group-Id"), m.manifest.get("Short-Name"), firstWord(m.manifest.get("Plugin-Version")),
	}.cleaned()
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func (m *members) firstVersion(attributes ...string) string {
	for _, attribute := range attributes {
		c := coordinates{version: firstWord(m.manifest.get(attribute))}.cleaned()
		if c.version != "" && strings.ContainsAny(c.version, "0123456789") {
			return c.version
		}
	}
	return ""
}

// looksLikeArtifact tells an artifact ID from a title for people.
func looksLikeArtifact(title string) bool {
	return mavenID().MatchString(title) && title == strings.ToLower(title) && !strings.Contains(title, "..")
}

// claimedGroup finds the group of an artifact in the archive's manifest.
func (m *members) claimedGroup(artifact string) string {
	// Maven's archiver wrote the group here for many years.
	if id := m.manifest.get("Implementation-Vendor-Id"); isGroup(id) {
		return id
	}
	// The bundle plugin's default is GROUP.ARTIFACT. For an artifact of a single
	// word it is ambiguous: "com.google.guava" is both.
	symbolic, _, _ := strings.Cut(m.manifest.get("Bundle-SymbolicName"), ";")
	if group, ok := strings.CutSuffix(strings.TrimSpace(symbolic), "."+artifact); ok && strings.Contains(artifact, "-") && isGroup(group) {
		return group
	}
	return ""
}

// umbrellas are organisations that vendor IDs name in place of the group.
var umbrellas = []string{
	"org.apache", "org.eclipse", "org.jboss", "com.sun", "com.oracle", "com.google", "com.ibm", "com.redhat", "com.vmware",
}

func isGroup(id string) bool {
	return mavenID().MatchString(id) && strings.Contains(id, ".") && id == strings.ToLower(id) && !slices.Contains(umbrellas, id)
}
