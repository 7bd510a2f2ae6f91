package dockerfile

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// instruction reads one instruction.
func (r *reader) instruction(node *parser.Node) {
	keyword := strings.ToLower(node.Value)
	if keyword == command.From {
		r.from(node)
		return
	}
	index := r.add(node, false)
	if keyword == command.Onbuild {
		r.onBuild(node)
		return
	}
	if keyword == command.Arg {
		r.arg(node)
		return
	}
	s := r.current()
	switch {
	case !r.facts.Instructions[index].Known:
		r.problem(node.StartLine, "%q is no instruction", node.Value)
	case s == nil:
		r.problem(node.StartLine, "%s stands before the first FROM, where only ARG may", strings.ToUpper(keyword))
	default:
		r.apply(s, node, keyword, index)
	}
}

// add lists the instruction and gives its index.
func (r *reader) add(node *parser.Node, onBuild bool) int {
	keyword := strings.ToLower(node.Value)
	_, known := command.Commands[keyword]
	instruction := asset.BuildInstruction{
		Stage: len(r.stages) - 1, Keyword: strings.ToUpper(keyword), Written: node.Value, Known: known,
		Flags: node.Flags, Argument: argument(node), Form: form(node), Heredoc: len(node.Heredocs) > 0,
		OnBuild: onBuild, Legacy: isLegacy(node, keyword), Gap: r.hasGap(node), Line: node.StartLine, EndLine: node.EndLine,
	}
	r.facts.Instructions = append(r.facts.Instructions, instruction)
	r.noteItem("instructions", len(r.facts.Instructions), node.StartLine)
	return len(r.facts.Instructions) - 1
}

// argument is the instruction without its keyword and flags.
func argument(node *parser.Node) string {
	text := strings.TrimSpace(node.Original)
	text = strings.TrimSpace(strings.TrimPrefix(text, node.Value))
	for _, flag := range node.Flags {
		text = strings.TrimSpace(strings.TrimPrefix(text, flag))
	}
	return text
}

func form(node *parser.Node) string {
	if node.Attributes["json"] {
		return "exec"
	}
	return "shell"
}

// isLegacy tells the form "ENV name value".
func isLegacy(node *parser.Node, keyword string) bool {
	if keyword != command.Env && keyword != command.Label || node.Next == nil || node.Next.Next == nil {
		return false
	}
	separator := node.Next.Next.Next
	return separator != nil && separator.Value == ""
}

// hasGap tells if an empty line stands between continued lines.
func (r *reader) hasGap(node *parser.Node) bool {
	if len(node.Heredocs) > 0 {
		return false
	}
	for line := node.StartLine + 1; line < node.EndLine && line <= len(r.lines); line++ {
		if strings.TrimSpace(r.lines[line-1]) == "" {
			return true
		}
	}
	return false
}

// words gives the values of a chain of nodes.
func words(node *parser.Node) []string {
	var list []string
	for n := node.Next; n != nil; n = n.Next {
		list = append(list, n.Value)
	}
	return list
}

// flag gives the value of --name=value, "" for none.
func flag(flags []string, name string) string {
	for _, f := range flags {
		if value, found := strings.CutPrefix(f, "--"+name+"="); found {
			return value
		}
	}
	return ""
}

// arg reads ARG, before the first FROM and in stages.
func (r *reader) arg(node *parser.Node) {
	s := r.current()
	for _, word := range words(node) {
		name, value, hasDefault := strings.Cut(word, "=")
		scope := r.globals
		if s != nil {
			scope = s.scope
		}
		r.facts.Arguments = append(r.facts.Arguments, asset.BuildArgument{
			Name: name, Stage: len(r.stages) - 1, HasDefault: hasDefault, Line: node.StartLine,
		})
		r.noteItem("arguments", len(r.facts.Arguments), node.StartLine)
		r.secretArgument(name, value, node.StartLine)
		r.tlsSetting(len(r.stages)-1, "arg", name, value, node.StartLine)
		r.declare(scope, name, value, hasDefault)
	}
}

