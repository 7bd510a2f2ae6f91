package system

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"seawall/internal/asset"
	"seawall/internal/image"
	"seawall/internal/inventory"
)

// Names of the analyzers of /etc/passwd and /etc/shadow.
const (
	passwdAnalyzer = "system-passwd"
	shadowAnalyzer = "system-shadow"
)

// Analyzers gives the analyzers of the account files. What they keep holds no
// password and no hash of one.
func Analyzers() []image.Analyzer {
	return []image.Analyzer{
		analyzer(passwdAnalyzer, "passwd", keepPasswd),
		analyzer(shadowAnalyzer, "shadow", keepShadow),
	}
}

func analyzer(name, file string, keep func([]byte) []byte) image.Analyzer {
	return image.Analyzer{
		Name: name, Version: 1, MaxSize: 4 << 20,
		Patterns: []image.Pattern{{Dir: "etc", Base: file}},
		Analyze: func(_ context.Context, f image.File) ([]byte, error) {
			content, err := f.Bytes()
			if err != nil {
				return nil, err
			}
			return keep(content), nil
		},
	}
}

// keepPasswd keeps name:password:uid:gid:shell of each line of passwd(5), with
// "x" for any password that is not empty.
func keepPasswd(content []byte) []byte {
	kept := []byte{}
	for fields := range accountLines(content) {
		password := ""
		if fields[1] != "" {
			password = "x"
		}
		line := []string{fields[0], password, fields[2], fields[3], fields[6]}
		kept = append(kept, strings.Join(line, ":")+"\n"...)
	}
	return kept
}

// keepShadow keeps the name of each account of shadow(5), with ":" after those
// whose password is empty.
func keepShadow(content []byte) []byte {
	kept := []byte{}
	for fields := range accountLines(content) {
		kept = append(kept, fields[0]...)
		if fields[1] == "" {
			kept = append(kept, ':')
		}
		kept = append(kept, '\n')
	}
	return kept
}

// accountLines gives the fields of each line, at least seven: missing ones are
// empty, as container engines take them. Lines for NIS (+ and -) and comments
// name no account.
func accountLines(content []byte) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range bytes.Lines(content) {
			line = bytes.TrimSpace(line)
			if len(line) == 0 || strings.ContainsRune("#+-", rune(line[0])) {
				continue
			}
			fields := strings.Split(string(line), ":")
			for len(fields) < 7 {
				fields = append(fields, "")
			}
			if !yield(fields) {
				return
			}
		}
	}
}

// readAccounts puts together what the two analyzers kept.
func readAccounts(tree inventory.Tree) []asset.Account {
	passwd, _ := kept(tree, passwdAnalyzer, "etc/passwd")
	shadow, hasShadow := kept(tree, shadowAnalyzer, "etc/shadow")
	empty, shadowed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(shadow)) {
		name, isEmpty := strings.CutSuffix(strings.TrimSuffix(line, "\n"), ":")
		if !shadowed[name] {
			empty[name], shadowed[name] = isEmpty, true
		}
	}
	var accounts []asset.Account
	for line := range strings.Lines(string(passwd)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(fields) != 5 {
			continue
		}
		name, password := fields[0], fields[1]
		// An "x" sends to shadow; without an entry there nobody gets in.
		isEmpty := password == ""
		if password == "x" && hasShadow && shadowed[name] {
			isEmpty = empty[name]
		}
		accounts = append(accounts, asset.Account{
			Name: name, UID: number(fields[2]), GID: number(fields[3]), Shell: fields[4], EmptyPassword: isEmpty,
		})
	}
	return accounts
}

// number reads an id as container engines do: what is no number is 0, which is
// root.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// kept is what an analyzer kept of the file that a path leads to.
func kept(tree inventory.Tree, analyzer, path string) ([]byte, bool) {
	entry, found := tree.Lookup(path)
	if !found {
		return nil, false
	}
	for result := range tree.Results(analyzer) {
		if result.Path == entry.Path {
			return result.Data, true
		}
	}
	return nil, false
}
