package dockerfile

import (
	"slices"
	"strings"

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
	line := readDownloader(command.Program, command.Arguments)
	if line.upload {
		return nil
	}
	noisy := command.Program == "wget" && !slices.ContainsFunc(command.Arguments, isQuiet)
	var list []asset.Download
	for _, url := range line.urls {
		if isLocalhost(url) {
			continue
		}
		list = append(list, asset.Download{
			Stage: c.stage.Index, Tool: command.Program, Line: command.Line,
			URL: url, Output: line.file(url, command.Writes),
			TLSOff: line.tlsOff, Plain: isPlain(url), Noisy: noisy,
		})
	}
	return list
}

// downloader is what the command line of curl, wget or aria2c says.
type downloader struct {
	program string
	urls    []string
	// output is the file that is named, remoteName whether a file is else called
	// as the URL ends.
	output     string
	remoteName bool
	upload     bool
	tlsOff     bool
}

func readDownloader(program string, arguments []string) downloader {
	d := downloader{program: program, remoteName: program == "wget" || program == "aria2c"}
	for i, word := range arguments {
		switch {
		case isURL(word) || strings.HasPrefix(word, "$") && i > 0 && !strings.HasPrefix(arguments[i-1], "-"):
			d.urls = append(d.urls, word)
		case isOutputOption(program, word):
			d.output = ""
			if i+1 < len(arguments) {
				d.output = arguments[i+1]
			}
		default:
			d.option(word)
		}
		d.tlsOff = d.tlsOff || isInsecure(program, word)
	}
	if d.output == "-" {
		d.output, d.remoteName = "", false
	}
	return d
}

// option reads an option that is one word.
func (d *downloader) option(word string) {
	output, joined := cutOption(word, "--output", "--output-document")
	isCurl := d.program == "curl"
	switch {
	case joined:
		d.output = output
	case d.program == "wget" && strings.HasPrefix(word, "-O") && len(word) > 2:
		d.output = word[2:]
	case word == "--remote-name", word == "--remote-name-all", isCurl && isCluster(word, 'O'):
		d.remoteName = true
	case isCurl && (isCluster(word, 'T') || word == "--upload-file"):
		d.upload = true
	}
}

// file is where a URL's content goes, "" for standard output that the shell does
// not write to a file either.
func (d *downloader) file(url string, written []string) string {
	switch {
	case d.output != "":
		return d.output
	case len(written) > 0 && written[0] != "":
		return written[0]
	case d.remoteName:
		return lastOfURL(url)
	}
	return ""
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

// cutOption gives the value of an option that is written as NAME=VALUE.
func cutOption(word string, names ...string) (string, bool) {
	for _, name := range names {
		if value, found := strings.CutPrefix(word, name+"="); found {
			return value, true
		}
	}
	return "", false
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
