package compose

import (
	"strings"
)

// dotenvLine is one variable of an environment file.
type dotenvLine struct {
	name, value string
	line        int
	// written is false for a name alone, which takes its value from the caller.
	written bool
}

// readEnvFile adds the variables of an environment file that is there.
func (l *loader) readEnvFile(env *variables, file string) bool {
	if l.options.Read == nil {
		return false
	}
	content, err := l.open(file)
	if err != nil {
		return false
	}
	for _, line := range parseDotenv(string(content), env) {
		if line.written {
			env.values[line.name] = line.value
		}
	}
	return true
}

// parseDotenv reads an environment file as docker compose does: NAME=value with
// comments, "export", quotes over several lines and variables of the lines
// above and of env. Lines that are none of that are left out.
func parseDotenv(text string, env *variables) []dotenvLine {
	known := &variables{values: map[string]string{}}
	for name, value := range env.values {
		known.values[name] = value
	}
	var lines []dotenvLine
	text = strings.TrimPrefix(text, "\ufeff")
	for number := 1; text != ""; {
		row, rest, _ := strings.Cut(text, "\n")
		name, value, written := splitAssignment(row)
		if name == "" {
			text = rest
			number++
			continue
		}
		line := dotenvLine{name: name, line: number, written: written}
		rows := 1
		if strings.HasPrefix(value, `"`) || strings.HasPrefix(value, "'") {
			line.value, text, rows = quotedValue(text[strings.IndexAny(text, `"'`):], known)
		} else {
			line.value, text = expanded(bareValue(value), known), rest
		}
		number += rows
		if written {
			known.values[name] = line.value
		}
		lines = append(lines, line)
	}
	return lines
}

func splitAssignment(row string) (name, value string, written bool) {
	row = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(row), "export "))
	if row == "" || row[0] == '#' {
		return "", "", false
	}
	end := strings.IndexAny(row, "=:")
	if end < 0 {
		end = len(row)
	}
	name = strings.TrimSpace(row[:end])
	if strings.ContainsAny(name, " \t\"'#") {
		return "", "", false
	}
	if end == len(row) {
		return name, "", false
	}
	return name, strings.TrimSpace(row[end+1:]), true
}

// bareValue cuts a comment off a value without quotes.
func bareValue(value string) string {
	for i := range len(value) {
		if value[i] == '#' && (i == 0 || value[i-1] == ' ' || value[i-1] == '\t') {
			return strings.TrimSpace(value[:i])
		}
	}
	return value
}

// quotedValue reads a value in quotes, which may go on in the lines below. text
// begins at the quote.
func quotedValue(text string, env *variables) (value, after string, rows int) {
	quote := text[0]
	end := closingQuote(text[1:], quote) + 1
	if end == 0 { // never closed: the rest of the line is the value
		value, after, _ = strings.Cut(text[1:], "\n")
		return strings.TrimSpace(value), after, 1
	}
	value = text[1:end]
	_, after, _ = strings.Cut(text[end:], "\n")
	rows = 1 + strings.Count(value, "\n")
	if quote == '\'' {
		return value, after, rows
	}
	value = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\"`, `"`, `\\`, `\`, `\$`, "$$").Replace(value)
	return expanded(value, env), after, rows
}

func closingQuote(text string, quote byte) int {
	for i := range len(text) {
		if text[i] == quote && (i == 0 || text[i-1] != '\\') {
			return i
		}
	}
	return -1
}

// expanded replaces variables; one without a value is empty, as in a shell.
func expanded(value string, env *variables) string {
	if !strings.Contains(value, "$") {
		return value
	}
	text, _, err := substitute(value, env, 0)
	if err != nil {
		return value
	}
	return strings.ReplaceAll(text, "\x00", "")
}
