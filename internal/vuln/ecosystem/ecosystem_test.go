package ecosystem

import "testing"

func TestRelease(t *testing.T) {
	for written, want := range map[string]string{
		"npm":                                   "npm",
		"Debian:12":                             "Debian:12",
		"Debian:12.5":                           "Debian:12",
		"Debian:sid":                            "Debian:sid",
		"Alpine:v3.20":                          "Alpine:v3.20",
		"Ubuntu:22.04:LTS":                      "Ubuntu:22.04",
		"Ubuntu:24.10":                          "Ubuntu:24.10",
		"Ubuntu:Pro:18.04:LTS":                  "Ubuntu:Pro:18.04",
		"Red Hat:enterprise_linux:9::appstream": "Red Hat:9",
		"Red Hat:enterprise_linux:10.1":         "Red Hat:10",
		"Red Hat:9":                             "Red Hat:9",
		"Red Hat:enterprise_linux:7::server":    "Red Hat:7",
		"SUSE:Linux Enterprise Server for SAP Applications 15 SP5": "SUSE:15.5",
		"Red Hat:rhel_eus:9.4::appstream":                          "",
		"Red Hat:openshift:4.14::el9":                              "",
		"SUSE:Linux Enterprise Server 15 SP5":                      "SUSE:15.5",
		"SUSE:Linux Enterprise Module for Basesystem 15 SP5":       "SUSE:15.5",
		"SUSE:Linux Enterprise Server 12 SP5-LTSS":                 "",
		"SUSE:Linux Enterprise Micro 5.5":                          "SUSE:Linux Enterprise Micro 5.5",
		"SUSE:15.5":                                                "SUSE:15.5",
		"openSUSE:Leap 15.6":                                       "openSUSE:Leap 15.6",
		"Azure Linux:3":                                            "Azure Linux:3",
		"Photon OS:5.0":                                            "Photon OS:5.0",
		"Maven:https://maven.google.com":                           "Maven",
	} {
		if got := Release(written); got != want {
			t.Errorf("Release(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestPackageName(t *testing.T) {
	for _, c := range []struct{ family, name, want string }{
		{"PyPI", "Zope.Interface__x", "zope-interface-x"},
		{"npm", "@Scope/Name", "@Scope/Name"},
		{"Go", "github.com/BurntSushi/toml", "github.com/BurntSushi/toml"},
		{"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
	} {
		if got := PackageName(c.family, c.name); got != c.want {
			t.Errorf("PackageName(%s, %s) = %q, want %q", c.family, c.name, got, c.want)
		}
	}
}
