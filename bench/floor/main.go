// Command floor does the least work that a scanner of image layers can do, as a yardstick for Seawall: it walks the layers
// of an archive, inflates them, or hashes every file in them. It shares no code with Seawall's own engine.
//
//	floor walk|hash|inflate|walk-mapped|hash-mapped ARCHIVE
//
// walk and hash read through archive/tar; the -mapped forms step through the mapped file by tar's own header fields,
// without a copy, and need plain layers. Layers are read in parallel, as many at a time as there are processors.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: floor walk|hash|inflate|walk-mapped|hash-mapped ARCHIVE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

// total is what was seen: printed, so that two ways can be seen to have done the same work.
type total struct {
	entries, files, bytes int64
}

func run(mode, name string) error {
	read, known := map[string]func(blob) (total, error){
		"walk":        func(b blob) (total, error) { return readTar(b, false) },
		"hash":        func(b blob) (total, error) { return readTar(b, true) },
		"inflate":     inflate,
		"walk-mapped": func(b blob) (total, error) { return readMapped(b, false) },
		"hash-mapped": func(b blob) (total, error) { return readMapped(b, true) },
	}[mode]
	if !known {
		return fmt.Errorf("unknown work %q", mode)
	}
	archive, err := os.Open(name)
	if err != nil {
		return err
	}
	defer archive.Close()
	layers, err := findLayers(archive)
	if err != nil {
		return fmt.Errorf("find the layers of %s: %w", name, err)
	}
	slices.SortFunc(layers, func(a, b blob) int { return int(b.size - a.size) }) // the largest first
	sum, err := readAll(layers, read)
	if err != nil {
		return fmt.Errorf("read the layers of %s: %w", name, err)
	}
	fmt.Printf("layers %d entries %d files %d bytes %d\n", len(layers), sum.entries, sum.files, sum.bytes)
	return nil
}

func readAll(layers []blob, read func(blob) (total, error)) (total, error) {
	var (
		sum   total
		first error
		lock  sync.Mutex
		group sync.WaitGroup
	)
	queue := make(chan blob)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for layer := range queue {
				one, err := read(layer)
				lock.Lock()
				sum.entries, sum.files, sum.bytes = sum.entries+one.entries, sum.files+one.files, sum.bytes+one.bytes
				if err != nil && first == nil {
					first = err
				}
				lock.Unlock()
			}
		})
	}
	for _, layer := range layers {
		queue <- layer
	}
	close(queue)
	group.Wait()
	return sum, first
}
