package tree

import (
	"slices"
	"strings"
)

// composeNames are the names that Compose looks for, the first one first
// (compose-spec, "The Compose file").
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

// overrides are the names of the files that Compose merges into one of its own
// names without being told.
func overrides(base string) []string {
	stem, _, _ := strings.Cut(base, ".")
	if !slices.Contains(composeNames, base) {
		return nil
	}
	return []string{stem + ".override.yml", stem + ".override.yaml"}
}

func isOverride(base string) bool {
	return slices.Contains([]string{
		"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	}, base)
}

// besideBase is true if the folder has a file that the override is merged into.
func besideBase(here map[string]bool, folder, override string) bool {
	for _, name := range composeNames {
		if here[folder+name] && slices.Contains(overrides(name), override) {
			return true
		}
	}
	return false
}

// variantOf names the Compose file that a file such as compose.prod.yaml is
// given on top of, "" for none.
func variantOf(here map[string]bool, folder, base string) string {
	stem, rest, _ := strings.Cut(base, ".")
	variant, _, dotted := strings.Cut(rest, ".")
	if !dotted || variant == "" || stem != "compose" && stem != "docker-compose" || !isYAML(base) {
		return ""
	}
	for _, name := range composeNames {
		if here[folder+name] && strings.HasPrefix(name, stem+".") {
			return name
		}
	}
	return ""
}

func isYAML(base string) bool {
	return strings.HasSuffix(base, ".yaml") || strings.HasSuffix(base, ".yml")
}
