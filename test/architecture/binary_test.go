package architecture

import "testing"

// unlinked are packages that the program must not hold, with the reason: what
// they set up when it starts costs every command. Tests may use them.
var unlinked = map[string]string{
	"encoding/gob":                   "CycloneDX's library brings it for copies; it builds its tables at start",
	"github.com/CycloneDX":           "internal/report has structs of its own",
	"github.com/compose-spec":        "internal/platform/compose reads Compose files; its setup takes as long as the whole program may",
	"github.com/owenrumney/go-sarif": "internal/report has structs of its own",
	"github.com/spdx/tools-golang":   "internal/report has structs of its own",
	"k8s.io":                         "internal/platform/kubernetes reads manifests; the types register themselves at start",
	"github.com/aws":                 "internal/platform/ecs reads definitions; the types build their tables at start",
	"github.com/xeipuuv":             "go-sarif brings its JSON schema validator, which compiles its patterns at start",
}

func TestProgramIsLean(t *testing.T) {
	linked := list(t, "-deps", "./cmd/seawall")
	for _, p := range linked {
		for path, reason := range unlinked {
			if within(p.ImportPath, path) {
				t.Errorf("cmd/seawall links %s: %s", p.ImportPath, reason)
			}
		}
	}
	if len(linked) < 100 {
		t.Errorf("only %d packages were looked at", len(linked))
	}
}
