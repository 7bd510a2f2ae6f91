package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seawall/internal/finding"
)

func TestPlanUpgrades(t *testing.T) {
	byLength := func(_, a, b string) (int, error) { return len(a) - len(b), nil }
	findings := []finding.Finding{
		debian("CVE-1", "libssl", "1", "openssl", "22", finding.High, 0, nil),
		debian("CVE-2", "openssl", "1", "openssl", "333", finding.High, 0, nil),
		debian("CVE-3", "openssl", "1", "openssl", "", finding.High, 0, nil),
		debian("CVE-4", "curl", "1", "", "2", finding.High, 0, nil),
		debian("CVE-5", "old", "1", "", "2", finding.High, 0, nil),
	}
	findings[4].Status = finding.Accepted
	want := []Upgrade{
		{Asset: webID, Package: "openssl", From: "1", To: "333", Packages: []string{"libssl", "openssl"}, Findings: 2},
		{Asset: webID, Package: "curl", From: "1", To: "2", Packages: []string{"curl"}, Findings: 1},
	}
	if diff := cmp.Diff(want, PlanUpgrades(findings, byLength)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	cannot := func(_, _, _ string) (int, error) { return 0, errors.New("not a version") }
	if diff := cmp.Diff(want[1:], PlanUpgrades(findings, cannot)); diff != "" {
		t.Errorf("versions that cannot be compared (-want +got):\n%s", diff)
	}
}

// Without a plan the report names all versions instead of guessing.
func TestGroupWithoutPlanNamesAllVersions(t *testing.T) {
	d := rich()
	d.Upgrades = nil
	out := string(write(t, "terminal", d, Options{Width: 120}))
	if want := "1.1.1n-0+deb11u3 → the highest of 1.1.1n-0+deb11u4, 1.1.1w-0+deb11u2"; !strings.Contains(out, want) {
		t.Errorf("no %q in:\n%s", want, out)
	}
}
