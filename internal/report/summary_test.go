package report

import (
	"strings"
	"testing"
)

// What stands for more packages than are listed says so in every format that
// has findings.
func TestFormatsTellOfWhatIsNotListed(t *testing.T) {
	d := rich()
	d.Findings[0].Alike = 19_000
	d.Summary = Summarize(d)
	for format, want := range map[string]string{
		"json":      `"unlisted": 19000`,
		"sarif":     "and 19000 more packages.",
		"cyclonedx": "seawall:unlistedPackages",
		"terminal":  "19000 of the same not listed",
	} {
		if out := string(write(t, format, d, Options{})); !strings.Contains(out, want) {
			t.Errorf("%s does not say %q", format, want)
		}
	}
	if out := string(write(t, "terminal", d, Options{Details: true})); !strings.Contains(out, "19000 packages of the same source not listed") {
		t.Error("the details do not say it")
	}
	compiled := compile(t, "seawall.report.v1.json", map[string][]byte{"seawall.report.v1.json": Schema()})
	if err := compiled.Validate(decode(t, write(t, "json", d, Options{}))); err != nil {
		t.Error(err)
	}
}
