package npm

import (
	"strings"
	"testing"
	"time"
)

// TestHostileLockfiles gives lockfiles that are built to be dear. Each must end
// quickly; whether as an error does not matter.
func TestHostileLockfiles(t *testing.T) {
	aliases := "lockfileVersion: '9.0'\nx0: &x0 {a: b}\n"
	for i := range 30 {
		from, to := string(rune('A'+i)), string(rune('A'+i+1))
		if i == 0 {
			from = "x0"
		}
		aliases += "y" + to + ": &" + to + " [*" + from + ", *" + from + ", *" + from + ", *" + from + ", *" + from + ", *" + from + ", *" + from + ", *" + from + "]\n"
	}
	tests := map[string]struct {
		parse   func([]byte) ([]lockEntry, error)
		content string
	}{
		"nested YAML":         {parsePnpmLock, "lockfileVersion: '9.0'\npackages: " + strings.Repeat("[", 1<<20)},
		"aliases of aliases":  {parsePnpmLock, aliases + "packages: *Z\n"},
		"many YAML documents": {parsePnpmLock, strings.Repeat("---\nlockfileVersion: '9.0'\n", 1<<15)},
		"nested JSON":         {parsePackageLock, strings.Repeat(`{"dependencies":{"a":`, 1<<18)},
		"deep dependencies":   {parsePackageLock, strings.Repeat(`{"dependencies":{"a":`, 4_000) + "{}" + strings.Repeat("}}", 4_000)},
		"one endless line":    {parseYarnLock, strings.Repeat(`"a@`, 1<<20)},
		"many headings":       {parseYarnLock, strings.Repeat("a:\n", 1<<18)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, _ = tt.parse([]byte(tt.content))
			if spent := time.Since(start); spent > 20*time.Second {
				t.Errorf("took %s", spent)
			} else {
				t.Log(spent)
			}
		})
	}
}
