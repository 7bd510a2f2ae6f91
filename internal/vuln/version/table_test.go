package version

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables in testdata anew with the real tools")

// TestTables checks the verdicts that the real tools gave, so that they hold
// where the tools are missing.
func TestTables(t *testing.T) {
	for _, o := range oracles {
		t.Run(o.name, func(t *testing.T) {
			path := filepath.Join("testdata", o.name+".txt")
			header, pairs, verdicts := readTable(t, path)
			if *update {
				verdicts = o.judge(t, pairs)
				writeTable(t, path, header, pairs, verdicts)
			}
			for i, p := range pairs {
				o.check(t, p, verdicts[i])
			}
		})
	}
}

func readTable(t testing.TB, path string) (header []string, pairs []pair, verdicts []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			header = append(header, line)
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			t.Fatalf("%s: %q is not VERSION VERDICT VERSION", path, line)
		}
		pairs = append(pairs, pair{fields[0], fields[2]})
		verdicts = append(verdicts, fields[1])
	}
	return header, pairs, verdicts
}

func writeTable(t *testing.T, path string, header []string, pairs []pair, verdicts []string) {
	t.Helper()
	var b strings.Builder
	for _, line := range header {
		b.WriteString(line)
	}
	for i, p := range pairs {
		fmt.Fprintln(&b, p.a, verdicts[i], p.b)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
