package dockerfile

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// pairs gives the names and values of ENV and LABEL.
func pairs(node *parser.Node) [][2]string {
	var list [][2]string
	for n := node.Next; n != nil && n.Next != nil; {
		list = append(list, [2]string{n.Value, n.Next.Value})
		separator := n.Next.Next
		if separator == nil {
			break
		}
		n = separator.Next
	}
	return list
}

// env reads ENV. All values of one instruction see the variables as they were
// before it.
func (r *reader) env(s *stage, node *parser.Node) {
	before := newScope(s.scope)
	list := pairs(node)
	isSet := map[string]bool{}
	for _, pair := range list {
		isSet[pair[0]] = true
	}
	for _, pair := range list {
		name, _ := before.expand(pair[0], r.escape)
		value, missing := before.expand(pair[1], r.escape)
		for _, used := range missing {
			if isSet[used] && used != name && !before.open[used] && !predefined[used] {
				r.variable(asset.BuildVariable{Name: used, Self: true}, node)
			}
		}
		r.missing(s, node, missing)
		s.scope.setEnv(name, value, len(missing) == 0)
		r.secretVariable(s, name, value, node.StartLine)
		r.tlsSetting(s.Index, "env", name, value, node.StartLine)
	}
}

func (r *reader) label(s *stage, node *parser.Node) {
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	for _, pair := range pairs(node) {
		name, _ := s.scope.expand(pair[0], r.escape)
		if len(s.Labels) >= maxItems {
			break
		}
		s.Labels[name], _ = s.scope.expand(pair[1], r.escape)
	}
}

// user reads USER, user[:group].
func (r *reader) user(s *stage, node *parser.Node, index int) {
	text := r.expandInto(s, node, index)
	s.User, s.UserWritten, s.userUnknown = text, true, ""
	name, _, _ := strings.Cut(text, ":")
	s.Root = isRoot(name, s.OS) || s.uidZero[name]
	if strings.Contains(name, "$") {
		s.Root = false
		s.userUnknown = "USER " + text + " hangs on a variable that the file gives no value: write the number"
	}
	s.Users = append(s.Users, asset.BuildUser{User: text, Root: s.Root, Line: node.StartLine})
}

// isRoot tells uid 0 in every spelling that runtimes take, and Windows'
// administrator.
func isRoot(name, os string) bool {
	if os == "windows" {
		return strings.EqualFold(strings.TrimPrefix(name, `.\`), "ContainerAdministrator")
	}
	number, err := strconv.ParseInt(name, 10, 64)
	return name == "root" || err == nil && number == 0
}

func (r *reader) workDir(s *stage, node *parser.Node, index int) {
	folder := r.expandInto(s, node, index)
	if path.IsAbs(folder) || isWindowsPath(folder) || strings.HasPrefix(folder, "$") {
		s.WorkDir = folder
	} else {
		s.WorkDir = path.Join("/", s.WorkDir, folder)
	}
}

func isWindowsPath(name string) bool {
	return len(name) > 1 && name[1] == ':' || strings.HasPrefix(name, `\`)
}

// setShell reads SHELL, and decides whether its commands can be understood.
func (r *reader) setShell(s *stage, list []string) {
	if len(list) == 0 {
		return
	}
	s.Shell = list
	s.posix = isShell(programName(list[0]))
	s.pipefail = slices.Contains(list, "pipefail")
}

func (r *reader) expose(s *stage, node *parser.Node) {
	for _, word := range words(node) {
		text, missing := s.scope.expand(word, r.escape)
		r.missing(s, node, missing)
		for _, one := range strings.Fields(text) {
			if len(s.Ports) >= maxItems {
				return
			}
			s.Ports = append(s.Ports, exposed(one, node.StartLine))
		}
	}
}

// exposed reads "80", "8000-8010/udp".
func exposed(text string, line int) asset.BuildPort {
	port := asset.BuildPort{Text: text, First: -1, Last: -1, Protocol: "tcp", Line: line}
	if strings.Contains(text, "$") {
		return port
	}
	numbers, protocol, written := strings.Cut(text, "/")
	if written {
		port.Protocol = strings.ToLower(protocol)
	}
	first, last, isRange := strings.Cut(numbers, "-")
	if !isRange {
		last = first
	}
	var errFirst, errLast error
	port.First, errFirst = strconv.ParseInt(first, 10, 64)
	port.Last, errLast = strconv.ParseInt(last, 10, 64)
	switch {
	case strings.Contains(numbers, ":"):
		port.Fault = "EXPOSE takes the container's port alone; what it is published as is said at run time"
	case errFirst != nil || errLast != nil:
		port.Fault = "it is not a number"
	case port.First < 0 || port.Last > 65535 || port.Last < port.First:
		port.Fault = "ports are 0 to 65535"
	case !slices.Contains([]string{"tcp", "udp", "sctp"}, port.Protocol):
		port.Fault = "the protocol is none of tcp, udp and sctp"
	}
	if errFirst != nil || errLast != nil {
		port.First, port.Last = -1, -1
	}
	return port
}

func (r *reader) volume(s *stage, node *parser.Node) {
	for _, word := range words(node) {
		text, _ := s.scope.expand(word, r.escape)
		if len(s.Volumes) >= maxItems {
			return
		}
		s.Volumes = append(s.Volumes, text)
	}
}

// healthcheck reads HEALTHCHECK CMD … and HEALTHCHECK NONE.
func (r *reader) healthcheck(s *stage, node *parser.Node) {
	r.count(s, "HEALTHCHECK", node.StartLine)
	list := words(node)
	switch {
	case len(list) == 0:
		return
	case strings.EqualFold(list[0], "none"):
		s.Healthcheck.Test = []string{"NONE"}
	case node.Attributes["json"]:
		s.Healthcheck.Test = append([]string{"CMD"}, list[1:]...)
	default:
		s.Healthcheck.Test = append([]string{"CMD-SHELL"}, list[1:]...)
	}
}

// process reads CMD and ENTRYPOINT.
func (r *reader) process(s *stage, process *asset.BuildProcess, node *parser.Node, keyword string) {
	r.count(s, keyword, node.StartLine)
	*process = asset.BuildProcess{Set: true, Form: form(node), Words: words(node), Line: node.StartLine}
}

// count notes the second instruction of a kind of which only one counts.
func (r *reader) count(s *stage, keyword string, line int) {
	if before := s.seen[keyword]; before > 0 {
		s.Repeated = append(s.Repeated, asset.BuildRepetition{Keyword: keyword, Line: before})
	}
	s.seen[keyword] = line
}
