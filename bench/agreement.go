package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
)

// set holds packages (purls without qualifiers) or pairs of a package and a vulnerability.
type set map[string]bool

// writeAgreement says where Seawall and its peers differ on the plain image: in packages from Syft, in vulnerabilities from
// Grype, which has the same advisories. Nothing fails here: each difference wants an explanation, by a person.
func writeAgreement(w io.Writer, o options) error {
	var ours fullReport
	if err := readOutput(o, "seawall check, cold", &ours); err != nil {
		return err
	}
	if slices.Contains(o.peers, "syft") {
		var theirs syftReport
		if err := readOutput(o, "syft", &theirs); err != nil {
			return err
		}
		writeDifference(w, "packages", "Syft", ours.packages(), theirs.packages())
	}
	if slices.Contains(o.peers, "grype") {
		var theirs grypeReport
		if err := readOutput(o, "grype", &theirs); err != nil {
			return err
		}
		writeDifference(w, "vulnerabilities", "Grype", ours.vulnerabilities(), theirs.vulnerabilities())
	}
	return nil
}

func readOutput(o options, name string, target any) error {
	data, err := os.ReadFile(command{name: name, form: "plain"}.outputFile(o))
	if err != nil {
		return fmt.Errorf("read the output of %s: %w", name, err)
	}
	if err := json.Unmarshal(data, target); err != nil {
		return fmt.Errorf("decode the output of %s: %w", name, err)
	}
	return nil
}

func writeDifference(w io.Writer, what, peer string, ours, theirs set) {
	var onlyOurs, onlyTheirs []string
	for _, item := range slices.Sorted(maps.Keys(ours)) {
		if !theirs[item] {
			onlyOurs = append(onlyOurs, item)
		}
	}
	for _, item := range slices.Sorted(maps.Keys(theirs)) {
		if !ours[item] {
			onlyTheirs = append(onlyTheirs, item)
		}
	}
	fmt.Fprintf(w, "\n### Agreement with %s on %s\n\n%d in both.\n", peer, what, len(ours)-len(onlyOurs))
	fmt.Fprintf(w, "\nOnly Seawall (%d):\n%s\n\nOnly %s (%d):\n%s\n", len(onlyOurs), bullets(onlyOurs), peer, len(onlyTheirs), bullets(onlyTheirs))
}

func bullets(items []string) string {
	return "\n- " + strings.Join(items, "\n- ")
}

// name is a purl without qualifiers and escapes, in which writers differ.
func name(purl string) string {
	purl, _, _ = strings.Cut(purl, "?")
	if plain, err := url.PathUnescape(purl); err == nil {
		return plain
	}
	return purl
}

type fullReport struct {
	Assets []struct {
		Packages []struct{ PURL string }
	}
	Findings []struct {
		Kind, Rule string
		Aliases    []string
		Package    *struct{ PURL string }
	}
}

func (r fullReport) packages() set {
	found := set{}
	for _, a := range r.Assets {
		for _, p := range a.Packages {
			found[name(p.PURL)] = true
		}
	}
	return found
}

func (r fullReport) vulnerabilities() set {
	found := set{}
	for _, f := range r.Findings {
		if f.Kind == "vulnerability" && f.Package != nil {
			found[name(f.Package.PURL)+" "+commonName(append(f.Aliases, f.Rule))] = true
		}
	}
	return found
}

type syftReport struct {
	Artifacts []struct{ PURL string }
}

func (r syftReport) packages() set {
	found := set{}
	for _, a := range r.Artifacts {
		if a.PURL != "" {
			found[name(a.PURL)] = true
		}
	}
	return found
}

type grypeReport struct {
	Matches []struct {
		Artifact               struct{ PURL string }
		Vulnerability          struct{ ID string }
		RelatedVulnerabilities []struct{ ID string }
	}
}

func (r grypeReport) vulnerabilities() set {
	found := set{}
	for _, m := range r.Matches {
		ids := []string{m.Vulnerability.ID}
		for _, related := range m.RelatedVulnerabilities {
			ids = append(ids, related.ID)
		}
		found[name(m.Artifact.PURL)+" "+commonName(ids)] = true
	}
	return found
}

// commonName is the CVE among a vulnerability's names, else the first of them in order.
func commonName(ids []string) string {
	for _, id := range ids {
		if strings.HasPrefix(id, "CVE-") {
			return id
		}
	}
	return slices.Min(ids)
}
