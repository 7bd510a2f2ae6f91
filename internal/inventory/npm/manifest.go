package npm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/wording"
)

// Reasons why an application's own manifest is listed but not matched.
const (
	reasonPrivate     = "a private package, never published to the npm registry"
	reasonApplication = "an application's own manifest, which need not be the npm package of that name"
	reasonExtension   = "an editor extension, not an npm package"
)

// maxLicenses bounds what is kept of one manifest.
const maxLicenses = 20

// manifest is what is kept of a package.json.
type manifest struct {
	Name       string   `json:"n"`
	Version    string   `json:"v"`
	Licenses   []string `json:"l,omitempty"`
	Author     string   `json:"a,omitempty"`
	Integrity  string   `json:"i,omitempty"`
	NotMatched string   `json:"u,omitempty"`

	// impossible is true for a name or version that npm would not install; a
	// missing one, and a template's placeholder for the version, are usual.
	impossible bool
}

func (m manifest) toPackage(location asset.Location) asset.Package {
	p := newPackage(m.Name, m.Version, m.NotMatched, location)
	p.Licenses, p.Supplier, p.Checksum = m.Licenses, m.Author, m.Integrity
	return p
}

// analyzeManifest keeps a package.json that declares a package: one with a name
// and a version, where Node would find it or outside of node_modules.
func analyzeManifest(_ context.Context, f image.File) ([]byte, error) {
	place := placementOf(f.Path)
	if place == inside {
		return nil, nil
	}
	content, err := f.Bytes()
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	m, err := parseManifest(content, place)
	if err != nil {
		// Outside of node_modules the name also belongs to templates.
		if place == application {
			return nil, nil
		}
		return nil, fmt.Errorf("it is not a readable package.json, its package is not listed: %w", err)
	}
	if validName(m.Name) && validVersion(m.Version) {
		return json.Marshal(m)
	}
	if place != application && m.impossible {
		return nil, errors.New("its name or version is none that npm would install, its package is not listed")
	}
	return nil, nil
}

// parseManifest reads package.json as npm does
// (https://docs.npmjs.com/cli/configuring-npm/package-json), and the fields
// that npm up to version 6 added on installation.
func parseManifest(content []byte, place placement) (manifest, error) {
	var fields map[string]json.RawMessage // a map, because Go would ignore the case of a struct's keys
	if err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), &fields); err != nil {
		return manifest{}, wording.JSON(err)
	}
	m := manifest{
		Name: text(fields["name"]),
		// npm cleans versions such as "v1.2.3" and "=1.2.3".
		Version:    strings.TrimLeft(strings.TrimSpace(text(fields["version"])), "=v "),
		Licenses:   append(licenses(fields["license"]), licenses(fields["licenses"])...),
		Author:     person(fields["author"]),
		Integrity:  text(fields["_integrity"]),
		NotMatched: notFromRegistry(text(fields["_resolved"])),
	}
	written := fields["name"] != nil && fields["version"] != nil
	m.impossible = written && (text(fields["version"]) == "" || validVersion(m.Version) && !validName(m.Name))
	if len(m.Licenses) > maxLicenses {
		m.Licenses = m.Licenses[:maxLicenses]
	}
	if place == application {
		m.NotMatched = applicationReason(fields)
	}
	return m, nil
}

// applicationReason keeps an application from being taken for a registry
// package that happens to have its name ("app", "backend"). A published package
// that was unpacked elsewhere, such as /opt/yarn, says where its source is.
func applicationReason(fields map[string]json.RawMessage) string {
	var engines map[string]json.RawMessage
	_ = json.Unmarshal(fields["engines"], &engines) // old manifests have a list here
	switch {
	case string(fields["private"]) == "true" || text(fields["private"]) == "true":
		return reasonPrivate
	case engines["vscode"] != nil:
		return reasonExtension
	case fields["repository"] == nil:
		return reasonApplication
	}
	return ""
}

// text gives a JSON string's value, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// licenses reads an SPDX expression, or the old forms {"type": …} and a list of
// either.
func licenses(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var names []string
	for _, item := range list {
		var object struct{ Type, Name string }
		name := text(item)
		if name == "" && json.Unmarshal(item, &object) == nil {
			name = object.Type
			if name == "" {
				name = object.Name
			}
		}
		if name != "" && len(name) <= 200 {
			names = append(names, name)
		}
	}
	return names
}

// person reads "Name <mail> (page)" or the same as an object.
func person(raw json.RawMessage) string {
	who := text(raw)
	var object struct{ Name, Email string }
	if who == "" && json.Unmarshal(raw, &object) == nil {
		who = object.Name
		if object.Email != "" {
			who = strings.TrimSpace(who + " <" + object.Email + ">")
		}
	}
	who, _, _ = strings.Cut(who, "(")
	if len(who) > 200 {
		return ""
	}
	return strings.TrimSpace(who)
}
