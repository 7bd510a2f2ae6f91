package report

import (
	"fmt"
	"strings"
	"testing"

	"seawall/internal/finding"
)

// verdictLine is the first line of what the terminal shows.
func verdictLine(t *testing.T, change func(*Document)) string {
	t.Helper()
	d := rich()
	change(d)
	finding.Sort(d.Findings)
	d.Summary = Summarize(d)
	line, _, _ := strings.Cut(string(write(t, "terminal", d, Options{Width: 120})), "\n")
	return line
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
		}, "1 finding known to be exploited: zlib has no fix yet, so take it out or shield it."},
		{"severe and fixable", keep("CVE-2023-0286", "CVE-2019-10744", "CVE-2023-5678"), "3 critical or high findings: upgrade openssl and lodash first."},
		{"severe configuration", keep("image-user-root", "CVE-2024-4741"), "1 critical or high finding: correct image-user-root."},
		{"severe of both kinds", keep("image-user-root", "CVE-2019-10744"), "2 critical or high findings: correct image-user-root and upgrade lodash to 4.17.12 first."},
		{"severe without a fix", keep("CVE-2023-45853"), "1 critical or high finding: none of them has a fix yet."},
		{"mild", keep("CVE-2024-4741"), "2 findings, none critical, high or known to be exploited: upgrade openssl to 1.1.1w-0+deb11u2 in time."},
		{"accepted only", func(d *Document) { keep("CVE-2018-25032")(d); f := d.Findings; complete(d); d.Findings = f }, "Nothing found in 7 packages."},
		{"nothing", complete, "Nothing found in 7 packages."},
		{"nothing, but not all looked up", func(d *Document) {
			gaps := d.NotLookedUp
			complete(d)
			d.NotLookedUp = gaps
		}, "Nothing found, but not all was looked up."},
		{"nothing, but not all read", func(d *Document) { complete(d); d.Assets[0].Status = Partial }, "Nothing found, but not all could be read."},
		{"no asset", func(d *Document) { complete(d); d.Assets = nil }, "Nothing was checked."},
	} {
		if got := verdictLine(t, test.change); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
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
