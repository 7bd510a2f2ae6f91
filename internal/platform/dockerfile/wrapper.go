package dockerfile

import (
	"slices"
	"strings"

	"seawall/internal/asset"
)

// wrapper is a program that starts another one.
type wrapper struct {
	// valued are its options that take the next word.
	valued string
	// operands are words of its own before the other program.
	operands int
	// assigns is true if NAME=value may stand before the other program.
	assigns bool
}

// wrappers by name; options that take a word are listed with spaces.
var wrappers = map[string]wrapper{
	"sudo":      {valued: " -u -g -C -h -p -r -t -T -U --user --group --host --prompt --chdir -D ", assigns: true},
	"doas":      {valued: " -u -C "},
	"env":       {valued: " -u -C -S --unset --chdir ", assigns: true},
	"nohup":     {},
	"nice":      {valued: " -n --adjustment "},
	"ionice":    {valued: " -c -n -p "},
	"time":      {valued: " -f -o "},
	"timeout":   {valued: " -s -k --signal --kill-after ", operands: 1},
	"exec":      {valued: " -a "},
	"command":   {},
	"builtin":   {},
	"stdbuf":    {valued: " -i -o -e "},
	"xargs":     {valued: " -n -P -I -L -d -E -a -s --max-args --max-procs --replace --delimiter --arg-file "},
	"eatmydata": {},
	"fakeroot":  {},
	"setsid":    {},
	"chroot":    {operands: 1},
	"gosu":      {operands: 1},
	"su-exec":   {operands: 1},
	"busybox":   {},
	"setpriv":   {valued: " --reuid --regid --groups "},
	"retry":     {valued: " -t -d "},
	"dumb-init": {},
	"tini":      {},
	"unshare":   {},
	"setarch":   {operands: 1},
	"flock":     {valued: " -w ", operands: 1},
	"strace":    {valued: " -o -e "},
}

// unwrap takes off the programs that start another one, the outermost first,
// with the variables that they set for it.
func unwrap(list []string) (names []string, env []asset.EnvVar, rest []string) {
	for len(list) > 0 && len(names) < 10 {
		name := programName(list[0])
		w, found := wrappers[name]
		if !found || name == "command" && slices.Contains(list, "-v") {
			return names, env, list
		}
		names = append(names, name)
		var set []asset.EnvVar
		list, set = w.strip(list[1:])
		env = append(env, set...)
	}
	return names, env, list
}

// strip takes off the wrapper's own words.
func (w wrapper) strip(list []string) (rest []string, env []asset.EnvVar) {
	operands := w.operands
	for len(list) > 0 {
		word := list[0]
		name, value, assigned := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(word, "-") && strings.Contains(w.valued, " "+word+" ") && len(list) > 1:
			list = list[2:]
		case strings.HasPrefix(word, "-"):
			list = list[1:]
		case w.assigns && assigned && isVariableName(name):
			env = append(env, asset.EnvVar{Name: name, Value: value})
			list = list[1:]
		case operands > 0:
			operands--
			list = list[1:]
		default:
			return list, env
		}
	}
	return nil, env
}

func isVariableName(text string) bool {
	return text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
