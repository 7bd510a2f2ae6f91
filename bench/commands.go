package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// command is one row of the table: a program on one form of the image.
type command struct {
	name   string
	form   string   // plain or gzip: which archive it reads; files
	args   []string // the program first
	env    []string
	codes  []int  // exit codes that are no failure, beside 0
	before string // a folder that is emptied before every run: the cache of a cold run
	report string // Seawall's rows only: the kind of run, for the comparison of reports
}

// seawallHomes are Seawall's homes, one for each kind of run, so that no run warms another's cache.
var seawallHomes = []string{"cold", "warm", "nocache"}

// forms are the two forms of the image, with what peers call their layouts.
var forms = []struct{ name, layout string }{{"plain", "docker-archive"}, {"gzip", "oci-archive"}}

func allCommands(o options) []command {
	var commands []command
	for _, form := range forms {
		commands = append(commands, floorCommands(o, form.name)...)
		commands = append(commands, seawallCommands(o, form.name)...)
		commands = append(commands, peerCommands(o, form.name, form.layout)...)
	}
	return append(commands, command{
		name: filesRow, form: filesForm, args: []string{o.binary("seawall"), "check", "--format", "json", "tree:" + o.manifests()},
	})
}

// filesForm and filesRow name the row of files, which has a table of its own.
const (
	filesForm = "files"
	filesRow  = "seawall check, 1,000 files"
)

func floorCommands(o options, form string) []command {
	modes := []struct{ name, mode string }{
		{"floor: walk", "walk"},
		{"floor: walk + SHA-256", "hash"},
		{"floor: walk, mapped", "walk-mapped"},
		{"floor: walk + SHA-256, mapped", "hash-mapped"},
	}
	if form == "gzip" { // which cannot be read in place
		modes = append([]struct{ name, mode string }{{"floor: inflate", "inflate"}}, modes[:2]...)
	}
	var commands []command
	for _, m := range modes {
		commands = append(commands, command{name: m.name, form: form, args: []string{o.binary("floor"), m.mode, o.image(form)}})
	}
	return commands
}

func seawallCommands(o options, form string) []command {
	target := "archive:" + o.image(form)
	check := []string{o.binary("seawall"), "check", "--format", "json", target}
	row := func(name, home string, args []string, env ...string) command {
		return command{
			name: "seawall " + name, form: form, args: args, codes: []int{3}, report: home,
			env: append(env, "SEAWALL_HOME="+o.home(home)),
		}
	}
	cold := row("check, cold", "cold", check)
	cold.before = filepath.Join(o.home("cold"), "layers")
	packages := row("sbom, cold", "cold", []string{o.binary("seawall"), "sbom", "--format", "cyclonedx", target})
	packages.before, packages.report = cold.before, ""
	return []command{
		cold,
		row("check, layers cached", "warm", check),
		row("check, no cache, one processor", "nocache", append(slices.Clone(check), "--no-cache"), "GOMAXPROCS=1"),
		packages,
		{name: "seawall version", form: form, args: []string{o.binary("seawall"), "version"}},
	}
}

// peerEnvironment keeps peers from the network and their caches in the work folder.
func peerEnvironment(o *options) []string {
	return []string{
		"GRYPE_DB_AUTO_UPDATE=false", "GRYPE_DB_VALIDATE_AGE=false", "GRYPE_CHECK_FOR_APP_UPDATE=false",
		"SYFT_CHECK_FOR_APP_UPDATE=false",
		"GRYPE_DB_CACHE_DIR=" + filepath.Join(o.work, "grype-db"),
		"XDG_CACHE_HOME=" + filepath.Join(o.work, "peer-cache"),
	}
}

func peerCommands(o options, form, layout string) []command {
	image, env := o.image(form), peerEnvironment(&o)
	trivyCache, trivyImage := filepath.Join(o.work, "trivy-cache-"+form), image
	if form == "gzip" {
		trivyImage = o.layout()
	}
	trivy := []string{
		o.binary("trivy"), "image", "--input", trivyImage, "--format", "cyclonedx", "--quiet", "--offline-scan",
		"--skip-version-check", "--disable-telemetry", "--skip-files", "**/*.jar", "--cache-dir",
	}
	rows := map[string][]command{
		"syft":  {{name: "syft", args: []string{o.binary("syft"), "scan", "-q", "-o", "json", layout + ":" + image}}},
		"grype": {{name: "grype", args: []string{o.binary("grype"), "-q", "-o", "json", layout + ":" + image}}},
		"trivy": {
			{name: "trivy, packages only, no jars, cold", args: append(slices.Clone(trivy), trivyCache+"-cold"), before: trivyCache + "-cold"},
			{name: "trivy, packages only, no jars, layers cached", args: append(slices.Clone(trivy), trivyCache+"-warm")},
		},
	}
	var commands []command
	for _, peer := range o.peers {
		for _, row := range rows[peer] {
			row.form, row.env = form, env
			commands = append(commands, row)
		}
	}
	return commands
}

// outputFile is where the command's standard output goes.
func (c command) outputFile(o options) string {
	name := fmt.Sprintf("%s %s.out", c.name, c.form)
	return filepath.Join(o.work, "output", sanitize(name))
}

func sanitize(name string) string {
	out := []byte(name)
	for i, b := range out {
		if b == '/' || b == ' ' || b == ':' || b == ',' {
			out[i] = '-'
		}
	}
	return string(out)
}

// empty removes the cache that a cold run must not find.
func (c command) empty() error {
	if c.before == "" {
		return nil
	}
	if err := os.RemoveAll(c.before); err != nil {
		return fmt.Errorf("empty the cache of %s: %w", c.name, err)
	}
	return nil
}
