// Package notation reads the short notations that came with the docker command
// and that other platforms have taken over: image references, users, security
// options, sizes, binds and tmpfs options.
package notation

import (
	"fmt"
	"strconv"
	"strings"

	"seawall/internal/asset"
)

// units are those of docker's --memory: powers of 1024, case does not matter.
var units = map[string]int64{"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20, "g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30, "t": 1 << 40, "tb": 1 << 40, "tib": 1 << 40, "p": 1 << 50, "pb": 1 << 50, "pib": 1 << 50}

// Bytes reads a size such as "64m", "1.5gb" or "1024" (bytes).
func Bytes(text string) (int64, error) {
	text = strings.TrimSpace(text)
	end := strings.LastIndexAny(text, "0123456789.") + 1
	unit, known := units[strings.ToLower(strings.TrimSpace(text[end:]))]
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil || !known || number < 0 || number*float64(unit) >= 1<<63 {
		return 0, fmt.Errorf("%q is not a size such as 64m or 1.5gb", text)
	}
	return int64(number * float64(unit)), nil
}

// Env reads NAME=value; a name alone takes its value from whoever starts it.
func Env(text string) asset.EnvSetting {
	name, value, written := strings.Cut(text, "=")
	if !written {
		return asset.EnvSetting{Name: name, From: asset.EnvHost}
	}
	return asset.EnvSetting{Name: name, Value: value, From: asset.EnvValue}
}

// Bind reads the docker command's --volume, SOURCE:TARGET[:OPTIONS] or TARGET
// alone, on Linux and, with drive letters, on Windows.
func Bind(text string) asset.Mount {
	source, rest := cutPath(text)
	if rest == "" {
		return asset.Mount{Type: "volume", Target: source, Propagation: "rprivate"}
	}
	target, options := cutPath(rest)
	m := asset.Mount{Type: "volume", Source: source, Target: target}
	if isPath(source) {
		m.Type = "bind"
	}
	MountOptions(options, &m)
	return m
}

// MountOptions reads the words "ro,z,rshared" into a mount; words without a
// field of their own are kept.
func MountOptions(words string, m *asset.Mount) {
	for word := range strings.SplitSeq(words, ",") {
		switch word {
		case "", "rw":
		case "ro", "readonly":
			m.ReadOnly = true
		case "z", "Z":
			m.Relabel = word
		case "private", "rprivate", "shared", "rshared", "slave", "rslave":
			m.Propagation = word
		default:
			m.Options = append(m.Options, word)
		}
	}
	if m.Propagation == "" {
		m.Propagation = "rprivate"
	}
}

// Tmpfs reads the options of a tmpfs, "rw,noexec,size=64m".
func Tmpfs(target, options string) asset.Mount {
	m := asset.Mount{Type: "tmpfs", Target: target}
	MountOptions(options, &m)
	for _, word := range m.Options {
		if size, isSize := strings.CutPrefix(word, "size="); isSize {
			m.Size, _ = Bytes(size) // tmpfs also takes a percentage, which has no number here
		}
	}
	return m
}

// cutPath splits at the first colon that is not that of a drive letter.
func cutPath(text string) (path, rest string) {
	from := 0
	if len(text) > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/') && isLetter(text[0]) {
		from = 2
	}
	path, rest, _ = strings.Cut(text[from:], ":")
	return text[:from] + path, rest
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isPath tells a path on the host from the name of a volume, which has no
// separator (and at least two characters).
func isPath(source string) bool {
	return strings.ContainsAny(source, `/\`) || source == "." || source == ".." || strings.HasPrefix(source, "~")
}
