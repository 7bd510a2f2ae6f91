// Command docs writes the manual pages and the shell completions of a release, from what the program itself says.
//
//	docs BINARY FOLDER
//
// FOLDER gets man/seawall.1, man/seawall-COMMAND.1 for every command, and completions/seawall.{bash,zsh,fish}.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: docs BINARY FOLDER")
		os.Exit(2)
	}
	g := generator{binary: os.Args[1], folder: os.Args[2]}
	if err := g.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

type generator struct {
	binary, folder string
}

func (g generator) run(ctx context.Context) error {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script, err := g.ask(ctx, "completion", shell)
		if err != nil {
			return err
		}
		if err := g.write("completions/seawall."+shell, script); err != nil {
			return err
		}
	}
	return g.manual(ctx, nil, "container security at every level, in one binary")
}

// manual writes the page of a command, whose purpose is told in a line, and those of the commands below it.
func (g generator) manual(ctx context.Context, command []string, purpose string) error {
	help, err := g.ask(ctx, append(append([]string{}, command...), "--help")...)
	if err != nil {
		return err
	}
	name := strings.Join(append([]string{"seawall"}, command...), "-")
	if err := g.write("man/"+name+".1", page(name, purpose, help)); err != nil {
		return err
	}
	for _, sub := range subcommands(help) {
		if sub.name == "help" || sub.name == "completion" {
			continue
		}
		if err := g.manual(ctx, append(append([]string{}, command...), sub.name), sub.purpose); err != nil {
			return err
		}
	}
	return nil
}

var (
	commandList = regexp.MustCompile(`(?m)^Available Commands:\n((?:  .*\n)+)`)
	commandLine = regexp.MustCompile(`(?m)^  (\S+) +(.*)$`)
	heading     = regexp.MustCompile(`(?m)^([A-Z][A-Za-z ]*):$`)
)

type subcommand struct {
	name, purpose string
}

func subcommands(help string) []subcommand {
	var found []subcommand
	if list := commandList.FindStringSubmatch(help); list != nil {
		for _, m := range commandLine.FindAllStringSubmatch(list[1], -1) {
			found = append(found, subcommand{name: m[1], purpose: m[2]})
		}
	}
	return found
}

// page sets the help text as a manual page (man(7)): its headings become sections, the rest keeps its lines.
func page(name, purpose, help string) string {
	var out strings.Builder
	fmt.Fprintf(&out, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n.nf\n", strings.ToUpper(name), roff(name), roff(purpose))
	for line := range strings.Lines(help) {
		line = strings.TrimRight(line, "\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			fmt.Fprintf(&out, ".fi\n.SH %s\n.nf\n", strings.ToUpper(m[1]))
			continue
		}
		out.WriteString(roff(line) + "\n")
	}
	return out.String() + ".fi\n"
}

// roff escapes what a line of text must not say to the typesetter.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

func (g generator) ask(ctx context.Context, args ...string) (string, error) {
	output, err := exec.CommandContext(ctx, g.binary, args...).Output()
	if err != nil {
		return "", fmt.Errorf("run %s %s: %w", g.binary, strings.Join(args, " "), err)
	}
	return string(output), nil
}

func (g generator) write(name, content string) error {
	name = filepath.Join(g.folder, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make the folder for %s: %w", name, err)
	}
	return os.WriteFile(name, []byte(content), 0o644)
}
