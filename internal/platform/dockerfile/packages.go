package dockerfile

import (
	"slices"
	"strings"

	"seawall/internal/asset"
)

// manager says how a package manager's command line is read.
type manager struct {
	// operations are its own words for what it does; "" is for none.
	operations map[string]string
	// valued are options that take the next word, with spaces around each.
	valued string
	// request reads a word that asks for a package. It is nil for a word that is
	// none: a path, a virtual name.
	request func(word string) *asset.RequestedPackage
	// yes are the options that stop it from asking, none if it never asks; unsigned those that stop it
	// from checking signatures; insecure those for certificates.
	yes, unsigned, insecure []string
	// caches are folders for its index and downloads. Cleaning removes one of
	// them, mounting keeps them out of the layer.
	caches []string
	// keeps is true if it leaves something there without being told.
	keeps bool
	// uncached are options and variables that stop it from doing so.
	uncached []string
}

var managers = map[string]*manager{
	"apt-get": apt, "apt": apt, "aptitude": apt, "apk": apk, "yum": dnf, "dnf": dnf, "dnf5": dnf, "microdnf": dnf,
	"tdnf": dnf, "zypper": zypper, "rpm": rpm, "pip": pip, "npm": npm, "yarn": yarn, "pnpm": pnpm, "gem": gem,
	"go": golang, "cargo": cargo,
}

// sameAs are other names of managers.
var sameAs = map[string]string{"dnf5": "dnf", "tdnf": "dnf", "pip2": "pip", "pip3": "pip"}

// invocation is one call of a package manager.
type invocation struct {
	command asset.BuildCommand
	name    string
	manager *manager
	// verb is its own word for the operation, options what begins with "-", and
	// operands the rest.
	verb              string
	options, operands []string
}

// packages lists the package managers' operations of a RUN.
func (c *commands) packages(mounts []asset.BuildMount) {
	var list []invocation
	for _, command := range c.list {
		if call, found := invoked(command); found {
			list = append(list, call)
		}
	}
	for _, call := range list {
		operation, known := call.operation()
		if !known {
			continue
		}
		p := asset.PackageOperation{
			Stage: c.stage.Index, Manager: call.name, Operation: operation, Flags: call.options, Line: call.command.Line,
		}
		m := call.manager
		p.AssumesYes = len(m.yes) == 0 || call.has(m.yes) || c.answered(call) || m == apt && (call.isQuiet() || c.reader.aptQuiet)
		p.SignaturesOff = call.has(m.unsigned)
		p.TLSOff = call.has(m.insecure) || call.switchesTLSOff()
		c.request(call, &p)
		p.Recommends = m == apt && operation == asset.PackagesInstall && !c.lean(call)
		p.CacheKept = c.keepsCache(call, operation, mounts)
		p.Alone = operation == asset.PackagesUpdate && !installs(list, m) && !isCacheMounted(m, mounts)
		c.reader.facts.Packages = append(c.reader.facts.Packages, p)
		c.reader.noteItem("packages", len(c.reader.facts.Packages), p.Line)
	}
}

// invoked tells a call of a package manager.
func invoked(command asset.BuildCommand) (invocation, bool) {
	name, arguments := command.Program, command.Arguments
	switch {
	case isPython(name) && len(arguments) > 1 && arguments[0] == "-m" && arguments[1] == "pip":
		name, arguments = "pip", arguments[2:]
	case name == "uv" && len(arguments) > 0 && arguments[0] == "pip":
		// uv keeps no cache of pip's, and is told not to by its own options.
		return invocation{}, false
	case strings.HasPrefix(name, "pip3.") || strings.HasPrefix(name, "pip2."):
		name = "pip"
	}
	if other := sameAs[name]; other != "" {
		name = other
	}
	m := managers[name]
	if m == nil {
		return invocation{}, false
	}
	call := invocation{command: command, name: name, manager: m}
	call.read(arguments)
	call.join()
	return call, true
}

func isPython(name string) bool {
	return name == "python" || strings.HasPrefix(name, "python3") || name == "python2"
}

// read takes the words apart.
func (i *invocation) read(list []string) {
	for len(list) > 0 {
		word := list[0]
		list = list[1:]
		switch {
		case word == "--":
			i.operands = append(i.operands, list...)
			return
		case strings.HasPrefix(word, "-") && word != "-":
			i.options = append(i.options, word)
			if strings.Contains(i.manager.valued, " "+word+" ") && len(list) > 0 {
				i.options = append(i.options, word+"="+list[0])
				list = list[1:]
			}
		case i.verb == "" && i.manager != rpm:
			i.verb = word
		default:
			i.operands = append(i.operands, word)
		}
	}
}

// join makes one of verbs of two words: group install, cache clean, global add.
func (i *invocation) join() {
	if len(i.operands) == 0 {
		return
	}
	if both := i.verb + " " + i.operands[0]; i.manager.operations[both] != "" {
		i.verb, i.operands = both, i.operands[1:]
	}
}

// operation is what the call does, by its verb.
func (i *invocation) operation() (string, bool) {
	if i.manager == rpm {
		return i.rpmOperation()
	}
	operation, found := i.manager.operations[i.verb]
	return operation, found
}

