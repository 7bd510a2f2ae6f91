package compose

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"seawall/internal/platform/document"
)

// extendServices resolves extends of all services and jobs of a file, in place.
// root is the project of the files before it, which docker compose does not
// look into; it is used where the file itself has no such service.
func (l *loader) extendServices(tree, root *yaml.Node, s source) {
	for _, kind := range []string{"services", "jobs"} {
		services := lookup(tree, kind)
		if services == nil || services.Kind != yaml.MappingNode {
			continue
		}
		scope := &extendScope{l, kind, services, lookup(root, kind), s, nil}
		for i := 0; i+1 < len(services.Content); i += 2 {
			services.Content[i+1] = scope.resolve(services.Content[i].Value, services.Content[i+1])
		}
	}
}

// extendScope is where services that are extended are looked for.
type extendScope struct {
	*loader
	kind               string
	services, fallback *yaml.Node
	source             source
	// chain are the services that led here, to find cycles.
	chain []string
}

// resolve gives a service with what it extends below it (Compose
// Specification, "Extends").
func (e *extendScope) resolve(name string, service *yaml.Node) *yaml.Node {
	extends := document.Merged(service, e.places).Get("extends")
	if !extends.Exists() || service.Kind != yaml.MappingNode {
		return service
	}
	own := e.like(service)
	own.Content = slices.Clone(service.Content)
	i := indexOf(own, "extends")
	own.Content = slices.Delete(own.Content, i, i+2)

	link := e.source.path + "\x00" + name
	if slices.Contains(e.chain, link) || len(e.chain) > maxDepth {
		e.problem(extends, "the service %s extends itself", name)
		return own
	}
	base := e.base(extends, append(slices.Clip(e.chain), link))
	if base == nil {
		return own
	}
	return e.merge(base, own, []string{e.kind, name})
}

// base finds and resolves the service that is extended, nil if there is none.
func (e *extendScope) base(extends document.Value, chain []string) *yaml.Node {
	name, file := extends.Text(), document.Value{}
	if extends.IsMapping() {
		name, file = extends.Get("service").Text(), extends.Get("file")
	}
	scope := *e
	scope.chain = chain
	if file.Exists() {
		opened, ok := e.openFile(file)
		if !ok {
			return nil
		}
		scope.services, scope.fallback, scope.source = opened.services, nil, opened.source
	}
	service := lookup(scope.services, name)
	if service == nil {
		service = lookup(scope.fallback, name)
	}
	if service == nil {
		e.problem(extends, "the service %q, which is extended, is not in %s", name, scope.source.path)
		return nil
	}
	return scope.resolve(name, service)
}

// openFile reads the file whose service is extended.
func (e *extendScope) openFile(v document.Value) (extendScope, bool) {
	if !v.IsScalar() {
		e.problem(v, "the file that is extended is not known: %s", v.Reason())
		return extendScope{}, false
	}
	file := join(e.source.folder, v.Text())
	if !e.reference(v, "extends", v.Text(), file) {
		return extendScope{}, false
	}
	opened := extendScope{source: source{path: file, folder: path.Dir(file), env: e.source.env}}
	e.folders[file] = opened.source.folder
	key := builtFile{file, e.kind, e.source.env}
	services, known := e.built[key]
	if !known {
		values, _ := e.read(v, file)
		for _, value := range values {
			if value.IsMapping() {
				services = e.merge(services, lookup(e.build(value, e.source.env), e.kind), []string{e.kind})
			}
		}
		e.built[key] = services
	}
	opened.services = services
	return opened, services != nil
}

// builtFile names the services of a file that others extend: they are the same
// wherever the variables are.
type builtFile struct {
	file, kind string
	env        *variables
}
