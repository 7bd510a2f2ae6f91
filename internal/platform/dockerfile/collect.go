package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// collect turns the commands of a RUN into facts.
func (c *commands) collect(mounts []asset.BuildMount, node *parser.Node) {
	r := c.reader
	for _, command := range c.list {
		r.facts.Commands = append(r.facts.Commands, command)
		r.noteItem("commands", len(r.facts.Commands), command.Line)
		r.secretCommand(command)
		r.tlsCommand(command)
		c.writtenKey(command)
		c.account(command)
	}
	c.aptSettings()
	c.packages(mounts)
	c.downloads()
	c.clones()
	c.leaks(mounts, node)
}

// writtenKey notes a private key that a command writes and nothing deletes.
func (c *commands) writtenKey(command asset.BuildCommand) {
	for _, file := range command.Writes {
		if strings.Contains(file, ".ssh/id_") && !strings.HasSuffix(file, ".pub") && !c.removes(file) {
			c.reader.secret(asset.BuildSecret{Stage: command.Stage, Kind: "file", Name: file, Line: command.Line})
		}
	}
}

// account notes accounts that are made with uid 0.
func (c *commands) account(command asset.BuildCommand) {
	if command.Program != "useradd" && command.Program != "adduser" && command.Program != "usermod" {
		return
	}
	for i, word := range command.Arguments {
		value, joined := strings.CutPrefix(word, "--uid=")
		if (word == "-u" || word == "--uid") && i+1 < len(command.Arguments) {
			value, joined = command.Arguments[i+1], true
		}
		if joined && isRoot(value, "linux") {
			c.stage.uidZero[command.Arguments[len(command.Arguments)-1]] = true
		}
	}
}

// mounts lists the --mount flags of a RUN.
func (r *reader) mounts(s *stage, node *parser.Node) []asset.BuildMount {
	var list []asset.BuildMount
	for _, text := range node.Flags {
		options, isMount := strings.CutPrefix(text, "--mount=")
		if !isMount {
			continue
		}
		m := asset.BuildMount{Stage: s.Index, Type: "bind", Line: node.StartLine}
		fields := map[string]*string{
			"type": &m.Type, "target": &m.Target, "dst": &m.Target, "destination": &m.Target,
			"source": &m.Source, "src": &m.Source, "from": &m.From, "id": &m.ID, "env": &m.Env,
		}
		for option := range strings.SplitSeq(options, ",") {
			name, value, _ := strings.Cut(option, "=")
			if field := fields[strings.ToLower(name)]; field != nil {
				*field, _ = s.scope.expand(value, r.escape)
			}
		}
		if m.Type == "secret" && m.Target == "" && m.Env == "" {
			m.Target = "/run/secrets/" + m.ID
		}
		list = append(list, m)
	}
	return list
}

// leaks lists the mounts, with those whose secret the RUN copies to a file.
func (c *commands) leaks(mounts []asset.BuildMount, node *parser.Node) {
	r := c.reader
	for _, m := range mounts {
		m.Leaked = m.Type == "secret" && slices.ContainsFunc(c.list, func(command asset.BuildCommand) bool { return c.keeps(command, m, mounts) })
		r.facts.Mounts = append(r.facts.Mounts, m)
		r.noteItem("mounts", len(r.facts.Mounts), node.StartLine)
	}
}

// keeps tells a command that writes a secret's content to a file which is still
// there when the RUN ends.
func (c *commands) keeps(command asset.BuildCommand, m asset.BuildMount, mounts []asset.BuildMount) bool {
	var files []string
	switch command.Program {
	case "cp", "install", "mv":
		if n := len(command.Arguments); n > 1 && m.Target != "" && slices.Contains(command.Arguments[:n-1], m.Target) {
			files = command.Arguments[n-1:]
		}
	case "cat", "echo", "printf", "base64", "tee":
		if reads(command.Arguments, m) {
			files = command.Writes
		}
	}
	return slices.ContainsFunc(files, func(file string) bool {
		return !strings.HasPrefix(file, "/dev/") && !c.removes(file) && !isMounted(file, mounts)
	})
}

// reads tells if a mounted secret is in the words of a command.
func reads(list []string, m asset.BuildMount) bool {
	return slices.ContainsFunc(list, func(word string) bool {
		return m.Target != "" && strings.Contains(word, m.Target) || m.Env != "" && (word == "$"+m.Env || strings.Contains(word, "${"+m.Env+"}"))
	})
}

// removes tells if the RUN deletes a file.
func (c *commands) removes(file string) bool {
	return slices.ContainsFunc(c.list, func(command asset.BuildCommand) bool {
		return (command.Program == "rm" || command.Program == "shred") && slices.Contains(command.Arguments, file)
	})
}

// isMounted tells a path in a mount: what is written there is in no layer.
func isMounted(file string, mounts []asset.BuildMount) bool {
	return slices.ContainsFunc(mounts, func(m asset.BuildMount) bool { return m.Target != "" && isBelow(file, m.Target) })
}

// isBelow tells a path that is a folder or in it.
func isBelow(file, folder string) bool {
	folder = strings.TrimSuffix(folder, "/")
	return file == folder || strings.HasPrefix(file, folder+"/")
}
