package dockerfile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// stage is a stage while it is read.
type stage struct {
	asset.BuildStage
	scope *scope
	// onScratch is true if nothing but this file decides what is in it.
	onScratch bool
	// posix is true if a POSIX shell reads RUN in shell form.
	posix bool
	// hasSources is true once files of the build context were copied.
	hasSources bool
	// userUnknown and baseUnknown say why User and the base are not known.
	userUnknown, baseUnknown string
	// uidZero are accounts that were made with uid 0.
	uidZero map[string]bool
	// seen counts the instructions of which only the last one counts.
	seen map[string]int
	// pipefail is true if the SHELL itself has the option.
	pipefail bool
}

// from begins a stage.
func (r *reader) from(node *parser.Node) {
	if len(r.stages) >= maxStages {
		r.tooManyStages = true
		return
	}
	s := &stage{scope: newScope(nil), posix: true, uidZero: map[string]bool{}, seen: map[string]int{}}
	s.Index, s.Line, s.OS = len(r.stages), node.StartLine, "linux"
	s.Shell = []string{"/bin/sh", "-c"}
	list := words(node)
	if len(list) == 3 && strings.EqualFold(list[1], "as") {
		s.Name = list[2]
		s.Duplicate = r.stageNamed(s.Name) != nil
	}
	r.base(s, node, list)
	r.stages = append(r.stages, s)
	r.add(node, false)
	r.note(fmt.Sprintf("stages[%d]", s.Index), s.Line)
}

// base fills in what the stage builds on.
func (r *reader) base(s *stage, node *parser.Node, list []string) {
	s.Base.Stage = -1
	s.Base.Platform = flag(node.Flags, "platform")
	if len(list) == 0 || list[0] == "" {
		s.baseUnknown = "FROM names no image"
		r.problem(node.StartLine, "FROM names no image")
		return
	}
	reference, missing := r.globals.expand(list[0], r.escape)
	s.Base.Reference = reference
	for _, name := range missing {
		if !platformArguments[name] {
			r.variable(asset.BuildVariable{Name: name, Declared: r.globals.open[name]}, node)
		}
	}
	if len(missing) > 0 || strings.Contains(reference, "$") {
		s.baseUnknown = fmt.Sprintf("the base image %s hangs on a build argument without a default: give it with --build-arg", list[0])
		return
	}
	if earlier := r.stageNamed(reference); earlier != nil {
		s.inherit(earlier)
		return
	}
	if reference == "scratch" {
		s.Base.Scratch, s.onScratch = true, true
		return
	}
	s.Base.Repository, s.Base.Tag, s.Base.Digest = splitReference(reference)
	s.Base.NonRoot = runsAsNonRoot(s.Base.Repository, s.Base.Tag)
	if strings.HasPrefix(s.Base.Repository, dotnetRepository) {
		s.scope.set("APP_UID", dotnetUser, true)
	}
	if isWindowsImage(s.Base.Repository, s.Base.Tag) || r.escape == '`' {
		s.OS, s.posix = "windows", false
		s.Shell = []string{"cmd", "/S", "/C"}
	}
}

// stageNamed finds the last earlier stage with a name.
func (r *reader) stageNamed(name string) *stage {
	for i := len(r.stages) - 1; i >= 0; i-- {
		if r.stages[i].Name != "" && strings.EqualFold(r.stages[i].Name, name) {
			return r.stages[i]
		}
	}
	return nil
}

// inherit takes over what an earlier stage has.
func (s *stage) inherit(from *stage) {
	base := s.Base
	index, name, duplicate, line := s.Index, s.Name, s.Duplicate, s.Line
	s.BuildStage = from.BuildStage
	s.Index, s.Name, s.Duplicate, s.Line = index, name, duplicate, line
	s.Base = asset.BaseImage{Reference: base.Reference, Platform: base.Platform, Stage: from.Index, NonRoot: from.Base.NonRoot}
	s.Users, s.Repeated = nil, nil
	s.OnBuild = nil
	s.Ports, s.Volumes = slices.Clone(s.Ports), slices.Clone(s.Volumes)
	s.Labels = maps.Clone(s.Labels)
	s.scope = newScope(from.scope)
	s.uidZero = maps.Clone(from.uidZero)
	s.onScratch, s.posix, s.hasSources = from.onScratch, from.posix, from.hasSources
	s.pipefail = from.pipefail
	s.userUnknown, s.baseUnknown = from.userUnknown, from.baseUnknown
}

