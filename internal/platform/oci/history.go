package oci

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"seawall/internal/asset"
)

// history reads the steps. Where a builder left created_by empty its comment
// is what is known of the step (Nix writes the store paths there).
func history(steps []wireStep, shell []string) []asset.HistoryEntry {
	entries := make([]asset.HistoryEntry, len(steps))
	for i, step := range steps {
		text := step.CreatedBy
		if text == "" {
			text = step.Comment
		}
		instruction, arguments := parseStep(text, shell)
		entries[i] = asset.HistoryEntry{CreatedBy: text, Instruction: instruction, Arguments: arguments, Layer: -1}
	}
	return entries
}

// linkLayers tells which step made which layer: the n-th step that is not
// marked empty_layer made the n-th layer (OCI image specification, config.md,
// "history"). If the numbers differ the history is incomplete, and no step is
// linked: a wrong command beside a layer is worse than none.
func linkLayers(entries []asset.HistoryEntry, layers []asset.Layer, steps []wireStep) {
	made := 0
	for _, step := range steps {
		if !step.EmptyLayer {
			made++
		}
	}
	if made != len(layers) {
		return
	}
	next := 0
	for i, step := range steps {
		if step.EmptyLayer {
			continue
		}
		entries[i].Layer = next
		layers[next].CreatedBy = entries[i].CreatedBy
		next++
	}
}

// instructions are the Dockerfile's keywords.
var instructions = map[string]bool{
	"ADD": true, "ARG": true, "CMD": true, "COPY": true, "ENTRYPOINT": true, "ENV": true, "EXPOSE": true,
	"FROM": true, "HEALTHCHECK": true, "LABEL": true, "MAINTAINER": true, "ONBUILD": true, "RUN": true,
	"SHELL": true, "STOPSIGNAL": true, "USER": true, "VOLUME": true, "WORKDIR": true,
}

// parseStep reads the Dockerfile instruction and its arguments from the command
// that a builder recorded:
//
//	/bin/sh -c #(nop) COPY file:… in /    classic builder, buildah
//	|1 A=b /bin/sh -c apt-get update      the same, RUN with build arguments
//	RUN |1 A=b /bin/sh -c make # buildkit BuildKit
//	COPY . /app                           kaniko
//
// Other tools (ko, Jib, debuerreotype) record no instruction: it is then "" and
// the arguments are the whole text.
func parseStep(text string, shell []string) (instruction, arguments string) {
	text = strings.TrimSpace(text)
	keyword, rest := cutWord(text)
	if instructions[keyword] {
		rest = strings.TrimSpace(strings.TrimSuffix(rest, "# buildkit"))
		if keyword == "RUN" {
			rest = runCommand(rest, shell)
		}
		return keyword, rest
	}
	command := runCommand(text, shell)
	if nop, ok := strings.CutPrefix(command, "#(nop)"); ok {
		keyword, rest = cutWord(strings.TrimSpace(nop))
		return keyword, stepPatterns().buildah.ReplaceAllString(rest, "")
	}
	if command != text {
		return "RUN", command
	}
	return "", text
}

// stepPatterns are compiled when the first history is read.
var stepPatterns = sync.OnceValue(func() *patternSet {
	return &patternSet{
		shell: regexp.MustCompile(`^(?:\S*/)?(?:sh|bash|ash|dash|zsh|ksh|busybox sh)(?: -[A-Za-z]+| pipefail| errexit| nounset| xtrace)*? -[A-Za-z]*c\s+` +
			`|^(?i:cmd(?:\.exe)? /S /C|(?:\S*\\)?(?:powershell|pwsh)(?:\.exe)?(?: -\w+(?: \w+)??)*? -command)\s+`),
		shellPath: regexp.MustCompile(`\s(?:/\S*/)(?:sh|bash|ash|dash|zsh|ksh)(?: -[A-Za-z]+| pipefail)*? -[A-Za-z]*c\s`),
		buildah:   regexp.MustCompile(`(?: \|(?:inheritLabels|unsetLabel|unsetAnnotation|forceMountLabel)\S*)+\s*$`),
		flag:      regexp.MustCompile(`^--(?:mount|network|security|device)=\S+\s+`),
	}
})

// patternSet finds the parts of a recorded command.
type patternSet struct {
	// shell is a shell, in any place, with its options up to the one that takes
	// the command; shellPath is one by its full path in the middle of a text;
	// buildah is what newer Buildah appends for its cache; flag is one of RUN's.
	shell, shellPath, buildah, flag *regexp.Regexp
}

// runCommand strips what builders put before a RUN step's command: the flags,
// the build arguments ("|2 A=b C=d") and the shell.
func runCommand(text string, shell []string) string {
	for {
		flag := stepPatterns().flag.FindString(text)
		if flag == "" {
			break
		}
		text = text[len(flag):]
	}
	text = withoutBuildArguments(text)
	if own := strings.Join(shell, " "); own != "" {
		if command, ok := strings.CutPrefix(text, own+" "); ok {
			return strings.TrimSpace(command)
		}
	}
	return strings.TrimSpace(text[len(stepPatterns().shell.FindString(text)):])
}

// withoutBuildArguments strips "|N NAME=value …". Values are not quoted and may
// hold spaces, so the shell's path, where there is one, is the better mark of
// where they end than their number.
func withoutBuildArguments(text string) string {
	count, rest, ok := strings.Cut(text, " ")
	number, isCount := strings.CutPrefix(count, "|")
	if !ok || !isCount {
		return text
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return text
	}
	if mark := stepPatterns().shellPath.FindStringIndex(" " + rest); mark != nil {
		return rest[mark[0]:]
	}
	for ; n > 0 && rest != ""; n-- {
		_, rest = cutWord(rest)
	}
	return rest
}

// cutWord splits off the first word.
func cutWord(text string) (word, rest string) {
	end := strings.IndexAny(text, " \t\n")
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSpace(text[end:])
}
