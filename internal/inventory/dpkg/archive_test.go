package dpkg

import (
	"bytes"
	"maps"
	"os/exec"
	"testing"

	"seawall/internal/asset"
)

// TestArchiveIsNotThirdParty judges every package of the machine's own
// distribution archive by its control fields and version: none is a third
// party's. Third-party sources are set up, to make it hard.
func TestArchiveIsNotThirdParty(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short, the 60,000 packages of the archive are not judged")
	}
	available, err := exec.Command("apt-cache", "dumpavail").Output()
	if err != nil || len(available) < 1<<20 {
		t.Skip("skipped: this machine has no package lists of a Debian archive (run apt-get update)")
	}
	evidence := NewEvidence([]string{"debian"}, []Source{
		{URI: "https://download.docker.com/linux/debian", Suite: "bookworm"},
		{URI: "https://packages.grafana.com/oss/deb", Suite: "stable"},
	}, nil, nil)
	count := 0
	for paragraph := range bytes.SplitSeq(available, []byte("\n\n")) {
		if !bytes.Contains(paragraph, []byte("\nFilename: pool/")) {
			continue // installed here, but from elsewhere
		}
		fields := map[string]string{}
		for stanza := range stanzas(paragraph) {
			fields = maps.Clone(stanza)
		}
		count++
		p := Package{
			Package: asset.Package{Name: fields["package"], Version: fields["version"], Supplier: fields["maintainer"]},
			Vendor:  fields["vendor"], License: fields["license"], Origin: fields["origin"], Bugs: fields["bugs"],
		}
		if v := evidence.Judge(p, FileSigns{}); v.ThirdParty {
			t.Errorf("%s %s: %s", p.Name, p.Version, v.Reason)
		}
	}
	t.Logf("%d packages judged", count)
}
