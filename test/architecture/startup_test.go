package architecture

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// startupBudget is how many bytes the initialisers of all linked packages may allocate. Every command pays for them before
// it does anything, and each new page of memory costs a page fault: see docs/decisions/0006-start-up.md. Unlike a time,
// bytes hardly differ between machines and runs: by 5 % at most, because of the random seeds of maps.
const startupBudget = 1_040_000

// heavy are modules that a part of Seawall replaces because of what their initialisers cost. Tests may import them.
var heavy = []string{
	"github.com/containerd/containerd",
	"github.com/containerd/ttrpc",
	"github.com/distribution/reference",
	"github.com/moby/moby/client",
	"go.opentelemetry.io",
	"google.golang.org/grpc",
}

// initialiser is a line that GODEBUG=inittrace=1 prints about a package.
var initialiser = regexp.MustCompile(`(?m)^init (\S+) @.* clock, (\d+) bytes, \d+ allocs$`)

// initialised is what the initialisers of a package allocate.
type initialised struct {
	path  string
	bytes int
}

func TestStartup(t *testing.T) {
	packages := traceInitialisers(t, buildProgram(t))
	total := 0
	for _, p := range packages {
		total += p.bytes
	}
	if len(packages) < 50 || total == 0 {
		t.Fatalf("the program told of %d initialisers with %d bytes", len(packages), total)
	}
	slices.SortFunc(packages, func(a, b initialised) int { return cmp.Compare(b.bytes, a.bytes) })
	for _, p := range packages[:20] {
		t.Logf("%7d bytes %s", p.bytes, p.path)
	}
	t.Logf("%7d bytes in %d packages", total, len(packages))
	if total > startupBudget {
		t.Errorf("initialisers allocate %d bytes, the budget is %d: compile and build tables when they are first needed", total, startupBudget)
	}
}

func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "seawall")
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", program, "./cmd/seawall")
	command.Dir = "../.."
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, output)
	}
	return program
}

func traceInitialisers(t *testing.T, program string) []initialised {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	command.Stderr = &trace
	if err := command.Run(); err != nil {
		t.Fatalf("%s version: %v: %s", program, err, trace.String())
	}
	var packages []initialised
	for _, match := range initialiser.FindAllStringSubmatch(trace.String(), -1) {
		bytes, err := strconv.Atoi(match[2])
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, initialised{match[1], bytes})
	}
	return packages
}

func TestHeavyModules(t *testing.T) {
	for _, p := range list(t, "-deps", "./cmd/seawall") {
		for _, module := range heavy {
			if within(p.ImportPath, module) {
				t.Errorf("%s is linked into the program, whose every start it slows down", p.ImportPath)
			}
		}
	}
}
