package report

import (
	"cmp"
	"fmt"
	"time"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// hostile is a name as an attacker would choose it: a terminal sequence, a C1
// control, a bidi override, a line break with a CI workflow command, markup, a
// byte that is not UTF-8.
const hostile = "evil\x1b[31m\u009b2J\u202egnp.exe\n::error::pwned<img src=x>[click](http://evil.example)|`\xff"

const (
	webID = "image:sha256:9a3f5d0f5b1c2e4d6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b"
	jobID = "image:sha256:1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a7988"
)

var checked = time.Date(2026, 11, 24, 5, 44, 14, 0, time.UTC)

// rich is a document with something of everything: two images of which one was
// read in part only, a target that failed, accepted findings, hostile names.
func rich() *Document {
	d := &Document{
		Schema:  SchemaName,
		Tool:    Tool{Name: "seawall", Version: "0.1.0"},
		Created: checked,
		Database: &Database{
			Built: checked.Add(-26 * time.Hour),
			KEV:   checked.Add(-48 * time.Hour),
			Segments: []Segment{
				{Ecosystem: "Debian", Advisories: 41230, Newest: checked.Add(-30 * time.Hour)},
				{Ecosystem: "npm", Advisories: 18211, Newest: checked.Add(-29 * time.Hour)},
			},
		},
		Looked: []finding.Kind{finding.Vulnerability, finding.Misconfiguration},
		Targets: []Target{
			{Input: "registry.example.com/shop/web:1.4", Assets: []string{webID}},
			{Input: "archive:job.tar", Assets: []string{jobID}},
			{Input: "registry.example.com/gone:1", Error: "registry.example.com has no image gone:1: check the name and the tag"},
		},
		Assets:   []Asset{webImage(), jobImage()},
		Findings: richFindings(),
		Checks: map[string]Check{
			"image-user-root":   {Pass: 1, Fail: 1},
			"image-healthcheck": {Pass: 1, Unknown: []Undecided{{Asset: jobID, Reason: "the configuration could not be read"}}},
		},
		NotLookedUp: []Gap{{
			Asset: jobID, What: "known vulnerabilities of musl 1.2.5-r0", Packages: 1,
			Reason: "the database has no advisories for Alpine:v3.20", Command: "seawall db update",
		}},
		Warnings: []string{"the exception for CVE-2019-0001 in .seawall.yaml ended on 2026-10-01 and does not apply any more"},
	}
	finding.Sort(d.Findings)
	d.Upgrades = PlanUpgrades(d.Findings)
	d.Summary = Summarize(d)
	return d
}

func webImage() Asset {
	layers := []asset.Layer{
		{Index: 0, DiffID: digest(1), Digest: digest(11), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Size: 31_400_000, CreatedBy: "/bin/sh -c #(nop) ADD file:4b03b5f551e3fbdf47ec609712007327828f7530cc3455c43bbcdcaf449a75a9 in / ", Base: asset.FromBase, Status: asset.LayerCached},
		{Index: 1, DiffID: digest(2), Digest: digest(12), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Size: 88_000_000, CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl libssl1.1 openssl # buildkit", Base: asset.Own, Status: asset.LayerRead},
		{Index: 2, DiffID: digest(3), Digest: digest(13), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Size: 1_200_000, CreatedBy: "COPY " + hostile + " /app # buildkit", Base: asset.Own, Status: asset.LayerRead},
	}
	dpkg := func(name, version, source string, layer int, licenses ...string) asset.Package {
		return asset.Package{
			Name: name, Version: version, Type: "deb", Ecosystem: "Debian:11", Arch: "amd64",
			PURL:   "pkg:deb/debian/" + name + "@" + version + "?arch=amd64&distro=debian-11",
			Source: asset.SourcePackage{Name: source, Version: version}, Provider: asset.ProviderDistribution,
			Locations: []asset.Location{{Path: "var/lib/dpkg/status", Layer: layer}}, Licenses: licenses,
			Supplier: "Debian OpenSSL Team <pkg-openssl-devel@lists.alioth.debian.org>",
		}
	}
	return Asset{
		ID: webID, Kind: asset.KindImage, Name: "registry.example.com/shop/web:1.4", StableName: "registry.example.com/shop/web",
		Source: "registry", Status: Complete,
		Image: &Image{
			Reference: "registry.example.com/shop/web:1.4", Repository: "registry.example.com/shop/web", Tag: "1.4",
			Digest: digest(100), ID: webID[len("image:"):], Platform: "linux/amd64",
			Created: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Size: 301_422_080,
		},
		Distribution: &asset.Distribution{ID: "debian", VersionID: "11", Codename: "bullseye", PrettyName: "Debian GNU/Linux 11 (bullseye)", Ecosystem: "Debian:11", EndOfLife: "2026-08-31"},
		Layers:       layers,
		Packages: Packages([]asset.Package{
			dpkg("curl", "7.74.0-1.3+deb11u7", "curl", 1, "curl"),
			dpkg("libssl1.1", "1.1.1n-0+deb11u3", "openssl", 1, "OpenSSL"),
			dpkg("openssl", "1.1.1n-0+deb11u3", "openssl", 1, "OpenSSL", "GPL-2+ with exception, see \u202efile"),
			dpkg("zlib1g", "1:1.2.11.dfsg-2+deb11u2", "zlib", 0, "Zlib", "GPL-2.0-or-later"),
			{
				Name: "lodash", Version: "4.17.4", Type: "npm", Ecosystem: "npm", PURL: "pkg:npm/lodash@4.17.4", Licenses: []string{"(MIT OR Apache-2.0)"},
				Locations: []asset.Location{{Path: "app/node_modules/lodash/package.json", Layer: 2}, {Path: "app/node_modules/x/node_modules/lodash/package.json", Layer: 2}},
				Checksum:  "sha512-6X37Sq9KCpLSXEh8uM12AKYlviHPNNk4RxiGBn4cmKGJinbXBneWIV7iE/nXkM928O7ytHcHb6+X6Svl0f4hXg==",
			},
			{Name: hostile, Version: "1.0\x1b]0;x\a", Type: "npm", PURL: "pkg:npm/evil@1.0", Ecosystem: "npm", Licenses: []string{hostile}, Locations: []asset.Location{{Path: "app/node_modules/" + hostile + "/package.json", Layer: 2}}},
			{Name: "mongosh", Version: "2.0.1", Type: "deb", NotMatched: "from a third-party repository", Provider: asset.ProviderThirdParty, Repository: "https://repo.mongodb.org/apt/debian", PURL: "pkg:deb/debian/mongosh@2.0.1?arch=amd64", Source: asset.SourcePackage{Name: "mongosh", Version: "2.0.1"}},
		}),
	}
}

func jobImage() Asset {
	return Asset{
		ID: jobID, Kind: asset.KindImage, Name: "job.tar", StableName: "job.tar", Source: "archive", Status: Partial,
		Parents: []string{webID},
		Errors:  []Problem{{Layer: 1, Message: "the layer ends after 1203 of 88000 bytes: build or fetch the archive again"}, {Layer: 0, Path: "usr/" + hostile, Message: "not a JSON file"}},
		Image:   &Image{ID: jobID[len("image:"):], Platform: "linux/arm64/v8", Size: 7_900_000},
		Distribution: &asset.Distribution{
			ID: "alpine", VersionID: "3.20.3", PrettyName: "Alpine Linux v3.20", Ecosystem: "Alpine:v3.20", EndOfLife: "2027-04-01",
		},
		Layers: []asset.Layer{{Index: 0, DiffID: digest(5), Status: asset.LayerRead}, {Index: 1, DiffID: digest(6), Status: asset.LayerFailed}},
		Packages: Packages([]asset.Package{
			{Name: "musl", Version: "1.2.5-r0", Type: "apk", Ecosystem: "Alpine:v3.20", PURL: "pkg:apk/alpine/musl@1.2.5-r0?arch=aarch64", Source: asset.SourcePackage{Name: "musl", Version: "1.2.5-r0"}, Licenses: []string{"MIT"}, Locations: []asset.Location{{Path: "lib/apk/db/installed", Layer: 0}}},
		}),
	}
}

func digest(n int) string { return fmt.Sprintf("sha256:%064x", n) }

func richFindings() []finding.Finding {
	base := &finding.Layer{DiffID: digest(1), Index: 0, CreatedBy: "/bin/sh -c #(nop) ADD file:4b03b5f551e3fbdf47ec609712007327828f7530cc3455c43bbcdcaf449a75a9 in / ", Base: "base"}
	own := &finding.Layer{DiffID: digest(2), Index: 1, CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl libssl1.1 openssl # buildkit", Base: "own"}
	app := &finding.Layer{DiffID: digest(3), Index: 2, CreatedBy: "COPY " + hostile + " /app # buildkit", Base: "own"}

	var all []finding.Finding
	for _, name := range []string{"libssl1.1", "openssl"} {
		all = append(all,
			debian("CVE-2022-0778", name, "1.1.1n-0+deb11u3", "openssl", "1.1.1n-0+deb11u4", finding.High, 0.07, own),
			debian("CVE-2023-0286", name, "1.1.1n-0+deb11u3", "openssl", "1.1.1n-0+deb11u4", finding.High, 0.89, own),
			debian("CVE-2023-5678", name, "1.1.1n-0+deb11u3", "openssl", "1.1.1w-0+deb11u2", finding.Medium, 0.004, own),
			debian("CVE-2024-0727", name, "1.1.1n-0+deb11u3", "openssl", "1.1.1w-0+deb11u2", finding.Medium, 0.003, own),
			debian("CVE-2024-4741", name, "1.1.1n-0+deb11u3", "openssl", "1.1.1w-0+deb11u2", finding.Low, 0.0004, own),
		)
	}
	for i := range all {
		all[i].Package.Upgrade = "1.1.1w-0+deb11u2"
	}
	kev := debian("CVE-2023-38545", "curl", "7.74.0-1.3+deb11u7", "", "7.74.0-1.3+deb11u10", finding.Critical, 0.71, own)
	kev.Risk.Exploited = true
	kev.Evidence = append(kev.Evidence, finding.Evidence{What: "known exploited", Where: "CISA KEV", Value: "since 2023-10-12"})
	unfixed := debian("CVE-2023-45853", "zlib1g", "1:1.2.11.dfsg-2+deb11u2", "zlib", "", finding.Critical, 0.02, base)
	unfixed.Package.FixState = "wont-fix"
	accepted := debian("CVE-2018-25032", "zlib1g", "1:1.2.11.dfsg-2+deb11u2", "zlib", "1:1.2.11.dfsg-2+deb11u3", finding.High, 0.01, base)
	accepted.Status = finding.Accepted
	accepted.Exception = &finding.Exception{Reason: "no deflate of untrusted data in this service", By: "anna@example.com", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}

	lodash := finding.Finding{
		Kind: finding.Vulnerability, Rule: "CVE-2019-10744", Aliases: []string{"GHSA-jf85-cpcp-j695"}, Title: "Prototype pollution in lodash", Severity: finding.Critical,
		SeveritySource: "CVSS 3.1 from GHSA-jf85-cpcp-j695", Status: finding.Open, Asset: webID,
		Package:    &finding.Package{Name: "lodash", Version: "4.17.4", PURL: "pkg:npm/lodash@4.17.4", Fixed: "4.17.12", Upgrade: "4.17.12", FixState: "fixed"},
		Location:   &finding.Location{Path: "app/node_modules/lodash/package.json", Layer: app},
		Fix:        finding.Fix{Text: "upgrade lodash to 4.17.12", Command: "npm install lodash@4.17.12"},
		References: []finding.Reference{{Name: "url", ID: "https://github.com/advisories/GHSA-jf85-cpcp-j695"}},
		Risk:       finding.Risk{EPSS: 0.031, Fixable: true},
	}
	evil := lodash
	evil.Rule, evil.Aliases, evil.Title, evil.Severity = "GHSA-0000-"+hostile, nil, hostile, finding.Unknown
	evil.SeveritySource = ""
	evil.Package = &finding.Package{Name: hostile, Version: "1.0\x1b]0;x\a", PURL: "pkg:npm/evil@1.0", FixState: "unknown"}
	evil.Location = &finding.Location{Path: "app/node_modules/" + hostile + "/package.json", Layer: app}
	evil.Fix, evil.Why = finding.Fix{}, hostile
	evil.References = []finding.Reference{{Name: "url", ID: "javascript:alert(1)"}, {Name: hostile, ID: hostile}}
	evil.Risk = finding.Risk{EPSS: -1}

	root := finding.Finding{
		Kind: finding.Misconfiguration, Rule: "image-user-root", Title: "The image does not run as root", Severity: finding.High, SeveritySource: "rule", Status: finding.Open, Asset: webID,
		Location: &finding.Location{Path: "", Layer: nil},
		Evidence: []finding.Evidence{{What: "USER", Where: "image configuration", Value: "not set", Want: "a user other than root"}},
		Why:      "Whoever breaks into the process is root in the container, and root on the host as soon as one more wall falls.",
		Fix:      finding.Fix{Text: "Add USER 65532 as the last line of the Dockerfile.", Patch: "+USER 65532\n"},
		References: []finding.Reference{
			{Name: "cis-docker-1.8", ID: "4.1"}, {Name: "url", ID: "https://docs.docker.com/reference/dockerfile/#user"},
		},
		Risk: finding.Risk{EPSS: -1, Fixable: true},
	}
	setuid := finding.Finding{
		Kind: finding.Misconfiguration, Rule: "image-unowned-setuid", Title: "Setuid files belong to packages", Severity: finding.Medium, SeveritySource: "rule", Status: finding.Open, Asset: webID,
		Location: &finding.Location{Path: "app/bin/helper", Layer: app},
		Evidence: []finding.Evidence{{What: "mode", Where: "app/bin/helper", Value: "4755", Want: "no setuid bit"}},
		Why:      "A setuid file that nobody maintains is a way to become root.",
		Fix:      finding.Fix{Text: "Remove the bit: RUN chmod u-s /app/bin/helper."},
		Risk:     finding.Risk{EPSS: -1, Fixable: true},
	}
	dockerfile := setuid
	dockerfile.Asset, dockerfile.Rule, dockerfile.Title, dockerfile.Severity = jobID, "image-add-url", "Files are not fetched without a checksum", finding.Low
	dockerfile.Location = &finding.Location{Path: "Dockerfile", Line: 3, Column: 5}
	dockerfile.Evidence = nil

	all = append(all, kev, unfixed, accepted, lodash, evil, root, setuid, dockerfile)
	for i := range all {
		all[i].ID = fingerprint(&all[i])
	}
	return all
}

func fingerprint(f *finding.Finding) string {
	subject := ""
	if f.Package != nil {
		subject = f.Package.Name
	} else if f.Location != nil {
		subject = f.Location.Path
	}
	return finding.Fingerprint(f.Kind, f.Rule, f.Asset, subject)
}

func debian(cve, name, version, source, fixed string, severity finding.Severity, epss float64, layer *finding.Layer) finding.Finding {
	f := finding.Finding{
		Kind: finding.Vulnerability, Rule: cve, Aliases: []string{"DSA-0000-1"}, Title: "A flaw in " + cmp.Or(source, name) + " that a crafted input reaches", Severity: severity,
		SeveritySource: "CVSS 3.1 from " + cve, Status: finding.Open, Asset: webID,
		Package:    &finding.Package{Name: name, Version: version, PURL: "pkg:deb/debian/" + name + "@" + version + "?arch=amd64&distro=debian-11", Source: source, Fixed: fixed, FixState: "not-fixed"},
		Location:   &finding.Location{Path: "var/lib/dpkg/status", Layer: layer},
		Evidence:   []finding.Evidence{{What: "installed version", Where: "var/lib/dpkg/status", Value: version, Want: cmp.Or(fixed, "a fixed one")}},
		References: []finding.Reference{{Name: "url", ID: "https://security-tracker.debian.org/tracker/" + cve}},
		Risk:       finding.Risk{EPSS: epss, Fixable: fixed != ""},
	}
	if fixed != "" {
		f.Package.FixState, f.Package.Upgrade = "fixed", fixed
		f.Fix = finding.Fix{Text: "upgrade " + cmp.Or(source, name) + " to " + fixed, Command: "apt-get install --only-upgrade " + name}
	}
	return f
}

// empty is a document of an image without any finding.
func empty() *Document {
	job := jobImage()
	job.Status, job.Errors = Complete, nil
	d := &Document{
		Schema: SchemaName, Tool: Tool{Name: "seawall", Version: "0.1.0"}, Created: checked,
		Database: &Database{Built: checked, Segments: []Segment{{Ecosystem: "Alpine", Advisories: 4000}}},
		Looked:   []finding.Kind{finding.Vulnerability, finding.Misconfiguration},
		Targets:  []Target{{Input: "job.tar", Assets: []string{jobID}}},
		Assets:   []Asset{job},
	}
	d.Summary = Summarize(d)
	return d
}
