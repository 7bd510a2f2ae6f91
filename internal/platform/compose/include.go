package compose

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"seawall/internal/asset"
	"seawall/internal/platform/document"
)

// resources are the parts of a file that include brings in.
var resources = []string{"services", "jobs", "networks", "volumes", "secrets", "configs", "models"}

// include merges the projects that a file includes below what the file itself
// says (Compose Specification, "Include").
func (l *loader) include(tree *yaml.Node, s source) *yaml.Node {
	included := document.Merged(tree, l.places).Get("include")
	for _, v := range included.Items() {
		imported := l.includeOne(v, s)
		for _, kind := range resources {
			brought := lookup(imported, kind)
			if brought == nil {
				continue
			}
			own := lookup(tree, kind)
			if own != nil {
				brought = l.merge(brought, own, []string{kind})
			}
			tree = l.with(tree, kind, brought)
		}
	}
	return tree
}

// with gives a mapping with a key set to a value.
func (l *loader) with(mapping *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	changed := l.like(mapping)
	changed.Content = slices.Clone(mapping.Content)
	if i := indexOf(changed, key); i >= 0 {
		changed.Content[i+1] = value
		return changed
	}
	changed.Content = append(changed.Content, l.derived(value, key), value)
	return changed
}

// includeOne loads what one entry includes: a file, or files that are merged.
func (l *loader) includeOne(v document.Value, s source) *yaml.Node {
	paths, projectFolder, envFiles := texts(v), "", []string(nil)
	if v.IsMapping() {
		paths, envFiles = texts(v.Get("path")), texts(v.Get("env_file"))
		projectFolder = v.Get("project_directory").Text()
	}
	if len(paths) == 0 {
		l.problem(v, "include names no file")
		return nil
	}
	var root *yaml.Node
	inner := source{folder: join(s.folder, projectFolder), chain: append(slices.Clip(s.chain), path.Clean(s.path))}
	for i, name := range paths {
		file := join(s.folder, name)
		if !l.reference(v, "include", name, file) {
			continue
		}
		if i == 0 && projectFolder == "" {
			inner.folder = path.Dir(file)
		}
		if i == 0 {
			inner.env = l.includedEnvironment(s, inner.folder, envFiles)
		}
		if inner.env == nil || slices.Contains(inner.chain, file) || len(inner.chain) > maxDepth {
			l.problem(v, "the file %s includes itself, by way of %s", file, s.path)
			return root
		}
		if values, ok := l.read(v, file); ok {
			inner.path = file
			root = l.loadFile(root, inner, values)
		}
	}
	return root
}

// includedEnvironment are the variables of an included project: its own .env or
// env_file, and above them those of the project that includes it.
func (l *loader) includedEnvironment(s source, folder string, envFiles []string) *variables {
	env := &variables{values: map[string]string{}}
	if len(envFiles) == 0 {
		l.readEnvFile(env, path.Join(folder, ".env"))
	}
	for _, file := range envFiles {
		if file != "/dev/null" {
			l.readEnvFile(env, join(s.folder, file))
		}
	}
	for name, value := range s.env.values {
		env.values[name] = value
	}
	return env
}

// texts gives the texts of a list or the one text; unresolved ones are left out.
func texts(v document.Value) []string {
	var list []string
	for _, text := range v.Texts() {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

// reference notes a file that another one brings in, and tells whether it is
// one that can be read.
func (l *loader) reference(v document.Value, kind, written, file string) bool {
	reference := asset.ComposeReference{Kind: kind, Path: written, Remote: isRemote(written)}
	reference.Pinned = reference.Remote && isPinned(written)
	reference.Outside = !reference.Remote && outside(l.rootFolder(), file)
	if len(l.references) < maxListed {
		l.references = append(l.references, reference)
		l.referenceValues = append(l.referenceValues, v)
	}
	if reference.Remote {
		l.problem(v, "%s is remote, so it was not read: what it brings in is not judged", written)
	}
	return !reference.Remote
}

// rootFolder is the folder that the project's files should be in.
func (l *loader) rootFolder() string {
	if l.options.Root != "" {
		return l.options.Root
	}
	return l.folder
}

// isRemote tells the references that docker compose fetches: Git repositories
// and OCI artifacts.
func isRemote(reference string) bool {
	for _, prefix := range []string{"oci://", "http://", "https://", "git://", "ssh://", "git@", "github.com/"} {
		if strings.HasPrefix(reference, prefix) {
			return true
		}
	}
	return false
}

// isPinned tells a remote reference that always means the same content: a
// digest, or a full Git commit.
func isPinned(reference string) bool {
	if strings.Contains(reference, "@sha256:") {
		return true
	}
	_, fragment, _ := strings.Cut(reference, "#")
	commit, _, _ := strings.Cut(fragment, ":")
	return len(commit) == 40 && strings.Trim(commit, "0123456789abcdef") == ""
}

// join resolves a path from a folder. "~" and absolute paths stay as they are.
func join(folder, file string) string {
	switch {
	case file == "":
		return folder
	case path.IsAbs(file), file[0] == '~':
		return path.Clean(file)
	}
	return path.Join(folder, file)
}
