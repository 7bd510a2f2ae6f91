package inventory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"seawall/internal/asset"
)

// TestRealImage compares with what dpkg-query said in a real Debian image.
// SEAWALL_TEST_IMAGE names an image.docker.tar that build-real-image made; its
// truth.json stands beside it.
func TestRealImage(t *testing.T) {
	file := os.Getenv("SEAWALL_TEST_IMAGE")
	if file == "" {
		t.Skip("skipped: SEAWALL_TEST_IMAGE does not name an image.docker.tar of build-real-image")
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		OS     struct{ ID, Version string }
		Counts struct{ Dpkg int }
		Dpkg   []struct{ Name, Version, Arch, Source, SourceVersion string }
	}
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	inventory := Collect(readDockerArchive(t, file))
	if len(inventory.Problems) > 0 {
		t.Errorf("problems: %+v", inventory.Problems)
	}
	var got, want []string
	for _, p := range inventory.Packages {
		if p.Type != "deb" {
			continue
		}
		got = append(got, fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Arch))
		if p.Provider != asset.ProviderDistribution || p.Ecosystem != inventory.Distribution.Ecosystem {
			t.Errorf("%s %s is not taken for the distribution's: %s", p.Name, p.Version, p.NotMatched)
		}
	}
	for _, p := range truth.Dpkg {
		want = append(want, fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Arch))
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(truth.Dpkg) > 0 && !slices.Equal(got, want) {
		t.Errorf("packages differ:\n got %q\nwant %q", got, want)
	}
	if len(got) != truth.Counts.Dpkg {
		t.Errorf("%d packages, want %d", len(got), truth.Counts.Dpkg)
	}
	for _, p := range inventory.Packages {
		t.Logf("%s by %q licences %q", p.PURL, p.OwnedBy, p.Licenses)
	}
}
