// Package compose reads Compose projects (the Compose Specification of 2025)
// into facts that know their file, line and column. It loads as docker compose
// does: several files merged in order, include, extends, variables, profiles.
// It does no I/O of its own: further files come through Options.Read.
//
// Whatever docker compose would refuse is reported as a problem with its place,
// and everything else is read all the same.
package compose

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

const (
	// maxNodes bounds the values of a project, with anchors, includes and
	// extended services expanded.
	maxNodes = 100_000
	// maxDepth bounds files that include or extend files.
	maxDepth = 20
	// maxFiles bounds the files of a project.
	maxFiles = 500
)

// File is one Compose file.
type File struct {
	// Path is its name in findings; further files are looked for beside it.
	Path    string
	Content []byte
}

// Options say how a project is loaded.
type Options struct {
	// Env are variables for interpolation; they win over the .env file.
	Env map[string]string
	// Profiles are those that are active. Without any, all services are judged,
	// also those of a profile; "*" says the same.
	Profiles []string
	// Read reads a further file, whose path is built from File.Path: .env,
	// env_file, include, extends. Nil reads none. It bounds what it reads.
	Read func(path string) ([]byte, error)
	// Root is the folder that further files must be in, "" for any folder.
	Root string
	// ProjectName is the project's name where it is not the file's own.
	ProjectName string
}

// Project is what the files describe.
type Project struct {
	// Compose are the facts of the project itself.
	Compose asset.Subject[asset.ComposeProject]
	// Services has a workload for each service and job, by name. A service that
	// a provider runs is no workload; see Compose.
	Services []asset.Subject[asset.Workload]
	// Problems are what is wrong with the files, in the order they were found.
	Problems []Problem
}

// Problem is something wrong with a file, or something that was not looked at.
type Problem struct {
	File         string
	Line, Column int
	Text         string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// Load reads a project from its file and the override files that follow it. An
// error means that there is nothing to judge; smaller mistakes are Problems.
func Load(files []File, options Options) (Project, error) {
	if len(files) == 0 {
		return Project{}, errors.New("load a Compose project: there is no file")
	}
	l := &loader{
		options:  options,
		folder:   path.Dir(files[0].Path),
		left:     maxNodes,
		places:   document.Places{},
		folders:  map[string]string{},
		holes:    map[*yaml.Node][]string{},
		fromHost: map[*yaml.Node]string{}, itemFromHost: map[*yaml.Node]string{},
		cache: map[string][]document.Value{},
		built: map[builtFile]*yaml.Node{},
		files: map[string]bool{},
	}
	root, err := l.loadProject(files)
	if err != nil {
		return Project{Problems: l.problems}, fmt.Errorf("load the Compose project %s: %w", files[0].Path, err)
	}
	project := l.decode(document.Merged(root, l.places))
	project.Problems = l.problems
	return project, nil
}

// loader holds what loading one project needs.
type loader struct {
	options Options
	// folder is that of the first file, which relative paths begin at; name is
	// the project's.
	folder, name string
	problems     []Problem
	// left is how many more nodes may be built.
	left     int
	tooLarge bool
	places   document.Places
	// folders are where the relative paths of a file begin.
	folders map[string]string
	// holes are the names of the unset variables of a text, in their order;
	// fromHost is the variable that a text is the value of, itemFromHost the
	// one that is the value of a text NAME=value.
	holes                  map[*yaml.Node][]string
	fromHost, itemFromHost map[*yaml.Node]string
	// cache keeps parsed files, built those whose services are extended; files
	// are the names of all that were asked for.
	cache map[string][]document.Value
	built map[builtFile]*yaml.Node
	files map[string]bool

	unset      []asset.ComposeVariable
	references []asset.ComposeReference
	// referenceValues, unsetValues and repeated are the places of those facts.
	referenceValues, unsetValues []document.Value
	repeated                     []document.Field
}

func (l *loader) problem(v document.Value, format string, values ...any) {
	l.problems = append(l.problems, Problem{v.File(), v.Line(), v.Column(), fmt.Sprintf(format, values...)})
}

// loadProject merges the project's files.
func (l *loader) loadProject(files []File) (*yaml.Node, error) {
	var documents [][]document.Value
	for _, file := range files {
		values, err := document.Parse(file.Path, file.Content)
		if err != nil {
			if len(values) == 0 && len(files) == 1 {
				return nil, err
			}
			l.problems = append(l.problems, Problem{File: file.Path, Text: err.Error()})
		}
		documents = append(documents, values)
		l.files[path.Clean(file.Path)] = true
	}
	env := l.environment(documents)
	var root *yaml.Node
	for i, values := range documents {
		root = l.loadFile(root, source{files[i].Path, l.folder, env, nil}, values)
	}
	if root == nil {
		return nil, errors.New("it holds no mapping with services")
	}
	return root, nil
}

// environment is what the project's variables are: those of the .env file
// beside the first file, and above them those of the caller.
func (l *loader) environment(documents [][]document.Value) *variables {
	env := &variables{values: map[string]string{}}
	l.readEnvFile(env, path.Join(l.folder, ".env"))
	for name, value := range l.options.Env {
		env.values[name] = value
	}
	written := ""
	for _, values := range documents {
		for _, v := range values {
			if name := v.Get("name").Text(); name != "" {
				written, _ = interpolate(name, env)
			}
		}
	}
	l.name = cmp.Or(l.options.ProjectName, env.values["COMPOSE_PROJECT_NAME"], written, projectName(path.Base(l.folder)))
	env.values["COMPOSE_PROJECT_NAME"] = l.name
	return env
}

// projectName makes a folder's name into a project's as docker compose does:
// lower case, letters, digits, "-" and "_", beginning with a letter or digit.
func projectName(folder string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(folder))
	return strings.TrimLeft(kept, "-_")
}

