package dockerfile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// downloads lists what curl, wget and aria2c fetch.
func (c *commands) downloads() {
	for i, command := range c.list {
		switch command.Program {
		case "curl", "wget", "aria2c", "fetch":
			for _, d := range c.fetched(command) {
				c.use(&d, command, c.list[i+1:])
				c.reader.download(d)
			}
		}
	}
}

// fetched reads the command line of a downloader.
func (c *commands) fetched(command asset.BuildCommand) []asset.Download {
	base := asset.Download{Stage: c.stage.Index, Tool: command.Program, Line: command.Line}
	var urls []string
	remoteName := command.Program == "wget" || command.Program == "aria2c"
	upload := false
	for i, word := range command.Arguments {
		next := ""
		if i+1 < len(command.Arguments) {
			next = command.Arguments[i+1]
		}
		switch {
		case isURL(word) || strings.HasPrefix(word, "$") && i > 0 && !strings.HasPrefix(command.Arguments[i-1], "-"):
			urls = append(urls, word)
		case isOutputOption(command.Program, word):
			base.Output = next
		case strings.HasPrefix(word, "--output="), strings.HasPrefix(word, "--output-document="):
			_, base.Output, _ = strings.Cut(word, "=")
		case command.Program == "wget" && strings.HasPrefix(word, "-O") && len(word) > 2:
			base.Output = word[2:]
		case word == "--remote-name", word == "--remote-name-all", isCluster(word, 'O') && command.Program == "curl":
			remoteName = true
		case isCluster(word, 'T'), word == "--upload-file":
			upload = upload || command.Program == "curl"
		}
		base.TLSOff = base.TLSOff || isInsecure(command.Program, word)
	}
	if base.Output == "-" {
		base.Output, remoteName = "", false
	}
	base.Noisy = command.Program == "wget" && !slices.ContainsFunc(command.Arguments, isQuiet)
	var list []asset.Download
	for _, url := range urls {
		if upload || isLocalhost(url) {
			continue
		}
		d := base
		d.URL, d.Plain = url, isPlain(url)
		if d.Output == "" && len(command.Writes) > 0 {
			d.Output = command.Writes[0]
		}
		if d.Output == "" && remoteName {
			d.Output = lastOfURL(url)
		}
		list = append(list, d)
	}
	return list
}

func isOutputOption(program, word string) bool {
	switch program {
	case "wget":
		return word == "--output-document" || isCluster(word, 'O') && strings.HasSuffix(word, "O")
	case "aria2c":
		return word == "-o" || word == "--out"
	}
	return word == "--output" || isCluster(word, 'o') && strings.HasSuffix(word, "o")
}

// isCluster tells a letter in short options that are written together: -fsSLO.
func isCluster(word string, letter byte) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-' && strings.IndexByte(word, letter) > 0 && !strings.ContainsAny(word, "=:/.")
}

func isInsecure(program, word string) bool {
	switch program {
	case "curl":
		return word == "--insecure" || word == "--proxy-insecure" || isCluster(word, 'k')
	case "wget":
		return word == "--no-check-certificate"
	}
	return word == "--check-certificate=false"
}

func isQuiet(word string) bool {
	switch {
	case word == "--quiet", word == "--no-verbose", strings.HasPrefix(word, "--progress"), strings.HasPrefix(word, "-nv"), word == "-o", strings.HasPrefix(word, "--output-file"), strings.HasPrefix(word, "--append-output"):
		return true
	}
	return isCluster(word, 'q')
}

func isLocalhost(url string) bool {
	_, rest, _ := strings.Cut(url, "://")
	for _, host := range []string{"localhost", "127.", "[::1]", "0.0.0.0"} {
		if strings.HasPrefix(rest, host) {
			return true
		}
	}
	return false
}

// lastOfURL is the name that a download is kept under.
func lastOfURL(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url[strings.LastIndexByte(url, '/')+1:]
}

