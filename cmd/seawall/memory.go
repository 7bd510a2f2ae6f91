package main

import (
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// smallHeap, in bytes, is what no collection is worth.
const smallHeap = 16 << 20

// reserve is never touched, so it takes no memory, and counts as if it did when
// the next collection is planned: a check of cached layers had 13 without it.
var reserve []byte //nolint:unused // being there is its use

// saveMemory halves the usual growth of the heap between collections: the heap
// is small, and what a check holds in memory is what its users pay for. It
// causes a collection, so commands that do little are better off without.
func saveMemory(*cobra.Command, []string) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
		reserve = make([]byte, smallHeap)
	}
}
