// Package policy decides which findings count: the exceptions that a team has
// written down in .seawall.yaml, each with its reason, and the severity from
// which a check fails.
package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"go.yaml.in/yaml/v4"

	"seawall/internal/finding"
	"seawall/internal/strictyaml"
)

// DefaultFile is the policy file that is looked for in the working directory.
const DefaultFile = ".seawall.yaml"

// Policy is what a policy file says. The zero value accepts nothing.
type Policy struct {
	// File is the name of the file it was read from, "" for none.
	File string
	// FailOn is the least severity with which an open finding fails a check,
	// finding.Unknown if the file sets none.
	FailOn     finding.Severity
	Exceptions []Exception
}

// Exception accepts findings. All its selectors that are not empty must hold;
// in a glob, * stands for any characters, / among them.
type Exception struct {
	// ID is a finding's fingerprint, or its first 8 characters or more.
	ID string
	// Rule is the ID of a rule; CVE that of a vulnerability, or an alias of it.
	Rule, CVE string
	// Package is a glob on the package's or its source's name, or, if it begins
	// with "pkg:", on its purl with or without version and qualifiers.
	Package string
	// Asset is a glob on the asset's stable name.
	Asset string
	// Path is a glob on the path of the finding's location.
	Path string
	// Reason is never empty.
	Reason string
	By     string
	// Until is the last day, in UTC, on which it holds; zero is for ever.
	Until time.Time
	// Line is where it begins in the file.
	Line int
}

// Open reads the policy file with the given name. Without a name it reads
// DefaultFile in the working directory, where a missing file is an empty
// policy.
func Open(name string) (*Policy, error) {
	wanted := name
	if wanted == "" {
		wanted = DefaultFile
	}
	content, err := readFile(wanted)
	if name == "" && errors.Is(err, fs.ErrNotExist) {
		return &Policy{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the policy file: %w", err)
	}
	return Parse(wanted, content)
}

// readFile reads no more than a policy may have, whatever the name stands for.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	if info.Size() > strictyaml.MaxSize {
		return nil, fmt.Errorf("%s has %d bytes, a policy may have %d", name, info.Size(), strictyaml.MaxSize)
	}
	return os.ReadFile(name)
}

// Parse reads a policy file's content; name is for messages.
func Parse(name string, content []byte) (*Policy, error) {
	l := &loader{File: strictyaml.File{Name: name, Content: content}, policy: &Policy{File: name}}
	root, err := l.Parse()
	if err != nil || root == nil {
		return l.policy, err
	}
	if err := l.root(root); err != nil {
		return nil, err
	}
	return l.policy, nil
}

type loader struct {
	strictyaml.File
	policy *Policy
}

func (l *loader) root(root *yaml.Node) error {
	fields, err := l.Mapping(root, "a policy", "version", "fail-on", "exceptions")
	if err != nil {
		return err
	}
	switch version := fields["version"]; {
	case version == nil:
		return l.ErrorAt(root, "the file has no version, write version: 1")
	case version.Value != "1":
		return l.ErrorAt(version, "the version is %q, this program reads version 1", version.Value)
	}
	if node := fields["fail-on"]; node != nil {
		severity, err := finding.ParseSeverity(node.Value)
		if err != nil || severity < finding.Low {
			return l.ErrorAt(node, "fail-on is %q, use critical, high, medium or low", node.Value)
		}
		l.policy.FailOn = severity
	}
	return l.exceptions(fields["exceptions"])
}

func (l *loader) exceptions(node *yaml.Node) error {
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		return l.ErrorAt(node, "exceptions is a list, begin each with a dash")
	}
	for _, item := range node.Content {
		e, err := l.exception(item)
		if err != nil {
			return err
		}
		l.policy.Exceptions = append(l.policy.Exceptions, e)
	}
	return nil
}

func (l *loader) exception(node *yaml.Node) (Exception, error) {
	e := Exception{Line: node.Line}
	var until string
	texts := []struct {
		key  string
		text *string
	}{
		{"id", &e.ID},
		{"rule", &e.Rule},
		{"cve", &e.CVE},
		{"package", &e.Package},
		{"asset", &e.Asset},
		{"path", &e.Path},
		{"reason", &e.Reason},
		{"by", &e.By},
		{"until", &until},
	}
	keys := make([]string, 0, len(texts))
	for _, t := range texts {
		keys = append(keys, t.key)
	}
	fields, err := l.Mapping(node, "an exception", keys...)
	if err != nil {
		return e, err
	}
	for _, t := range texts {
		if *t.text, err = l.Text(fields[t.key], t.key); err != nil {
			return e, err
		}
	}
	if until != "" {
		if e.Until, err = time.Parse(time.DateOnly, until); err != nil {
			return e, l.ErrorAt(fields["until"], "until is %q, write a day such as 2027-03-31", until)
		}
	}
	return e, l.complete(node, fields, &e)
}

// minID is the least length of a fingerprint's beginning that names one finding.
const minID = 8

// complete refuses exceptions that say too little: for what, or why.
func (l *loader) complete(node *yaml.Node, fields map[string]*yaml.Node, e *Exception) error {
	switch {
	case e.Reason == "":
		return l.ErrorAt(node, "the exception has no reason, say why the finding is accepted")
	case e.ID+e.Rule+e.CVE+e.Package+e.Path == "":
		return l.ErrorAt(node, "the exception accepts everything, narrow it with id, rule, cve, package or path")
	case e.ID != "" && len(e.ID) < minID:
		return l.ErrorAt(fields["id"], "id is shorter than %d characters, copy more of the finding's id", minID)
	case e.Rule != "" && e.CVE != "":
		return l.ErrorAt(fields["cve"], "a finding has a rule or a cve, not both: write two exceptions")
	}
	return nil
}
