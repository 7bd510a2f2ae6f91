package compose_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCorpus loads the good examples as compose-go does, without a problem.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../test/corpus/good/compose/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are %d files: %v", len(files), err)
	}
	env := map[string]string{"BACKUP_HOST": "one", "BACKUP_BUCKET": "b"}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, map[string]string{"compose.yaml": string(content)}, env)
		})
	}
}
