// Package architecture tests the shape of the module itself: who imports whom, what packages are called and documented,
// and which modules they stand on.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// goPackage is what `go list -json` says about a package.
type goPackage struct {
	ImportPath   string
	Name         string
	Dir          string
	Doc          string
	Standard     bool
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Module       *struct{ Path, Version, Dir string }
}

// listed keeps the answers of go list, which takes its time, for the tests that ask again.
var listed = map[string][]goPackage{}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	key := strings.Join(args, " ")
	if listed[key] == nil {
		listed[key] = goList(t, args)
	}
	return listed[key]
}

func goList(t *testing.T, args []string) []goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, args...)...)
	command.Dir = "../.."
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list %s: %v: %s", strings.Join(args, " "), err, stderr.String())
	}
	var packages []goPackage
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("decode the output of go list: %v", err)
		}
		packages = append(packages, p)
	}
}

// rule is one rule of dependence: the packages under a path may import only what is allowed (where that is given) and
// nothing that is forbidden. A path stands for itself and all below it.
type rule struct {
	packages  string
	allowed   []string // beside the standard library and the package's own tree; nil: anything
	forbidden []string
}

const (
	source     = "seawall/internal/source"
	cel        = "cel.dev/cel-go"
	yaml       = "go.yaml.in/yaml"
	protobuf   = "google.golang.org/protobuf"
	asset      = "seawall/internal/asset"
	finding    = "seawall/internal/finding"
	ruleEngine = "seawall/internal/rule"
	image      = "seawall/internal/image"
	vuln       = "seawall/internal/vuln"
	inventory  = "seawall/internal/inventory"
	report     = "seawall/internal/report"
	mask       = "seawall/internal/mask"
	strictYAML = "seawall/internal/strictyaml"
	wording    = "seawall/internal/wording"
	state      = "seawall/internal/state"
	gate       = "seawall/internal/gate"
	sensor     = "seawall/internal/sensor"
)

var rules = []rule{
	{packages: asset, allowed: []string{}},
	{packages: finding, allowed: []string{}},
	{packages: ruleEngine, allowed: []string{asset, finding, cel, protobuf, yaml, mask, strictYAML, wording}},
	{packages: "seawall/internal/policy", allowed: []string{asset, finding, ruleEngine, cel, protobuf, yaml, mask, strictYAML, wording}},
	{packages: "seawall/internal/platform", forbidden: []string{"os", "net", "net/http", "os/exec", source, image, inventory, vuln, report}},
	{packages: source, forbidden: []string{gate, sensor, state, report, vuln}},
	{packages: gate, forbidden: []string{source, sensor, state, report}},
	{packages: sensor, forbidden: []string{source, gate, state, report}},
	{packages: state, forbidden: []string{source, gate, sensor, report}},
	{packages: report, forbidden: []string{source, gate, sensor, state, image, vuln, inventory}},
	{packages: image, forbidden: []string{source, inventory, vuln, report}},
	{packages: inventory, forbidden: []string{source, vuln, report}},
	{packages: vuln, forbidden: []string{source, image, inventory, report}},
	{packages: "seawall/internal", forbidden: []string{"seawall/cmd", "github.com/spf13/cobra"}},
}

// imageReferences only reads texts, so codecs may use it although they may not read images.
const imageReferences = image + "/imageref"

// owners names the one package that may import a client's module.
var owners = map[string]string{
	"github.com/moby/moby":                                 source + "/engine",
	"github.com/docker/cli":                                source + "/engine",
	"github.com/google/go-containerregistry/pkg/v1/remote": source + "/registry",
	"k8s.io/client-go":                                     source + "/kubernetes",
	"github.com/aws/aws-sdk-go":                            source + "/ecs",
}

func TestDependence(t *testing.T) {
	for _, p := range list(t, "./...") {
		for _, imported := range p.Imports {
			for _, problem := range violations(p.ImportPath, imported) {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, problem)
			}
		}
	}
}

// violations returns the reasons why importer must not import imported.
func violations(importer, imported string) []string {
	var problems []string
	for _, r := range rules {
		if !within(importer, r.packages) || within(imported, r.packages) {
			continue
		}
		if imported != imageReferences && slices.ContainsFunc(r.forbidden, func(path string) bool { return forbids(path, imported) }) {
			problems = append(problems, "forbidden under "+r.packages)
		}
		if r.allowed != nil && !standard(imported) && !slices.ContainsFunc(r.allowed, func(path string) bool { return within(imported, path) }) {
			problems = append(problems, "not among what is allowed under "+r.packages)
		}
	}
	for client, owner := range owners {
		if within(imported, client) && !within(importer, owner) {
			problems = append(problems, "belongs to "+owner+" alone")
		}
	}
	if within(importer, source) && within(imported, source) && branch(importer) != branch(imported) {
		problems = append(problems, "sources do not import each other")
	}
	return problems
}

func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}

// forbids is within, but a package of the standard library stands for itself alone: net is not net/netip.
func forbids(path, imported string) bool {
	if standard(path) {
		return imported == path
	}
	return within(imported, path)
}

// standard reports whether the path belongs to the standard library: its first element has no dot, and it is not ours.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "seawall" && !strings.Contains(first, ".")
}

// branch is the folder below internal/source that a package belongs to.
func branch(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, source+"/"), "/")
	return name
}

func TestViolations(t *testing.T) {
	for _, c := range []struct {
		importer, imported string
		allowed            bool
	}{
		{asset, "strings", true},
		{asset, finding, false},
		{finding, asset, false},
		{ruleEngine, cel + "/cel", true},
		{ruleEngine, mask, true},
		{ruleEngine, strictYAML, true},
		{ruleEngine, image, false},
		{ruleEngine + "/check", ruleEngine, true},
		{"seawall/internal/platform/oci", "os", false},
		{"seawall/internal/platform/oci", "net/netip", true},
		{"seawall/internal/platform/notation", imageReferences, true},
		{"seawall/internal/platform/notation", image, false},
		{source + "/registry", source + "/engine", false},
		{source + "/registry", "github.com/moby/moby/client", false},
		{source + "/engine", "github.com/moby/moby/client", true},
		{report, image, false},
		{vuln, image, false},
		{inventory + "/dpkg", image, true},
		{"seawall/internal/image", "github.com/spf13/cobra", false},
		{"seawall/cmd/seawall", "github.com/spf13/cobra", true},
	} {
		if problems := violations(c.importer, c.imported); (len(problems) == 0) != c.allowed {
			t.Errorf("%s imports %s: got %q, allowed should be %v", c.importer, c.imported, problems, c.allowed)
		}
	}
}
