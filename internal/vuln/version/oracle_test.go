package version

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

type pair struct{ a, b string }

// oracle judges pairs of versions with the program that defines their order.
// Nothing of it shares code with this package.
type oracle struct {
	name   string // of its table in testdata
	scheme Scheme
	// needs says what has to be installed.
	needs string
	// loose: Compare orders more than the program accepts.
	loose bool
	// verdicts returns "<", "=", ">" or "!" (refused) for each pair, or nil
	// where the program is missing.
	verdicts func(t *testing.T, pairs []pair) []string
}

var oracles = []oracle{
	{"dpkg", Dpkg, "dpkg", false, script("sh", "dpkg.sh")},
	{"rpm", RPM, "rpm (apt: rpm)", false, rpmVerdicts},
	{"semver", SemVer, "node with npm", true, nodeVerdicts},
	{"hex", SemVer, "elixir (apt: elixir)", true, script("elixir", "hex.exs")},
	{"go", Go, "nothing", true, goVerdicts},
	{"pypi", PEP440, "python3 with pip", true, script("python3", "pypi.py")},
	{"maven", Maven, "java with Maven (apt: maven)", false, mavenVerdicts},
	{"rubygems", RubyGems, "ruby (apt: ruby)", false, script("ruby", "rubygems.rb")},
	{"composer", Composer, "PHP with composer/semver (apt: php-cli php-composer-semver)", true, script("php", "composer.php")},
	{"cran", CRAN, "R (apt: r-base-core)", false, script("Rscript", "cran.R")},
}

// judge returns the verdicts of o, or skips the test.
func (o oracle) judge(t *testing.T, pairs []pair) []string {
	t.Helper()
	verdicts := o.verdicts(t, pairs)
	if verdicts == nil {
		t.Skipf("SKIPPED: comparing with the real tool needs %s", o.needs)
	}
	if len(verdicts) != len(pairs) {
		t.Fatalf("the tool judged %d pairs of %d; the last: %q", len(verdicts), len(pairs), verdicts[max(0, len(verdicts)-3):])
	}
	return verdicts
}

// check compares our verdict on a pair with the tool's.
func (o oracle) check(t *testing.T, p pair, want string) {
	t.Helper()
	if want == "!" && o.loose {
		return
	}
	if got := verdict(o.scheme, p); got != want {
		t.Errorf("%s: %q %s %q, want %s", o.name, p.a, got, p.b, want)
	}
}

func verdict(s Scheme, p pair) string {
	c, err := s.Compare(p.a, p.b)
	switch {
	case err != nil:
		return "!"
	case c < 0:
		return "<"
	case c > 0:
		return ">"
	}
	return "="
}

// script returns the verdicts of a program in testdata/tools.
func script(interpreter, file string) func(*testing.T, []pair) []string {
	return func(t *testing.T, pairs []pair) []string {
		return run(t, pairs, interpreter, filepath.Join("testdata", "tools", file))
	}
}

// run feeds pairs to a command and returns its lines, or nil if the command or
// something that it loads is not installed.
func run(t *testing.T, pairs []pair, name string, args ...string) []string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		return nil
	}
	var in, stderr bytes.Buffer
	for _, p := range pairs {
		in.WriteString(p.a + "\t" + p.b + "\n")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin, cmd.Stderr = &in, &stderr
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	for _, missing := range []string{"ModuleNotFoundError", "Cannot find module", "Composer/Semver/autoload.php"} {
		if strings.Contains(stderr.String()+string(out), missing) {
			return nil
		}
	}
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return strings.Fields(string(out))
}

func rpmVerdicts(t *testing.T, pairs []pair) []string {
	return run(t, pairs, "rpm", "--eval", `%{lua: dofile("testdata/tools/rpm.lua")}`)
}

func nodeVerdicts(t *testing.T, pairs []pair) []string {
	root, err := exec.CommandContext(t.Context(), "npm", "root", "-g").Output()
	if err != nil {
		return nil
	}
	module := filepath.Join(strings.TrimSpace(string(root)), "npm", "node_modules", "semver")
	return run(t, pairs, "node", filepath.Join("testdata", "tools", "semver.js"), module)
}

// mavenVerdicts runs ComparableVersion's own main, which compares neighbours:
//
//	Display parameters as parsed by Maven (in canonical form …) and comparison result:
//	1. 1.0 -> 1; tokens: [1]
//	   1.0 < 1.1
//	2. 1.1 -> 1.1; tokens: [1, 1]
func mavenVerdicts(t *testing.T, pairs []pair) []string {
	jars, _ := filepath.Glob("/usr/share/maven/lib/maven-artifact*.jar")
	if len(jars) == 0 {
		return nil
	}
	args := []string{
		"-cp", strings.Join(append(jars, "/usr/share/java/commons-lang3.jar"), ":"),
		"org.apache.maven.artifact.versioning.ComparableVersion",
	}
	for _, p := range pairs {
		args = append(args, p.a, p.b)
	}
	cmd := exec.CommandContext(t.Context(), "java", args...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ComparableVersion: %v", err)
	}
	var verdicts []string
	neighbour := 0
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "   ") {
			continue
		}
		if neighbour%2 == 0 { // the odd ones compare one pair's b with the next one's a
			verdicts = append(verdicts, strings.Fields(line)[1][:1])
		}
		neighbour++
	}
	return verdicts
}

func goVerdicts(_ *testing.T, pairs []pair) []string {
	var verdicts []string
	for _, p := range pairs {
		a, b := "v"+strings.TrimPrefix(p.a, "v"), "v"+strings.TrimPrefix(p.b, "v")
		if !semver.IsValid(a) || !semver.IsValid(b) {
			verdicts = append(verdicts, "!")
			continue
		}
		verdicts = append(verdicts, string("<=>"[semver.Compare(a, b)+1]))
	}
	return verdicts
}
