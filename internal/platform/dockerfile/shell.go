package dockerfile

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"mvdan.cc/sh/v3/syntax"

	"seawall/internal/asset"
)

const (
	// maxScript bounds what is parsed of one RUN, in bytes; maxNesting brackets
	// in brackets.
	maxScript  = 128 << 10
	maxNesting = 200
	// maxPipes bounds the pipes of one RUN, maxWrites the files that one
	// statement's output is sent to.
	maxPipes  = 1000
	maxWrites = 10
	// maxScriptDepth bounds sh -c in sh -c.
	maxScriptDepth = 5
)

// shells are the programs that read the shell's language.
var shells = []string{"sh", "bash", "ash", "dash", "ksh", "zsh", "mksh"}

func isShell(program string) bool { return slices.Contains(shells, program) }

// programName is the last part of a path, without Windows' ".exe".
func programName(word string) string {
	if strings.ContainsAny(word, "$`") {
		return word
	}
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(word, `\`, "/")), ".exe")
}

// commands are those of one RUN, with what its parts have in common.
type commands struct {
	reader *reader
	stage  *stage
	// instruction is the index of the RUN.
	instruction int
	list        []asset.BuildCommand
	// pipes are what each call's output goes to.
	pipes map[*syntax.CallExpr][]string
	// writes are the files that each call's output goes to, runBy the programs
	// that run it.
	writes map[*syntax.CallExpr][]string
	runBy  map[*syntax.CallExpr]string
	vars   *scope
	// pipefail is true from where the script sets it on.
	pipefail bool
	// depth counts scripts in arguments of scripts.
	depth int
}

// run reads a RUN.
func (r *reader) run(s *stage, node *parser.Node, index int) {
	c := &commands{reader: r, stage: s, instruction: index, vars: newScope(s.scope), pipefail: s.pipefail}
	if node.Attributes["json"] {
		c.execForm(words(node), node.StartLine)
	} else {
		c.shellForm(r.script(node), node.StartLine)
	}
	c.collect(r.mounts(s, node), node)
}

// execForm reads RUN ["program", "argument"].
func (c *commands) execForm(list []string, line int) {
	switch {
	case len(list) == 0:
	case c.stage.OS == "windows" && !isShell(programName(list[0])):
		c.unread(line, fmt.Sprintf("line %d runs %s on Windows, and only POSIX shells are understood", line, programName(list[0])))
	default:
		c.add(list, nil, nil, line)
	}
}

// shellForm reads the script of the RUN in a line.
func (c *commands) shellForm(text script, line int) {
	switch {
	case text.interpreter != "" && !isShell(text.interpreter):
		c.list = append(c.list, c.command([]string{text.interpreter}, text.line))
		return
	case text.interpreter == "" && !c.stage.posix:
		c.unread(line, fmt.Sprintf("the commands of line %d are read by %s, and only POSIX shells are understood", line, programName(c.stage.Shell[0])))
		return
	}
	if err := c.parse(text.text, text.line); err != nil {
		c.reader.problem(errorLine(err, text.line), "the commands of this RUN cannot be read: %s", errorText(err))
		c.unread(line, fmt.Sprintf("the commands of line %d cannot be read: %s", line, errorText(err)))
	}
}

// unread puts an item that nobody knows into each list that a RUN adds to.
func (c *commands) unread(line int, reason string) {
	f := &c.reader.facts
	f.Commands = append(f.Commands, asset.BuildCommand{Stage: c.stage.Index, Instruction: c.instruction, Line: line})
	f.Packages = append(f.Packages, asset.PackageOperation{Stage: c.stage.Index, Line: line})
	f.Downloads = append(f.Downloads, asset.Download{Stage: c.stage.Index, Line: line})
	f.Clones = append(f.Clones, asset.GitClone{Stage: c.stage.Index, Line: line})
	lengths := map[string]int{"commands": len(f.Commands), "packages": len(f.Packages), "downloads": len(f.Downloads), "clones": len(f.Clones)}
	for list, length := range lengths {
		c.reader.unknown(fmt.Sprintf("%s[%d]", list, length-1), line, reason)
	}
}

func errorLine(err error, first int) int {
	var wrong syntax.ParseError
	if errors.As(err, &wrong) {
		return first + int(wrong.Pos.Line()) - 1
	}
	return first
}

func errorText(err error) string {
	var wrong syntax.ParseError
	if errors.As(err, &wrong) {
		return wrong.Text
	}
	return err.Error()
}

var errTooComplex = errors.New("it is too long, or has too many brackets in brackets")

// parse reads shell text whose first line is a line of the file.
func (c *commands) parse(text string, line int) error {
	if len(text) > maxScript || nesting(text) > maxNesting || strings.Count(text, "|") > maxPipes {
		return errTooComplex
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return err
	}
	outer := *c
	c.pipes, c.writes, c.runBy = map[*syntax.CallExpr][]string{}, map[*syntax.CallExpr][]string{}, map[*syntax.CallExpr]string{}
	syntax.Walk(file, func(node syntax.Node) bool {
		c.visit(node, line-1)
		return len(c.list) < maxCommands
	})
	c.pipes, c.writes, c.runBy = outer.pipes, outer.writes, outer.runBy
	return nil
}

// nesting is how deep brackets stand in brackets at most.
func nesting(text string) int {
	depth, deepest := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[':
			depth++
			deepest = max(deepest, depth)
		case ')', '}', ']':
			depth = max(0, depth-1)
		}
	}
	words := strings.Count(text, "if ") + strings.Count(text, "while ") + strings.Count(text, "for ") + strings.Count(text, "! ")
	return max(deepest, words/20)
}

// visit looks at one node of the shell's grammar, parents first.
func (c *commands) visit(node syntax.Node, offset int) {
	switch node := node.(type) {
	case *syntax.BinaryCmd:
		if node.Op == syntax.Pipe || node.Op == syntax.PipeAll {
			c.pipe(node)
		}
	case *syntax.Stmt:
		c.redirections(node)
	case *syntax.CallExpr:
		c.call(node, offset)
	case *syntax.DeclClause:
		c.assign(node.Args, int(node.Pos().Line())+offset)
	}
}

// pipe notes for the calls on the left which programs read what they print.
func (c *commands) pipe(node *syntax.BinaryCmd) {
	var sinks []string
	for _, call := range calls(node.Y) {
		if name := c.sink(call); name != "" {
			sinks = append(sinks, name)
			break
		}
	}
	for _, call := range calls(node.X) {
		// a | b | c is (a | b) | c: what the whole goes to is known already.
		c.pipes[call] = append(slices.Clone(sinks), c.pipes[call]...)
	}
}

// sink is the program that a call runs, behind sudo and the like.
func (c *commands) sink(call *syntax.CallExpr) string {
	list := c.words(call.Args)
	_, _, rest := unwrap(list)
	if len(rest) == 0 {
		return ""
	}
	return programName(rest[0])
}

// calls are the simple commands of a statement, in its order, without those of
// command substitutions.
func calls(s *syntax.Stmt) []*syntax.CallExpr {
	var list []*syntax.CallExpr
	syntax.Walk(s, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			if len(node.Args) > 0 {
				list = append(list, node)
			}
			return false
		case *syntax.Word:
			return false
		}
		return true
	})
	return list
}

// redirections notes the files that a statement's output goes to.
func (c *commands) redirections(s *syntax.Stmt) {
	for _, redirect := range s.Redirs[:min(len(s.Redirs), maxWrites)] {
		switch redirect.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			file, _ := c.word(redirect.Word)
			for _, call := range calls(&syntax.Stmt{Cmd: s.Cmd, Position: s.Position}) {
				c.writes[call] = append(c.writes[call], file)
			}
		case syntax.RdrIn, syntax.WordHdoc:
			for _, call := range calls(&syntax.Stmt{Cmd: s.Cmd, Position: s.Position}) {
				c.substitutions(c.sink(call), redirect.Word)
			}
		}
	}
}

// substitutions notes that a program runs what commands in its words print, as
// in bash -c "$(curl …)" and source <(curl …).
func (c *commands) substitutions(program string, list ...*syntax.Word) {
	if !isInterpreter(program) {
		return
	}
	for _, w := range list {
		syntax.Walk(w, func(node syntax.Node) bool {
			var inside []*syntax.Stmt
			switch node := node.(type) {
			case *syntax.CmdSubst:
				inside = node.Stmts
			case *syntax.ProcSubst:
				inside = node.Stmts
			default:
				return true
			}
			for _, s := range inside {
				for _, call := range calls(s) {
					c.runBy[call] = program
				}
			}
			return false
		})
	}
}

// isInterpreter tells programs that run a text which they are given.
func isInterpreter(program string) bool {
	switch program {
	case "eval", "source", ".", "python", "perl", "ruby", "node", "php", "pwsh", "lua":
		return true
	}
	return isShell(program) || strings.HasPrefix(program, "python3") || strings.HasPrefix(program, "python2")
}

// call reads one simple command.
func (c *commands) call(node *syntax.CallExpr, offset int) {
	if len(node.Args) == 0 {
		c.assign(node.Assigns, int(node.Pos().Line())+offset)
		return
	}
	var env []asset.EnvVar
	for _, a := range node.Assigns {
		if a.Name != nil && a.Value != nil {
			value, _ := c.word(a.Value)
			env = append(env, asset.EnvVar{Name: a.Name.Value, Value: value})
		}
	}
	c.substitutions(c.sink(node), node.Args...)
	if _, printed := node.Args[0].Parts[0].(*syntax.CmdSubst); printed {
		// What a command prints where a command stands is run as one.
		c.substitutions("sh", node.Args[0])
	}
	c.add(c.words(node.Args), env, node, int(node.Pos().Line())+offset)
}

// assign follows NAME=value, and export NAME=value.
func (c *commands) assign(list []*syntax.Assign, line int) {
	for _, a := range list {
		if a.Name == nil || a.Naked {
			continue
		}
		value, known := "", a.Array == nil && a.Index == nil && !a.Append
		if a.Value != nil && known {
			value, known = c.word(a.Value)
		}
		c.vars.setEnv(a.Name.Value, value, known)
		c.reader.tlsSetting(c.stage.Index, "command", a.Name.Value, value, line)
	}
}

// add lists a command, and what it starts in turn.
func (c *commands) add(list []string, env []asset.EnvVar, node *syntax.CallExpr, line int) {
	wrappers, set, rest := unwrap(list)
	if len(rest) == 0 {
		// sudo alone, env alone.
		rest, wrappers = wrappers[max(0, len(wrappers)-1):], nil
	}
	if len(rest) == 0 {
		return
	}
	command := c.command(rest, line)
	command.Wrappers, command.Env = wrappers, append(env, set...)
	if node != nil {
		command.PipedInto, command.Writes, command.RunBy = c.pipes[node], c.writes[node], c.runBy[node]
	}
	c.options(command)
	command.Pipefail = c.pipefail
	if len(c.list) >= maxCommands || c.isListed(command) {
		return
	}
	c.list = append(c.list, command)
	if inner, found := innerScript(command); found && c.depth < maxScriptDepth {
		c.depth++
		if err := c.parse(inner, line); err != nil {
			c.reader.problem(line, "the script that %s is given cannot be read: %s", command.Program, errorText(err))
		}
		c.depth--
	}
}

// isListed tells a command that was seen before in the same line: sh -c "$(x)"
// gives x once as a part of the word, and once as a part of the script.
func (c *commands) isListed(command asset.BuildCommand) bool {
	return slices.ContainsFunc(c.list, func(other asset.BuildCommand) bool {
		return other.Line == command.Line && other.Program == command.Program && slices.Equal(other.Arguments, command.Arguments)
	})
}

func (c *commands) command(list []string, line int) asset.BuildCommand {
	return asset.BuildCommand{
		Stage: c.stage.Index, Instruction: c.instruction, Program: programName(list[0]), Arguments: list[1:], Line: line,
	}
}

// options follows set -o pipefail and set +o pipefail.
func (c *commands) options(command asset.BuildCommand) {
	if command.Program != "set" {
		return
	}
	for i, word := range command.Arguments {
		if word == "pipefail" && i > 0 {
			c.pipefail = strings.HasPrefix(command.Arguments[i-1], "-")
		}
	}
}

// innerScript is the script of sh -c "…", su -c "…" and eval "…".
func innerScript(command asset.BuildCommand) (string, bool) {
	switch {
	case command.Program == "eval":
		return strings.Join(command.Arguments, " "), len(command.Arguments) > 0
	case command.Program != "su" && command.Program != "runuser" && !isShell(command.Program):
		return "", false
	}
	for i, word := range command.Arguments {
		isOption := strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, "c")
		if (isOption || word == "--command") && i+1 < len(command.Arguments) {
			return command.Arguments[i+1], true
		}
		if !strings.HasPrefix(word, "-") && isShell(command.Program) && !slices.Contains([]string{"pipefail", "errexit", "nounset"}, word) {
			break
		}
	}
	return "", false
}
