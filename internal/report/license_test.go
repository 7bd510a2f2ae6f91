package report

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/github/go-spdx/v2/spdxexp"
)

func TestSPDXExpression(t *testing.T) {
	for license, want := range map[string]string{
		"MIT":                            "MIT",
		"mit":                            "MIT",
		"Expat":                          "MIT",
		"GPL-2":                          "GPL-2.0-only",
		"GPL-2+":                         "GPL-2.0-or-later",
		"LGPL-2.1+":                      "LGPL-2.1-or-later",
		"GFDL-1.3":                       "GFDL-1.3-only",
		"GPL-2.0-or-later":               "GPL-2.0-or-later",
		"BSD-3-clause":                   "BSD-3-Clause",
		"MIT OR Apache-2.0":              "MIT OR Apache-2.0",
		"Apache-2.0 WITH LLVM-exception": "Apache-2.0 WITH LLVM-exception",
		"BSD":                            "",
		"GPL-2+ with exception":          "",
		"GPL-9":                          "",
		"MIT AND":                        "",
		"(MIT":                           "",
		"LicenseRef-x":                   "",
		"":                               "",
		"MIT\x1b[31m":                    "",
		"Dual licensed, see the file":    "",
	} {
		got, ok := spdxExpression(license)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %t, want %q", license, got, ok, want)
		}
	}
}

func TestDeclaredLicense(t *testing.T) {
	texts := map[string]string{}
	got := declaredLicense([]string{"MIT OR Apache-2.0", "GPL-2+", "GPL-2.0-or-later", "public domain?", " "}, texts)
	ref := licenseRef("public domain?")
	if want := "(MIT OR Apache-2.0) AND GPL-2.0-or-later AND " + ref; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if texts[ref] != "public domain?" || len(texts) != 1 {
		t.Errorf("texts are %v", texts)
	}
	if got := declaredLicense([]string{"MIT OR ISC"}, texts); got != "MIT OR ISC" {
		t.Errorf("one expression: got %q", got)
	}
	if got := declaredLicense(nil, texts); got != "" {
		t.Errorf("no licence: got %q", got)
	}
}

// Every identifier must be one that the schema of CycloneDX 1.6 lists.
func TestCommonLicensesStandInTheSchema(t *testing.T) {
	var list struct {
		Enum []string `json:"enum"`
	}
	if err := json.Unmarshal(read(t, filepath.Join(cyclonedxSchemas(t), "spdx.schema.json")), &list); err != nil {
		t.Fatal(err)
	}
	for _, id := range commonLicenses {
		if !slices.Contains(list.Enum, id) {
			t.Errorf("%s is not in the schema", id)
		}
	}
	for _, id := range debianLicenses {
		if valid, _ := spdxexp.ValidateLicenses([]string{id}); !valid {
			t.Errorf("%s is not an SPDX expression", id)
		}
	}
}

func FuzzDeclaredLicense(f *testing.F) {
	for _, seed := range []string{"MIT", "GPL-2+ with exception", "(MIT OR (Apache-2.0 AND ISC)) WITH x", "((((", hostile, "LicenseRef-a", "é", "-", "MIT+"} {
		f.Add(seed, "Expat")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		declared := declaredLicense([]string{Escape(one), Escape(two)}, map[string]string{})
		if declared == "" {
			return
		}
		if valid, _ := spdxexp.ValidateLicenses([]string{declared}); !valid {
			t.Errorf("%q and %q give the invalid expression %q", one, two, declared)
		}
	})
}