// declare gives a build argument its value: what the builder was told, its
// default, or that of the ARG of the same name before the first FROM.
func (r *reader) declare(into *scope, name, value string, hasDefault bool) {
	if given, told := r.options.Arguments[name]; told {
		into.set(name, given, true)
		return
	}
	if hasDefault {
		expanded, missing := into.expand(value, r.escape)
		into.set(name, expanded, len(missing) == 0)
		return
	}
	if global, known := r.globals.values[name]; known {
		into.set(name, global, true)
		return
	}
	if _, known := into.values[name]; !known {
		into.set(name, "", false)
	}
}

// onBuild lists the instruction that a later build will run.
func (r *reader) onBuild(node *parser.Node) {
	if node.Next == nil || len(node.Next.Children) == 0 || r.current() == nil {
		return
	}
	child := node.Next.Children[0]
	child.StartLine, child.EndLine = node.StartLine, node.EndLine
	s := r.current()
	s.OnBuild = append(s.OnBuild, strings.ToUpper(child.Value)+" "+argument(child))
	r.add(child, true)
}

// apply reads an instruction of a stage.
func (r *reader) apply(s *stage, node *parser.Node, keyword string, index int) {
	switch keyword {
	case command.Env:
		r.env(s, node)
	case command.Label:
		r.label(s, node)
	case command.User:
		r.user(s, node, index)
	case command.Workdir:
		r.workDir(s, node, index)
	case command.Shell:
		r.setShell(s, words(node))
	case command.Expose:
		r.expose(s, node)
	case command.Volume:
		r.volume(s, node)
	case command.StopSignal:
		s.StopSignal = r.expandInto(s, node, index)
	case command.Healthcheck:
		r.healthcheck(s, node)
	case command.Entrypoint:
		// A base's CMD is arguments for the base's own ENTRYPOINT.
		r.process(s, &s.Entrypoint, node, "ENTRYPOINT")
	case command.Cmd:
		r.process(s, &s.Cmd, node, "CMD")
	case command.Copy, command.Add:
		r.copy(s, node, strings.ToUpper(keyword))
	case command.Run:
		r.run(s, node, index)
	}
}

// expandInto fills variables into the argument of an instruction.
func (r *reader) expandInto(s *stage, node *parser.Node, index int) string {
	text, missing := s.scope.expand(strings.Join(words(node), " "), r.escape)
	r.missing(s, node, missing)
	r.facts.Instructions[index].Argument = text
	return text
}

// missing lists variables without a value where it is certain that they have
// none: on an empty base nothing else sets any.
func (r *reader) missing(s *stage, node *parser.Node, names []string) {
	if !s.onScratch {
		return
	}
	for _, name := range names {
		if !s.scope.open[name] && !predefined[name] {
			r.variable(asset.BuildVariable{Name: name}, node)
		}
	}
}

func (r *reader) variable(v asset.BuildVariable, node *parser.Node) {
	v.Keyword, v.Line = strings.ToUpper(node.Value), node.StartLine
	r.facts.Variables = append(r.facts.Variables, v)
	r.noteItem("variables", len(r.facts.Variables), node.StartLine)
}

// predefined are the arguments that BuildKit sets without being asked, and the
// PATH that it gives to every stage.
var predefined = map[string]bool{
	"HTTP_PROXY": true, "http_proxy": true, "HTTPS_PROXY": true, "https_proxy": true, "FTP_PROXY": true, "ftp_proxy": true,
	"NO_PROXY": true, "no_proxy": true, "ALL_PROXY": true, "all_proxy": true, "PATH": true,
}

// platformArguments are what FROM may use without an ARG.
var platformArguments = map[string]bool{
	"TARGETPLATFORM": true, "TARGETOS": true, "TARGETARCH": true, "TARGETVARIANT": true, "TARGETOSVERSION": true,
	"BUILDPLATFORM": true, "BUILDOS": true, "BUILDARCH": true, "BUILDVARIANT": true, "BUILDOSVERSION": true,
	"TARGETSTAGE": true,
}

func (r *reader) stagePath(s *stage, path string) string {
	return fmt.Sprintf("stages[%d].%s", s.Index, path)
}