// use says what becomes of a download: verified, run, or handed to a program.
func (c *commands) use(d *asset.Download, command asset.BuildCommand, later []asset.BuildCommand) {
	if isInterpreter(command.RunBy) {
		d.Interpreter = command.RunBy
	}
	for _, sink := range command.PipedInto {
		if isInterpreter(sink) {
			d.Interpreter = sink
		}
		d.Verified = d.Verified || sink == "sha256sum" || sink == "gpg" && d.Interpreter == ""
	}
	// Commands that stand before may check it too: a signature in a subshell.
	for _, other := range c.list {
		d.Verified = d.Verified || verifies(other)
	}
	name := lastOfURL(d.Output)
	if name == "" {
		return
	}
	for _, other := range later {
		switch {
		case isInterpreter(other.Program) && hasFile(other.Arguments, name):
			d.Interpreter = other.Program
		case other.Program == name && name != d.Tool:
			d.Interpreter = name
		case other.Program == "chmod" && hasFile(other.Arguments, name) && isExecutableMode(other.Arguments):
			d.Executable = true
		}
	}
}

// hasFile tells if a file is among the words, in any folder.
func hasFile(list []string, name string) bool {
	return slices.ContainsFunc(list, func(word string) bool { return lastOfURL(word) == name })
}

func isExecutableMode(list []string) bool {
	return slices.ContainsFunc(list, func(word string) bool {
		return strings.Contains(word, "+x") || strings.Contains(word, "+rx") || len(word) >= 3 && strings.Trim(word, "01234567") == "" && strings.ContainsAny(word, "1357")
	})
}

// verifies tells a command that checks a checksum or a signature and fails if it
// is wrong.
func verifies(command asset.BuildCommand) bool {
	switch command.Program {
	case "sha256sum", "sha512sum", "sha384sum", "shasum", "sha1sum", "md5sum", "b2sum", "b3sum":
		return slices.ContainsFunc(command.Arguments, func(word string) bool {
			return strings.HasPrefix(word, "--check") || isCluster(word, 'c') || strings.HasPrefix(word, "--quiet")
		})
	case "gpgv", "gpgv2", "minisign", "signify", "sqv", "slsa-verifier":
		return true
	case "gpg", "gpg2", "cosign", "rekor-cli", "notation", "gh", "openssl":
		return slices.ContainsFunc(command.Arguments, func(word string) bool {
			return strings.Contains(word, "verify") || word == "dgst" || strings.HasPrefix(word, "-sha")
		})
	case "[", "test", "[[":
		return slices.ContainsFunc(command.Arguments, func(word string) bool { return strings.Contains(word, "sum ") || strings.Contains(word, "sha256") })
	}
	return false
}

// clones lists the repositories that git fetches.
func (c *commands) clones() {
	for i, command := range c.list {
		list := gitWords(command)
		if command.Program != "git" || len(list) == 0 || list[0] != "clone" {
			continue
		}
		g := asset.GitClone{Stage: c.stage.Index, Line: command.Line}
		for j, word := range list[1:] {
			value, joined := cutOption(word, "--branch", "--revision")
			switch {
			case joined:
				g.Ref = value
			case (word == "-b" || word == "--branch" || word == "--revision") && j+2 < len(list):
				g.Ref = list[j+2]
			case g.URL == "" && (strings.Contains(word, "://") || strings.Contains(word, "@") || strings.HasPrefix(word, "$")) && !strings.HasPrefix(word, "-") && word != g.Ref:
				g.URL = word
			}
		}
		for _, later := range c.list[i+1:] {
			if ref := checkedOut(gitWords(later)); later.Program == "git" && ref != "" && (g.Ref == "" || pin(ref) == "commit") {
				g.Ref = ref
			}
		}
		g.Pin = pin(g.Ref)
		if g.URL != "" {
			c.reader.clone(g)
		}
	}
}

func cutOption(word string, names ...string) (string, bool) {
	for _, name := range names {
		if value, found := strings.CutPrefix(word, name+"="); found {
			return value, true
		}
	}
	return "", false
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