// has tells if one of the options is given, also within short ones that are
// written together, and with a value behind "=".
func (i *invocation) has(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(i.options, func(option string) bool {
			isShort := len(name) == 2 && name[0] == '-' && name[1] != '-'
			return option == name || isShort && isCluster(option, name[1]) || strings.HasSuffix(name, "=") && strings.HasPrefix(strings.ToLower(option), strings.ToLower(name))
		})
	})
}

// answered tells if yes(1) answers the questions.
func (c *commands) answered(call invocation) bool {
	return slices.ContainsFunc(c.list, func(command asset.BuildCommand) bool {
		isAnswer := command.Program == "yes" || command.Program == "echo" && slices.ContainsFunc(command.Arguments, func(w string) bool { return strings.EqualFold(w, "y") || strings.EqualFold(w, "yes") })
		return isAnswer && slices.Contains(command.PipedInto, call.command.Program)
	})
}

// request reads what is asked for.
func (c *commands) request(call invocation, p *asset.PackageOperation) {
	m := call.manager
	p.Locked = call.isLocked()
	if p.Operation != asset.PackagesInstall || m.request == nil {
		return
	}
	for _, word := range call.operands {
		requested := m.request(word)
		if requested == nil || strings.ContainsAny(requested.Name, "$`*<>") {
			continue
		}
		if call.pinsAll() || m == golang && c.stage.hasSources && requested.Version == "" {
			requested.Pinned = true
		}
		p.Packages = append(p.Packages, *requested)
		if !requested.Pinned {
			p.Unpinned = append(p.Unpinned, requested.Name)
		}
	}
}

// keepsCache tells if what the manager fetched besides the packages is still in
// the layer when the RUN ends.
func (c *commands) keepsCache(call invocation, operation string, mounts []asset.BuildMount) bool {
	m := call.manager
	fetches := operation == asset.PackagesInstall || operation == asset.PackagesUpgrade || operation == asset.PackagesDistUpgrade || operation == asset.PackagesUpdate
	if !fetches || !m.keeps || call.has(m.uncached) || isCacheMounted(m, mounts) || c.hasVariable(call, m.uncached) {
		return false
	}
	if m == apt && operation != asset.PackagesUpdate {
		// The lists come from an update; what apt installs is removed by the
		// images' own configuration.
		return false
	}
	return !slices.ContainsFunc(c.list, func(command asset.BuildCommand) bool { return m.cleanedBy(command) })
}

// hasVariable tells if a variable of the environment switches the cache off.
func (c *commands) hasVariable(call invocation, names []string) bool {
	for _, name := range names {
		value, known := c.vars.Get(name)
		for _, v := range call.command.Env {
			if v.Name == name {
				value, known = v.Value, true
			}
		}
		if known && value != "" && value != "0" {
			return true
		}
	}
	return false
}

// isCacheMounted tells if a mount keeps the manager's folders out of the layer.
func isCacheMounted(m *manager, mounts []asset.BuildMount) bool {
	return slices.ContainsFunc(mounts, func(mount asset.BuildMount) bool {
		return (mount.Type == "cache" || mount.Type == "tmpfs") && slices.ContainsFunc(m.caches, func(folder string) bool {
			return strings.HasPrefix(folder, "/") && isBelow(folder, mount.Target) || strings.Contains(mount.Target, folder)
		})
	})
}

// cleanedBy tells a command that empties the manager's folders.
func (m *manager) cleanedBy(command asset.BuildCommand) bool {
	if call, isManager := invoked(command); isManager && call.manager == m {
		operation, _ := call.operation()
		return operation == asset.PackagesClean && (m != apt || call.verb == "distclean" || call.verb == "dist-clean")
	}
	if command.Program != "rm" && command.Program != "find" {
		return false
	}
	return slices.ContainsFunc(command.Arguments, func(word string) bool {
		return slices.ContainsFunc(m.caches, func(folder string) bool { return clears(word, folder) })
	})
}

// clears tells if a word of rm stands for a folder, or for all in it.
func clears(word, folder string) bool {
	if strings.Contains(word, "{") {
		parent, _, _ := strings.Cut(word, "{")
		rest := strings.TrimPrefix(folder, parent)
		first, _, _ := strings.Cut(rest, "/")
		return rest != folder && strings.Contains(word, first)
	}
	word = strings.TrimRight(word, "*/.")
	if !strings.HasPrefix(folder, "/") {
		return strings.Contains(word+"/", "/"+folder) || strings.HasSuffix(word, "/.cache")
	}
	return word != "" && (isBelow(folder, word) || strings.HasPrefix(word, folder) && len(word) > len(folder) && strings.ContainsAny(word, "*"))
}

// installs tells if a RUN also installs with the same manager.
func installs(list []invocation, m *manager) bool {
	return slices.ContainsFunc(list, func(call invocation) bool {
		operation, _ := call.operation()
		return call.manager == m && (operation == asset.PackagesInstall || operation == asset.PackagesUpgrade || operation == asset.PackagesDistUpgrade)
	})
}
