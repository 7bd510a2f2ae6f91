package cve

import "testing"

func TestParse(t *testing.T) {
	for _, id := range []string{"CVE-1999-0001", "CVE-2024-3094", "CVE-2021-1000001"} {
		if _, ok := Parse(id); !ok {
			t.Errorf("Parse(%q) refused it", id)
		}
	}
	for _, id := range []string{"", "CVE-", "CVE-2024-", "CVE-2024-1", "CVE-202-12345", "cve-2024-3094", "CVE-2024-30x4", "CVE-2024-1234567890123"} {
		if n, ok := Parse(id); ok {
			t.Errorf("Parse(%q) = %d, want a refusal", id, n)
		}
	}
	early, _ := Parse("CVE-2023-999999")
	late, _ := Parse("CVE-2024-0001")
	if early >= late {
		t.Errorf("CVE-2023-999999 (%d) does not sort before CVE-2024-0001 (%d)", early, late)
	}
}

func TestIn(t *testing.T) {
	for id, want := range map[string]string{
		"CVE-2024-3094":        "CVE-2024-3094",
		"DEBIAN-CVE-2024-3094": "CVE-2024-3094",
		"UBUNTU-CVE-2024-3094": "CVE-2024-3094",
		"DSA-5649-1":           "",
		"XCVE-2024-3094":       "",
		"ALPINE-CVE-abc":       "",
	} {
		if got := In(id); got != want {
			t.Errorf("In(%q) = %q, want %q", id, got, want)
		}
	}
}
