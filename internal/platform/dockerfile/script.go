package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// script is the text of a RUN as the shell reads it. Its lines stand one to one
// for lines of the file, so that the shell's positions are the file's.
type script struct {
	text string
	// line is the line of the file that the text begins in.
	line int
	// interpreter is the program of a heredoc's "#!", "" for the stage's shell.
	interpreter string
}

// script gives the text that a RUN in shell form, or with a heredoc, runs.
func (r *reader) script(node *parser.Node) script {
	if len(node.Heredocs) > 0 && strings.HasPrefix(argument(node), "<<") && isBareHeredoc(argument(node)) {
		return r.heredocScript(node)
	}
	end := min(node.EndLine, len(r.lines))
	var out strings.Builder
	continued := true
	for number := node.StartLine; number <= end; number++ {
		line := strings.TrimRight(r.lines[number-1], " \t\r")
		switch {
		case !continued:
			out.WriteString(line)
		case number > node.StartLine && isCommentOrEmpty(line):
			out.WriteByte('\\')
		default:
			line, continued = r.continuation(line)
			if number == node.StartLine {
				line = blank(line, strings.Index(line, node.Value)+len(node.Value))
			}
			out.WriteString(line)
		}
		out.WriteByte('\n')
	}
	return script{text: blankFlags(out.String()), line: node.StartLine}
}

// continuation tells if a line goes on in the next one, and ends it as a shell
// wants it.
func (r *reader) continuation(line string) (string, bool) {
	before, found := strings.CutSuffix(line, string(r.escape))
	if !found || strings.HasSuffix(before, string(r.escape)) {
		return line, false
	}
	return before + `\`, true
}

func isCommentOrEmpty(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// isBareHeredoc tells "<<EOF" from a command that reads a heredoc.
func isBareHeredoc(text string) bool {
	heredoc, err := parser.ParseHeredoc(strings.TrimSpace(text))
	return err == nil && heredoc != nil
}

// heredocScript is the heredoc's own content.
func (r *reader) heredocScript(node *parser.Node) script {
	content := node.Heredocs[0].Content
	line := node.EndLine
	for i := len(node.Heredocs) - 1; i >= 0; i-- {
		line -= strings.Count(node.Heredocs[i].Content, "\n") + 1
	}
	s := script{text: content, line: line + 1}
	if node.Heredocs[0].Chomp {
		s.text = parser.ChompHeredocContent(content)
	}
	if first, _, _ := strings.Cut(s.text, "\n"); strings.HasPrefix(first, "#!") {
		s.interpreter = interpreterOf(first)
	}
	return s
}

// interpreterOf reads "#!/usr/bin/env -S bash -e".
func interpreterOf(line string) string {
	for _, word := range strings.Fields(strings.TrimPrefix(line, "#!")) {
		if name := programName(word); name != "env" && !strings.HasPrefix(name, "-") {
			return name
		}
	}
	return "sh"
}

// blank puts spaces in the place of the first bytes.
func blank(text string, length int) string {
	length = max(0, min(length, len(text)))
	return strings.Repeat(" ", length) + text[length:]
}

// blankFlags puts spaces in the place of the flags that a RUN begins with, and
// keeps the line ends between them.
func blankFlags(text string) string {
	out := []byte(text)
	at := 0
	for {
		for at < len(out) && strings.IndexByte(" \t\\\n", out[at]) >= 0 {
			at++
		}
		if !strings.HasPrefix(text[at:], "--") {
			return string(out)
		}
		end := at + flagLength(text[at:])
		for ; at < end; at++ {
			if out[at] != '\n' {
				out[at] = ' '
			}
		}
	}
}

// flagLength is the length of a word that may have quoted parts.
func flagLength(text string) int {
	quote := byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ' ' || c == '\t' || c == '\n', strings.HasPrefix(text[i:], "\\\n"):
			return i
		}
	}
	return len(text)
}
