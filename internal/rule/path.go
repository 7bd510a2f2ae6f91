package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// maxPathSteps bounds a path; facts are nested five deep at most.
const maxPathSteps = 32

// parsePath reads a CEL path below a variable, `mounts[2].source` or
// `labels["a.b"]`, into field names and map keys (string) and indices (int64).
func parsePath(path string) ([]any, error) {
	var steps []any
	rest := "." + path
	for rest != "" {
		step, after, ok := pathStep(rest)
		if !ok || len(steps) == maxPathSteps {
			return nil, fmt.Errorf("%q is not a path such as mounts[2].source", path)
		}
		steps, rest = append(steps, step), after
	}
	return steps, nil
}

func pathStep(text string) (step any, rest string, ok bool) {
	if name, isField := strings.CutPrefix(text, "."); isField {
		end := strings.IndexAny(name, ".[]")
		if end < 0 {
			end = len(name)
		}
		return name[:end], name[end:], end > 0
	}
	inside, isIndex := strings.CutPrefix(text, "[")
	if !isIndex {
		return nil, "", false
	}
	if quoted, err := strconv.QuotedPrefix(inside); err == nil {
		key, err := strconv.Unquote(quoted)
		rest, closed := strings.CutPrefix(inside[len(quoted):], "]")
		return key, rest, err == nil && closed
	}
	digits, rest, closed := strings.Cut(inside, "]")
	index, err := strconv.ParseInt(digits, 10, 64)
	return index, rest, err == nil && closed && index >= 0
}
