package golang

import (
	"runtime/debug"
	"strings"
)

// Names that OSV's Go records use for what is not a module: see
// https://go.dev/security/vuln/database.
const (
	stdlib    = "stdlib"
	toolchain = "toolchain"
)

// Reasons why a module is listed but not matched.
const (
	reasonDevel   = "built from a working copy whose version is not recorded"
	reasonNoTag   = "built from a commit without a version tag, which compares as older than every release"
	reasonLocal   = "replaced by a local folder, whose version is not recorded"
	reasonDevelGo = "built by a development version of Go"
)

// modulesOf lists the main module, its dependencies as they were built in
// (replacements applied) and the standard library.
func modulesOf(info *debug.BuildInfo) []module {
	var modules []module
	if info.Main.Path != "" && info.Main.Path != "command-line-arguments" {
		modules = append(modules, mainModule(info))
	}
	for _, d := range info.Deps {
		if d != nil && d.Path != "" {
			modules = append(modules, dependency(d))
		}
	}
	modules = append(modules, standardLibrary(stdlib, info.GoVersion))
	if info.Path == "cmd/go" && info.Main.Path == "" {
		modules = append(modules, standardLibrary(toolchain, info.GoVersion))
	}
	return modules
}

func dependency(d *debug.Module) module {
	m := module{Path: d.Path, Version: d.Version, Sum: d.Sum}
	if d.Replace == nil {
		if m.Version == "(devel)" {
			m.NotMatched = reasonDevel // the main module of a program built from single files
		}
		return m
	}
	if isLocal(d.Replace) {
		m.Sum, m.NotMatched = "", reasonLocal
		return m
	}
	return module{Path: d.Replace.Path, Version: d.Replace.Version, Sum: d.Replace.Sum}
}

// isLocal recognizes a folder in a module's place; the linker gives it the
// version "(devel)" or none.
func isLocal(replacement *debug.Module) bool {
	return replacement.Version == "" || replacement.Version == "(devel)" || strings.HasPrefix(replacement.Path, ".")
}

// mainModule finds the version of the program itself: what the go command
// recorded (since 1.24 also from version control), what the builder passed to
// the linker, or the commit.
func mainModule(info *debug.BuildInfo) module {
	m := module{Path: info.Main.Path, Version: info.Main.Version, Sum: info.Main.Sum}
	tagged := m.Version != "" && m.Version != "(devel)" && !strings.HasPrefix(m.Version, "v0.0.0")
	if tagged {
		return m
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if version := linkedVersion(settings["-ldflags"], m.Path); version != "" {
		m.Version = version
		return m
	}
	if !strings.HasPrefix(m.Version, "v0.0.0") {
		m.Version = pseudoVersion(settings["vcs.revision"], settings["vcs.time"])
	}
	m.NotMatched = reasonNoTag
	if m.Version == "" {
		m.Version, m.NotMatched = "(devel)", reasonDevel
	}
	return m
}

// pseudoVersion is how Go numbers a commit before the first tag, see
// https://go.dev/ref/mod#pseudo-versions. The time is in RFC 3339 and UTC.
func pseudoVersion(revision, time string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, time)
	if len(revision) < 12 || len(digits) != 14 {
		return ""
	}
	return "v0.0.0-" + digits + "-" + revision[:12]
}
