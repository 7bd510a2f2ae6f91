package dockerfile

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"seawall/internal/asset"
)

// copy reads COPY and ADD.
func (r *reader) copy(s *stage, node *parser.Node, keyword string) {
	c := asset.BuildCopy{
		Stage: s.Index, Keyword: keyword, From: flag(node.Flags, "from"), FromStage: -1, WorkDir: s.WorkDir, OnScratch: s.onScratch,
		Chown: r.flagValue(s, node, "chown"), Chmod: r.flagValue(s, node, "chmod"), Checksum: flag(node.Flags, "checksum"),
		Inline: len(node.Heredocs) > 0, Line: node.StartLine,
	}
	for _, word := range words(node) {
		text, missing := s.scope.expand(word, r.escape)
		r.missing(s, node, missing)
		c.Sources = append(c.Sources, text)
	}
	if len(c.Sources) == 0 {
		return
	}
	c.Destination = c.Sources[len(c.Sources)-1]
	c.Sources = slices.DeleteFunc(c.Sources[:len(c.Sources)-1], func(source string) bool { return strings.HasPrefix(source, "<<") })
	if c.From != "" {
		from, _ := s.scope.expand(c.From, r.escape)
		c.FromStage = r.stageMeant(from, s)
	}
	r.classify(s, &c)
	r.facts.Copies = append(r.facts.Copies, c)
	r.noteItem("copies", len(r.facts.Copies), c.Line)
	r.secretFiles(s, c)
}

func (r *reader) flagValue(s *stage, node *parser.Node, name string) string {
	value, _ := s.scope.expand(flag(node.Flags, name), r.escape)
	return value
}

// classify says what the sources are, and lists what is fetched.
func (r *reader) classify(s *stage, c *asset.BuildCopy) {
	for _, source := range c.Sources {
		switch {
		case c.From != "":
		case c.Keyword == "ADD" && isGitURL(source):
			c.Remote = true
			url, ref, _ := strings.Cut(source, "#")
			r.clone(asset.GitClone{Stage: s.Index, URL: url, Ref: ref, Pin: pin(ref), Line: c.Line})
		case c.Keyword == "ADD" && isURL(source):
			c.Remote = true
			r.download(asset.Download{
				Stage: s.Index, Tool: "ADD", URL: source, Output: c.Destination, Verified: c.Checksum != "",
				Plain: isPlain(source), Line: c.Line,
			})
		case c.Keyword == "ADD" && isArchive(source):
			c.Archive = true
		default:
			s.hasSources = true
			c.Context = c.Context || isContext(source)
		}
	}
}

// stageMeant is the index of the stage that --from names: an earlier one, the
// stage itself, or a later one; -1 for an image.
func (r *reader) stageMeant(from string, s *stage) int {
	if s.Name != "" && strings.EqualFold(from, s.Name) {
		return s.Index
	}
	if earlier := r.stageNamed(from); earlier != nil {
		return earlier.Index
	}
	if index, err := strconv.Atoi(from); err == nil && index >= 0 {
		return index
	}
	return -1
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "ftp://")
}

func isPlain(url string) bool {
	return strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "ftp://")
}

// isGitURL tells what ADD takes for a git repository.
func isGitURL(text string) bool {
	url, _, _ := strings.Cut(text, "#")
	url, _, _ = strings.Cut(url, "?")
	return strings.HasPrefix(text, "git@") || strings.HasPrefix(text, "git://") || strings.HasPrefix(text, "ssh://") || isURL(text) && strings.HasSuffix(url, ".git")
}

// isArchive tells the names of what ADD unpacks.
func isArchive(name string) bool {
	for _, suffix := range []string{".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".gz", ".bz2", ".xz"} {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}

// isContext tells the whole build context.
func isContext(source string) bool {
	clean := path.Clean("/" + source)
	return clean == "/" || clean == "/*" || clean == "/**"
}

func (r *reader) download(d asset.Download) {
	r.facts.Downloads = append(r.facts.Downloads, d)
	r.noteItem("downloads", len(r.facts.Downloads), d.Line)
}

func (r *reader) clone(c asset.GitClone) {
	r.facts.Clones = append(r.facts.Clones, c)
	r.noteItem("clones", len(r.facts.Clones), c.Line)
}