// finish settles what only the whole file shows.
func (r *reader) finish() error {
	if r.tooManyStages {
		return fmt.Errorf("it has more than the %d stages that are read", maxStages)
	}
	target := r.target()
	if target == nil {
		return fmt.Errorf("it has no stage %q", r.options.Target)
	}
	for s := target; ; s = r.stages[s.Base.Stage] {
		s.Shipped = true
		if s.Base.Stage < 0 {
			break
		}
	}
	for _, s := range r.stages {
		s.Env = s.scope.environment()
		r.settleUser(s)
		r.facts.Stages = append(r.facts.Stages, s.BuildStage)
		r.settleOrigins(s, r.stagePath(s, ""))
	}
	r.facts.Final = target.BuildStage
	r.settleOrigins(target, "final.")
	r.note("final", target.Line)
	r.markShipped()
	r.facts.IgnoreFile = r.options.IgnoreFile == Present
	if r.options.IgnoreFile == "" {
		r.unknown("ignoreFile", 1, "nobody looked for a .dockerignore: check the folder of the build context")
	}
	return nil
}

func (r *reader) target() *stage {
	if r.options.Target == "" {
		return r.stages[len(r.stages)-1]
	}
	if s := r.stageNamed(r.options.Target); s != nil {
		return s
	}
	index, err := strconv.Atoi(r.options.Target)
	if err != nil || index < 0 || index >= len(r.stages) {
		return nil
	}
	return r.stages[index]
}

// settleUser decides whether the stage's user is root.
func (r *reader) settleUser(s *stage) {
	switch {
	case s.UserWritten:
	case s.Base.Scratch || s.onScratch:
		s.Root = true
	case s.Base.NonRoot:
		s.Root = false
	default:
		s.userUnknown = fmt.Sprintf("no USER is written, so the base image %s decides", s.Base.Reference)
	}
}

// settleOrigins says where the facts of a stage come from that rules ask for.
func (r *reader) settleOrigins(s *stage, prefix string) {
	userLine := s.Line
	if len(s.Users) > 0 {
		userLine = s.Users[len(s.Users)-1].Line
	}
	r.note(prefix+"user", userLine)
	r.note(prefix+"userWritten", userLine)
	if s.userUnknown != "" {
		r.unknown(prefix+"root", userLine, s.userUnknown)
	} else {
		r.note(prefix+"root", userLine)
	}
	if s.baseUnknown != "" && s.Base.Stage < 0 {
		for _, field := range []string{"repository", "tag", "digest", "nonRoot"} {
			r.unknown(prefix+"base."+field, s.Line, s.baseUnknown)
		}
	}
	for i, port := range s.Ports {
		r.note(fmt.Sprintf("%sports[%d]", prefix, i), port.Line)
	}
	for i, repeated := range s.Repeated {
		r.note(fmt.Sprintf("%srepeated[%d]", prefix, i), repeated.Line)
		if i == 0 {
			r.note(prefix+"repeated", repeated.Line)
		}
	}
	for name, process := range map[string]asset.BuildProcess{"cmd": s.Cmd, "entrypoint": s.Entrypoint} {
		if process.Set {
			r.note(prefix+name, process.Line)
		}
	}
}

// markShipped tells of each item whether it ends up in the image.
func (r *reader) markShipped() {
	f := &r.facts
	mark(f.Instructions, func(i *asset.BuildInstruction) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Commands, func(i *asset.BuildCommand) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Packages, func(i *asset.PackageOperation) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Downloads, func(i *asset.Download) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Clones, func(i *asset.GitClone) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Secrets, func(i *asset.BuildSecret) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.TLSOff, func(i *asset.BuildSetting) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
	mark(f.Copies, func(i *asset.BuildCopy) (int, *bool) { return i.Stage, &i.Shipped }, r.stages)
}

func mark[T any](items []T, place func(*T) (stage int, shipped *bool), stages []*stage) {
	for i := range items {
		index, shipped := place(&items[i])
		*shipped = index >= 0 && stages[index].Shipped
	}
}
