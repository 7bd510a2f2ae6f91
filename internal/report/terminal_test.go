package report

import (
	"fmt"
	"strings"
	"testing"

	"seawall/internal/asset"
	"seawall/internal/finding"
)

// verdictText is the first sentence of what the terminal shows.
func verdictText(t *testing.T, change func(*Document)) string {
	t.Helper()
	d := rich()
	change(d)
	finding.Sort(d.Findings)
	d.Summary = Summarize(d)
	return verdict(d, groupVulnerabilities(d.Findings)).text
}

func TestVerdict(t *testing.T) {
	keep := func(rules ...string) func(*Document) {
		return func(d *Document) {
			var kept []finding.Finding
			for _, f := range d.Findings {
				for _, rule := range rules {
					if f.Rule == rule {
						kept = append(kept, f)
					}
				}
			}
			d.Findings = kept
		}
	}
	complete := func(d *Document) {
		d.Findings, d.NotLookedUp, d.Targets = nil, nil, d.Targets[:1]
		d.Assets = d.Assets[:1]
	}
	for _, test := range []struct {
		name   string
		change func(*Document)
		want   string
	}{
		{"exploited and fixable", keep("CVE-2023-38545", "CVE-2023-0286"), "1 finding known to be exploited: upgrade curl to 7.74.0-1.3+deb11u10 first."},
		{"exploited without a fix", func(d *Document) {
			keep("CVE-2023-45853")(d)
			d.Findings[0].Risk.Exploited = true
		}, "1 finding known to be exploited: zlib will not be fixed, so take it out or shield it."},
		{"exploited, fixable and not", func(d *Document) {
			keep("CVE-2023-38545", "CVE-2023-45853", "CVE-2019-10744")(d)
			for i := range d.Findings {
				f := &d.Findings[i]
				f.Risk.Exploited = true
				if f.Package.Name == "lodash" {
					f.Package.Fixed, f.Package.FixState, f.Risk.Fixable = "", "not-fixed", false
				}
			}
		}, "3 findings known to be exploited: upgrade curl to 7.74.0-1.3+deb11u10 first; lodash has no fix yet and zlib will not be fixed, so take them out or shield them."},
		{"exploited, two without a fix", func(d *Document) {
			keep("CVE-2023-45853", "CVE-2019-10744")(d)
			for i := range d.Findings {
				f := &d.Findings[i]
				f.Risk.Exploited, f.Package.Fixed, f.Package.FixState = true, "", "not-fixed"
			}
		}, "2 findings known to be exploited: lodash and zlib have no fix yet, so take them out or shield them."},
		{"severe and fixable", keep("CVE-2023-0286", "CVE-2019-10744", "CVE-2023-5678"), "3 critical or high findings: upgrade openssl and lodash first."},
		{"severe configuration", keep("image-user-root", "CVE-2024-4741"), "1 critical or high finding: correct image-user-root."},
		{"severe of both kinds", keep("image-user-root", "CVE-2019-10744"), "2 critical or high findings: correct image-user-root and upgrade lodash to 4.17.12 first."},
		{"severe without a fix", keep("CVE-2023-45853"), "1 critical or high finding: none of them will be fixed."},
		{"severe and waiting", func(d *Document) {
			keep("CVE-2023-45853")(d)
			d.Findings[0].Package.FixState = "not-fixed"
		}, "1 critical or high finding: none of them has a fix yet."},
		{"mild", keep("CVE-2024-4741"), "2 findings, none critical, high or known to be exploited: upgrade openssl to 1.1.1w-0+deb11u2 in time."},
		{"mild, most not looked up", func(d *Document) {
			keep("CVE-2024-4741")(d)
			d.NotLookedUp[0].Packages = 4
		}, "2 findings, none critical, high or known to be exploited: upgrade openssl to 1.1.1w-0+deb11u2 in time. 4 of 8 packages were not looked up."},
		{"severe, most not looked up", func(d *Document) {
			keep("image-user-root")(d)
			d.NotLookedUp[0].Packages = 8
		}, "1 critical or high finding: correct image-user-root. 8 of 8 packages were not looked up."},
		{"mild, no database", func(d *Document) {
			keep("image-unowned-setuid")(d)
			d.Database = nil
		}, "1 finding, none critical or high."},
		{"not rated", func(d *Document) {
			keep("CVE-2024-4741")(d)
			d.Findings[0].Severity = finding.Unknown
		}, "2 findings, none known to be exploited or rated critical or high, 1 not rated: upgrade openssl to 1.1.1w-0+deb11u2 in time."},
		{"misconfigurations alone", func(d *Document) {
			keep("image-unowned-setuid")(d)
			d.Looked = []finding.Kind{finding.Misconfiguration}
		}, "1 finding, none critical or high."},
		{"accepted only", func(d *Document) { keep("CVE-2018-25032")(d); f := d.Findings; complete(d); d.Findings = f }, "Nothing found but what exceptions accept."},
		{"the base image's left out", func(d *Document) { complete(d); d.Assets[0].Excluded = 3 }, "Nothing found but what the base image brings."},
		{"vulnerabilities not looked for", func(d *Document) { complete(d); d.Looked = []finding.Kind{finding.Misconfiguration} }, "No misconfiguration found; vulnerabilities were not looked for."},
		{"configuration not checked", func(d *Document) { complete(d); d.Looked = []finding.Kind{finding.Vulnerability} }, "No vulnerability known in 7 packages; the configuration was not checked."},
		{"no database", func(d *Document) { complete(d); d.Database = nil }, "Nothing found, but there is no advisory database to look in."},
		{"nothing looked for", func(d *Document) { complete(d); d.Looked = nil }, "Nothing was checked."},
		{"nothing", complete, "Nothing found in 7 packages."},
		{"nothing, but not all looked up", func(d *Document) {
			complete(d)
			d.NotLookedUp = []Gap{{Asset: webID, What: "known vulnerabilities of 5 deb packages", Reason: "no one knows", Packages: 5}}
		}, "Nothing found, but 5 of 7 packages were not looked up."},
		{"nothing, but one not looked up", func(d *Document) {
			complete(d)
			d.NotLookedUp = []Gap{{Asset: webID, What: "known vulnerabilities of x", Reason: "no one knows", Packages: 1}}
		}, "Nothing found, but 1 of 7 packages was not looked up."},
		{"nothing, but not all read", func(d *Document) { complete(d); d.Assets[0].Status = Partial }, "Nothing found, but not all could be read."},
		{"nothing read", func(d *Document) {
			complete(d)
			d.Assets = d.Assets[:1]
			d.Assets[0].Status = Partial
			for i := range d.Assets[0].Layers {
				d.Assets[0].Layers[i].Status = asset.LayerFailed
			}
		}, "Nothing could be read, so nothing was checked."},
		{"findings in the configuration, no layer read", func(d *Document) {
			complete(d)
			for i := range d.Assets {
				d.Assets[i].Layers = []asset.Layer{{Status: asset.LayerFailed}}
			}
			d.Findings = []finding.Finding{{Kind: finding.Misconfiguration, Rule: "SW-IMG-001", Severity: finding.Low, Status: finding.Open}}
			d.Summary = Summarize(d)
		}, "1 finding, none critical, high or known to be exploited. No layer could be read, so only the configuration was checked."},
		{"no asset", func(d *Document) { complete(d); d.Assets = nil }, "Nothing was checked."},
	} {
		if got := verdictText(t, test.change); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// "None known" is said only if somebody looked, and everywhere.
func TestNoVulnerability(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Document)
		want   string // "" for no heading
	}{
		{"all looked up", func(*Document) {}, "none known"},
		{"not looked for", func(d *Document) { d.Looked = []finding.Kind{finding.Misconfiguration} }, ""},
		{"no package", func(d *Document) { d.Assets[0].Packages = nil }, ""},
		{"no database", func(d *Document) { d.Database = nil }, "not looked up"},
		{"none matched", func(d *Document) { d.Assets[0].Packages[0].Ecosystem, d.Assets[0].Packages[1].Ecosystem = "", "" }, "not looked up"},
		{"one of two looked up", func(d *Document) { d.NotLookedUp = []Gap{{Asset: jobID, Packages: 1}} }, "none found in what was looked up, see below for what was not"},
		{"a gap elsewhere", func(d *Document) { d.NotLookedUp = []Gap{{Asset: webID, Packages: 1}} }, "none known"},
		{"read in part", func(d *Document) { d.Assets[0].Status = Partial }, "none found in what was looked up, see below for what was not"},
		{"base left out", func(d *Document) { d.Assets[0].Excluded = 1 }, "none known but what the base image may bring"},
		{"all accepted", func(d *Document) {
			f := debian("CVE-2020-1", "musl", "1.2.5-r0", "", "", finding.Low, 0, nil)
			f.Asset, f.Status = jobID, finding.Accepted
			d.Findings = []finding.Finding{f}
		}, "none known but what exceptions accept"},
	} {
		d := empty()
		d.Assets[0].Packages = append(d.Assets[0].Packages, d.Assets[0].Packages...)
		test.change(d)
		d.Summary = Summarize(d)
		_, after, found := strings.Cut(string(write(t, "terminal", d, Options{})), "\nVulnerabilities  ")
		if got, _, _ := strings.Cut(after, "\n"); got != test.want || found != (test.want != "") {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// What limits the result is told in few lines, and none is lost.
func TestTerminalAdmitsLimits(t *testing.T) {
	d := empty()
	d.Assets[0].Excluded = 7
	d.Database.Segments[0].Newest = checked
	for i := range maxGaps + 2 {
		d.NotLookedUp = append(d.NotLookedUp, Gap{Asset: jobID, What: fmt.Sprintf("known vulnerabilities of package %d", i), Reason: "it is not known", Packages: 1})
	}
	d.Summary = Summarize(d)
	out := string(write(t, "terminal", d, Options{}))
	for _, want := range []string{
		"7 of the base image left out · 8 not looked up",
		"7 findings of the base image left out (told by the image's history).",
		"The newest advisory in the database is of 2026-11-24.",
		"package 5: it is not known\n", "… 2 more: --all-findings or --format json",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "package 6") {
		t.Errorf("the list is not cut:\n%s", out)
	}
}

// many is a document with n packages that have one vulnerability each.
func many(n int) *Document {
	d := empty()
	for i := range n {
		f := debian(fmt.Sprintf("CVE-2020-%04d", i), fmt.Sprintf("package-%d", i), "1.0", "", "1.1", finding.High, 0, nil)
		f.Asset, f.ID = jobID, fmt.Sprintf("%064x", i)
		d.Findings = append(d.Findings, f)
	}
	finding.Sort(d.Findings)
	d.Summary = Summarize(d)
	return d
}

func TestLongListIsCutAndSaysSo(t *testing.T) {
	out := string(write(t, "terminal", many(31), Options{}))
	if n := strings.Count(out, "→"); n != maxGroups {
		t.Errorf("%d groups are shown, want %d", n, maxGroups)
	}
	if !strings.Contains(out, "… 11 more: --all-findings or --format json") {
		t.Errorf("the cut is not admitted:\n%s", out)
	}
	all := string(write(t, "terminal", many(31), Options{AllFindings: true}))
	if n := strings.Count(all, "→"); n != 31 || strings.Contains(all, "… ") {
		t.Errorf("with all findings %d groups are shown", n)
	}
	if exact := string(write(t, "terminal", many(maxGroups), Options{})); strings.Contains(exact, "… ") {
		t.Error("a list that fits is said to be cut")
	}
}

// A line is longer than the terminal only if a single word is, and no word is lost.
func TestFlow(t *testing.T) {
	text := "one (two) three日本 four" + noBreak + "five a-rather-long-word six → seven " + strings.Repeat("x", 60)
	for width := minWidth; width <= maxWidth; width++ {
		p := newPage(Options{Width: width})
		p.flow(2, 4, span{bold, "glued"}, span{plain, "-"}, span{red, "together " + text}, span{plain, " end"})
		out := p.String()
		for i, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
			if indent := map[bool]string{true: "  ", false: "    "}[i == 0]; !strings.HasPrefix(line, indent) || strings.HasPrefix(line, indent+" ") {
				t.Errorf("%d columns: the indentation of %q is wrong", width, line)
			}
			if displayWidth(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%d columns: %q has %d", width, line, displayWidth(line))
			}
		}
		want := strings.ReplaceAll("glued-together "+text+" end", noBreak, " ")
		if got := strings.Join(strings.Fields(out), " "); got != want {
			t.Errorf("%d columns: got %q, want %q", width, got, want)
		}
	}
}

func TestHugeWordIsCut(t *testing.T) {
	p := newPage(Options{})
	p.flow(0, 0, span{plain, strings.Repeat("x", 1<<20)})
	if p.Len() > maxWord+10 {
		t.Errorf("%d bytes were written", p.Len())
	}
}

func TestQuietIsOneLine(t *testing.T) {
	for name, d := range map[string]*Document{"rich": rich(), "empty": empty(), "many": many(100)} {
		if out := string(write(t, "terminal", d, Options{Quiet: true, Width: 40})); strings.Count(out, "\n") != 1 || !strings.HasSuffix(out, "\n") {
			t.Errorf("%s: got %q", name, out)
		}
	}
}

func TestColoursAreTheOnlyDifference(t *testing.T) {
	colored := string(write(t, "terminal", rich(), Options{Color: true, Details: true}))
	plain := string(write(t, "terminal", rich(), Options{Details: true}))
	for _, s := range []style{bold, red, boldRed, magenta, blue, "1;" + green} {
		colored = strings.ReplaceAll(colored, "\x1b["+string(s)+"m", "")
	}
	if colored = strings.ReplaceAll(colored, "\x1b[0m", ""); colored != plain {
		t.Error("the text differs, or a colour is used that cannot be read on every background")
	}
}

func TestFileSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 99_940: "99.9 kB", 99_960: "100 kB", 301_422_080: "301 MB", 999_600_000: "1.0 GB", 8_000_000_000: "8.0 GB"} {
		if got := strings.ReplaceAll(fileSize(bytes), noBreak, " "); got != want {
			t.Errorf("%d: got %q, want %q", bytes, got, want)
		}
	}
}
