package dockerfile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// clones lists the repositories that git fetches.
func (c *commands) clones() {
	for i, command := range c.list {
		words := gitWords(command)
		if command.Program != "git" || len(words) == 0 || words[0] != "clone" {
			continue
		}
		url, ref := cloned(words[1:])
		if url == "" {
			continue
		}
		ref = lastRef(ref, c.list[i+1:])
		c.reader.clone(asset.GitClone{Stage: c.stage.Index, URL: url, Ref: ref, Pin: pin(ref), Line: command.Line})
	}
}

// cloned reads the arguments of git clone.
func cloned(arguments []string) (url, ref string) {
	for i, word := range arguments {
		value, joined := cutOption(word, "--branch", "--revision")
		switch {
		case joined:
			ref = value
		case (word == "-b" || word == "--branch" || word == "--revision") && i+1 < len(arguments):
			ref = arguments[i+1]
		case url == "" && word != ref && isRepository(word):
			url = word
		}
	}
	return url, ref
}

// isRepository tells a repository elsewhere, or a variable that may name one,
// from options and folders.
func isRepository(word string) bool {
	return !strings.HasPrefix(word, "-") && (strings.Contains(word, "://") || strings.Contains(word, "@") || strings.HasPrefix(word, "$"))
}

// lastRef is the ref that stays after later commands check out others. One that
// is less firm than a commit does not replace what git clone was told.
func lastRef(ref string, later []asset.BuildCommand) string {
	for _, command := range later {
		if other := checkedOut(gitWords(command)); command.Program == "git" && other != "" && (ref == "" || pin(other) == "commit") {
			ref = other
		}
	}
	return ref
}

// gitWords are git's words without the options before its command.
func gitWords(command asset.BuildCommand) []string {
	list := command.Arguments
	for len(list) > 0 && strings.HasPrefix(list[0], "-") {
		if (list[0] == "-C" || list[0] == "-c" || list[0] == "--git-dir" || list[0] == "--work-tree") && len(list) > 1 {
			list = list[1:]
		}
		list = list[1:]
	}
	return list
}

// checkedOut is the ref of git checkout, switch, reset --hard and fetch.
func checkedOut(list []string) string {
	if len(list) < 2 || !slices.Contains([]string{"checkout", "switch", "reset", "fetch"}, list[0]) {
		return ""
	}
	last := list[len(list)-1]
	for _, word := range list[1:] {
		if pin(word) != "" {
			return word
		}
	}
	if strings.HasPrefix(last, "-") || last == "." {
		return ""
	}
	return last
}

var versionForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:[a-z][a-z0-9_.-]*[-_/])?(?:v|r|release[-_/]?)?[0-9]+(?:[._][0-9]+)+`)
})

// pin says how firmly a ref is fixed: "commit" for a hash, "version" for what
// looks like a release's tag or is a build argument's value, else "".
func pin(ref string) string {
	ref, _, _ = strings.Cut(ref, ":")
	if len(ref) >= 7 && len(ref) <= 64 && strings.Trim(ref, "0123456789abcdef") == "" && strings.ContainsAny(ref, "0123456789") {
		return "commit"
	}
	if versionForm().MatchString(strings.TrimPrefix(strings.TrimPrefix(ref, "refs/tags/"), "tags/")) {
		return "version"
	}
	if strings.Contains(ref, "$") {
		return "variable"
	}
	return ""
}