// source is a file that is being loaded.
type source struct {
	path string
	// folder is where its relative paths begin.
	folder string
	env    *variables
	// chain are the files that led here, to find cycles.
	chain []string
}

// loadFile merges the documents of a file into a project.
func (l *loader) loadFile(root *yaml.Node, s source, values []document.Value) *yaml.Node {
	l.folders[s.path] = s.folder
	for _, v := range values {
		if !v.IsMapping() {
			l.problem(v, "a Compose file is a mapping, this is %s", v.Kind())
			continue
		}
		tree := l.build(v, s.env)
		tree = l.include(tree, s)
		l.extendServices(tree, root, s)
		root = l.merge(root, tree, nil)
	}
	return root
}

// read gives the documents of a further file. The value is where it is named.
func (l *loader) read(v document.Value, file string) ([]document.Value, bool) {
	if values, known := l.cache[file]; known {
		return values, len(values) > 0
	}
	content, err := l.open(file)
	if err != nil {
		l.problem(v, "the file %s was not read: %v", file, err)
		l.cache[file] = nil
		return nil, false
	}
	values, err := document.Parse(file, content)
	if err != nil {
		l.problems = append(l.problems, Problem{File: file, Text: err.Error()})
	}
	l.cache[file] = values
	return values, len(values) > 0
}

func (l *loader) open(file string) ([]byte, error) {
	switch {
	case l.options.Read == nil:
		return nil, errors.New("further files are not read here")
	case l.options.Root != "" && outside(l.options.Root, file):
		return nil, fmt.Errorf("it is outside of %s", l.options.Root)
	case len(l.files) >= maxFiles:
		return nil, fmt.Errorf("the project has more than %d files", maxFiles)
	}
	l.files[path.Clean(file)] = true
	return l.options.Read(file)
}

// outside tells whether a file is not below a folder.
func outside(folder, file string) bool {
	folder, file = path.Clean(folder), path.Clean(file)
	if path.IsAbs(folder) != path.IsAbs(file) {
		return path.IsAbs(file)
	}
	if folder == "." {
		return file == ".." || strings.HasPrefix(file, "../")
	}
	return file != folder && !strings.HasPrefix(file, strings.TrimSuffix(folder, "/")+"/")
}

// active tells whether a service takes part under the profiles that are given.
func (l *loader) active(profiles []string) bool {
	return len(profiles) == 0 || len(l.options.Profiles) == 0 || slices.ContainsFunc(l.options.Profiles, func(p string) bool {
		return p == "*" || slices.Contains(profiles, p)
	})
}
