package severity

import (
	"testing"

	"seawall/internal/finding"
	"seawall/internal/vuln/osv"
)

// TestParseCVSS has vectors whose scores FIRST and NVD publish.
func TestParseCVSS(t *testing.T) {
	for vector, want := range map[string]struct {
		version  string
		score    float64
		severity finding.Severity
	}{
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H":                    {"3.1", 10, finding.Critical}, // CVE-2021-44228
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N":                    {"3.1", 7.5, finding.High},    // CVE-2014-0160
		"CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N":                    {"3.0", 5.9, finding.Medium},  // CVE-2016-0800
		"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N":                    {"3.1", 2.5, finding.Low},
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N":                    {"3.1", 0, finding.Info},
		"AV:N/AC:L/Au:N/C:P/I:N/A:N":                                      {"2.0", 5, finding.Medium}, // CVE-2014-0160
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": {"4.0", 10, finding.Critical},
	} {
		got, ok := ParseCVSS(vector)
		if !ok || got.Version != want.version || got.Score != want.score || got.Severity() != want.severity {
			t.Errorf("%s: %+v %s, want %+v", vector, got, got.Severity(), want)
		}
	}
	for _, vector := range []string{"", "7.5", "CVSS:3.1/", "CVSS:3.1/AV:X", "CVSS:9.9/AV:N", "CVSS:4.0/AV:N"} {
		if got, ok := ParseCVSS(vector); ok {
			t.Errorf("%q was read as %+v", vector, got)
		}
	}
}

func TestBestIsTheNewestThenTheHighest(t *testing.T) {
	low := osv.Severity{Type: "CVSS_V3", Score: "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N"}
	high := osv.Severity{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}
	old := osv.Severity{Type: "CVSS_V2", Score: "AV:N/AC:L/Au:N/C:C/I:C/A:C"}
	word := osv.Severity{Type: "Ubuntu", Score: "critical"}
	if best, ok := Best([]osv.Severity{low, old, word, high}); !ok || best.Vector != high.Score {
		t.Errorf("best %+v", best)
	}
	if best, ok := Best([]osv.Severity{old, low}); !ok || best.Vector != low.Score {
		t.Errorf("best %+v", best)
	}
	if _, ok := Best([]osv.Severity{word, {Type: "CVSS_V3", Score: "nonsense"}}); ok {
		t.Error("a best vector of none")
	}
}

func TestWords(t *testing.T) {
	for word, want := range map[string]finding.Severity{
		"unimportant": finding.Info, "low": finding.Low, "medium**": finding.Medium, "high": finding.High, "Important": finding.High,
		"MODERATE": finding.Medium, "negligible": finding.Info, "not yet assigned": finding.Unknown, "end-of-life": finding.Unknown, "": finding.Unknown,
	} {
		if got := FromWord(word); got != want {
			t.Errorf("FromWord(%q) = %s, want %s", word, got, want)
		}
	}
	for summary, want := range map[string]finding.Severity{
		"Important: openssl security update": finding.High, "openssl: a flaw": finding.Unknown, "Low": finding.Unknown,
		"Critical: x": finding.Critical,
	} {
		if got := FromSummary(summary); got != want {
			t.Errorf("FromSummary(%q) = %s, want %s", summary, got, want)
		}
	}
}

func FuzzParseCVSS(f *testing.F) {
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")
	f.Add("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A")
	f.Add("(AV:N/AC:L/Au:N/C:P/I:N/A:N)")
	f.Fuzz(func(t *testing.T, vector string) {
		if v, ok := ParseCVSS(vector); ok && (v.Score < 0 || v.Score > 10) {
			t.Errorf("%q has the score %v", vector, v.Score)
		}
	})
}
