// Package dockerfile turns Dockerfiles into facts: the instructions as BuildKit's
// parser reads them (https://docs.docker.com/reference/dockerfile/), and the
// commands of RUN as a POSIX shell or bash would read them. It is pure: nothing
// is opened, fetched or run.
package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

const (
	// MaxSize is the size in bytes above which a file is refused.
	MaxSize = 1 << 20
	// maxInstructions bounds what is read of a file.
	maxInstructions = 5000
	// maxStages and maxItems bound what every further stage inherits: stages,
	// and the variables, ports, volumes and labels of each.
	maxStages = 200
	maxItems  = 2000
	// maxCommands bounds the commands of one RUN.
	maxCommands = 2000
)

// Options say what the file itself cannot.
type Options struct {
	// Target is the stage to build, by name or index; "" for the last one.
	Target string
	// IgnoreFile tells whether the build context has a .dockerignore: Present,
	// Absent, or "" where nobody looked.
	IgnoreFile string
	// Arguments are build arguments; they overrule defaults.
	Arguments map[string]string
}

// Values of Options.IgnoreFile.
const (
	Present = "present"
	Absent  = "absent"
)

// Problem is a part of a file that could not be read.
type Problem struct {
	File    string
	Line    int
	Message string
}

// Decode reads a Dockerfile. Problems are instructions that give no facts, or
// not all; the error is for a file that cannot be read at all, with its line.
func Decode(file string, content []byte, options Options) (asset.Subject[asset.Dockerfile], []Problem, error) {
	r := &reader{
		file: file, options: options,
		facts:   asset.Dockerfile{File: file},
		origins: map[string]asset.Origin{},
		globals: newScope(nil),
	}
	if len(content) > MaxSize {
		return r.subject(), nil, fmt.Errorf("read %s: the file has %d bytes, at most %d are read", file, len(content), MaxSize)
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return r.subject(), nil, fmt.Errorf("read %s: it is a binary file, not a Dockerfile", file)
	}
	if !utf8.Valid(content) {
		// BuildKit's lexer would complain of it on standard error.
		content = bytes.ToValidUTF8(content, []byte("\uFFFD"))
		r.problem(1, "the file is not UTF-8: characters that are not were replaced")
	}
	r.lines = strings.Split(string(content), "\n")
	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return r.subject(), nil, fmt.Errorf("read %s: %s%w", file, errorPlace(err), err)
	}
	if len(parsed.AST.Children) > maxInstructions {
		return r.subject(), nil, fmt.Errorf("read %s: it has %d instructions, at most %d are read", file, len(parsed.AST.Children), maxInstructions)
	}
	r.escape = parsed.EscapeToken
	r.facts.Escape = string(parsed.EscapeToken)
	r.frontend(content)
	r.suppressions()
	for _, node := range parsed.AST.Children {
		r.instruction(node)
	}
	if len(r.stages) == 0 {
		return r.subject(), r.problems, fmt.Errorf("read %s: it has no FROM, so it builds nothing", file)
	}
	if err := r.finish(); err != nil {
		return r.subject(), r.problems, fmt.Errorf("read %s: %w", file, err)
	}
	return r.subject(), r.problems, nil
}

// errorPlace is "line N: " for an error of the parser.
func errorPlace(err error) string {
	var at *parser.LocationError
	if errors.As(err, &at) && len(at.Locations) > 0 && len(at.Locations[0]) > 0 && at.Locations[0][0].Start.Line > 0 {
		return fmt.Sprintf("line %d: ", at.Locations[0][0].Start.Line)
	}
	return ""
}

// reader collects the facts of one file.
type reader struct {
	file     string
	lines    []string
	options  Options
	escape   rune
	facts    asset.Dockerfile
	origins  map[string]asset.Origin
	problems []Problem

	// globals are the ARGs before the first FROM.
	globals       *scope
	stages        []*stage
	tooManyStages bool
	// aptQuiet and aptLean are true once apt is configured to ask nothing, and
	// to install nothing that is only recommended.
	aptQuiet, aptLean bool
}

func (r *reader) subject() asset.Subject[asset.Dockerfile] {
	return asset.Subject[asset.Dockerfile]{Facts: r.facts, Origins: r.origins}
}

func (r *reader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.file, line, fmt.Sprintf(format, args...)})
}

// note says that a fact is written in a line.
func (r *reader) note(path string, line int) {
	r.noteAt(path, line, r.column(line))
}

func (r *reader) noteAt(path string, line, column int) {
	r.origins[path] = asset.Origin{Kind: asset.Explicit, File: r.file, Line: line, Column: column}
}

// noteItem does so for the last item of a list.
func (r *reader) noteItem(list string, length, line int) {
	r.note(fmt.Sprintf("%s[%d]", list, length-1), line)
}

func (r *reader) unknown(path string, line int, reason string) {
	r.origins[path] = asset.Origin{Kind: asset.Unknown, File: r.file, Line: line, Column: r.column(line), Reason: reason}
}

// column is where the text of a line begins, from 1.
func (r *reader) column(line int) int {
	if line < 1 || line > len(r.lines) {
		return 0
	}
	text := r.lines[line-1]
	return len(text) - len(strings.TrimLeft(text, " \t")) + 1
}

// current is the stage that instructions belong to, nil before the first FROM.
func (r *reader) current() *stage {
	if len(r.stages) == 0 {
		return nil
	}
	return r.stages[len(r.stages)-1]
}

func (r *reader) frontend(content []byte) {
	reference, _, place, found := parser.DetectSyntax(content)
	if !found {
		return
	}
	f := &r.facts.Frontend
	f.Reference = reference
	f.Repository, f.Tag, f.Digest = splitReference(reference)
	if len(place) > 0 {
		f.Line = place[0].Start.Line
		r.note("frontend", f.Line)
	}
}
