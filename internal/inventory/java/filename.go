package java

import (
	"slices"
	"strings"
)

// versionWords are the parts of a version that are not numbers, but may end in
// one: "1.0-rc-1", "31.1-jre", "9.4-1201-jdbc41".
var versionWords = []string{
	"alpha", "beta", "rc", "cr", "m", "b", "sp", "ga", "final", "release", "snapshot", "incubating", "pre", "build",
	"jre", "android", "jdk", "jdbc",
}

func isVersionWord(part string) bool {
	return slices.Contains(versionWords, strings.ToLower(strings.TrimRight(part, "0123456789")))
}

// splitFileName parts NAME-VERSION[-CLASSIFIER] as Maven builds file names. The
// version is "" if there is none. A name may hold numbers: in
// log4j-1.2-api-2.17.1 the first number is followed by a word and another.
func splitFileName(base string) (name, version string) {
	parts := strings.Split(base, "-")
	for i := 1; i < len(parts); i++ {
		if !startsWithDigit(parts[i]) {
			continue
		}
		end := i + 1
		for end < len(parts) && (startsWithDigit(parts[end]) || isVersionWord(parts[end])) {
			end++
		}
		if !numberFollows(parts[end:]) {
			return strings.Join(parts[:i], "-"), strings.Join(parts[i:end], "-")
		}
	}
	return base, ""
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func numberFollows(parts []string) bool {
	for _, part := range parts {
		if startsWithDigit(part) {
			return true
		}
	}
	return false
}
