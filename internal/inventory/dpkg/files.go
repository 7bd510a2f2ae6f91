package dpkg

import (
	"bytes"
	"path"
	"strings"
)

// ListOwner gives the package that a kept file list is about, "bash" or
// "libc6:amd64": the list's name without its suffix.
func ListOwner(listPath string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path.Base(listPath), ".list"), ".md5sums")
}

// EachFile calls visit for every path of a kept file list, without a leading
// slash. The bytes are valid during the call only; nothing is allocated.
func EachFile(listPath string, data []byte, visit func(file []byte)) {
	md5sums := strings.HasSuffix(listPath, ".md5sums")
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if md5sums {
			_, line, _ = bytes.Cut(line, []byte("  "))
			line = bytes.TrimPrefix(line, []byte("./"))
		}
		line = bytes.TrimPrefix(line, []byte("/"))
		if len(line) > 0 {
			visit(line)
		}
	}
}

// Diversion renames a file of every package but one (dpkg-divert(1)).
type Diversion struct {
	// To is where the file of the other packages stands, without a leading slash.
	To string
	// By is the package that keeps the name, ":" for the local administrator.
	By string
}

// Diversions reads a kept diversions file: three lines each, the path, its new
// name and the package that diverts. Keys have no leading slash.
func Diversions(data []byte) map[string]Diversion {
	diversions := map[string]Diversion{}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for ; len(lines) >= 3; lines = lines[3:] {
		from := strings.TrimPrefix(strings.TrimSpace(lines[0]), "/")
		to := strings.TrimPrefix(strings.TrimSpace(lines[1]), "/")
		diversions[from] = Diversion{To: to, By: strings.TrimSpace(lines[2])}
	}
	return diversions
}
