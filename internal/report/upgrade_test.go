package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/finding"
)

func TestPlanUpgrades(t *testing.T) {
	findings := []finding.Finding{
		debian("CVE-1", "libssl", "1", "openssl", "22", finding.High, 0, nil),
		debian("CVE-2", "openssl", "1", "openssl", "333", finding.High, 0, nil),
		debian("CVE-3", "openssl", "1", "openssl", "", finding.High, 0, nil),
		debian("CVE-4", "curl", "1", "", "2", finding.High, 0, nil),
		debian("CVE-5", "old", "1", "", "2", finding.High, 0, nil),
		debian("CVE-6", "apart", "1", "", "2", finding.High, 0, nil),
		debian("CVE-7", "curl", "1", "", "3", finding.High, 0, nil),
	}
	findings[0].Package.Upgrade, findings[1].Package.Upgrade = "4444", "4444"
	findings[4].Status = finding.Accepted
	findings[5].Package.Upgrade = ""
	findings[6].Package.PURL, findings[6].Package.Upgrade = "pkg:npm/curl@1", "3"
	want := []Upgrade{
		{Asset: webID, Package: "openssl", From: "1", To: "4444", Packages: []string{"libssl", "openssl"}, Findings: 2},
		{Asset: webID, Package: "curl", From: "1", To: "2", Packages: []string{"curl"}, Findings: 1},
		{Asset: webID, Package: "curl", From: "1", To: "3", Packages: []string{"curl"}, Findings: 1},
	}
	if diff := cmp.Diff(want, PlanUpgrades(findings)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Where no single version ends all, the report does not promise one.
func TestGroupThatNoVersionEnds(t *testing.T) {
	d := rich()
	for i := range d.Findings {
		if p := d.Findings[i].Package; p != nil {
			p.Upgrade = ""
		}
	}
	out := string(write(t, "terminal", d, Options{Width: 120}))
	if want := "no single version ends all; fixes are in 1.1.1n-0+deb11u4, 1.1.1w-0+deb11u2"; !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
		t.Errorf("no %q in:\n%s", want, out)
	}
}
